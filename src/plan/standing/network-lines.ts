/** How a Docker network stands, and how it is planned; of what the plan leaves to Docker, what Docker has chosen. */
import type { EngineNetwork, EnginePool } from '../facts/facts.ts';
import { canonical, formatAddress, formatCidr } from '../facts/ip.ts';
import type { NetworkPlan, Plan, PlannedPool } from '../types.ts';
import type { Lines } from './service-lines.ts';

/** The options by which one network is another than a second; of the others only those that are asked for are shown. */
const telling: ReadonlySet<string> = new Set(['parent', 'macvlan_mode', 'ipvlan_mode', 'ipvlan_flag']);

/** What the engine's network is. */
export const networkNow = ({ driver, options, pools }: EngineNetwork): readonly string[] => [
  `driver: ${driver}`,
  ...optionLines(
    options,
    Object.keys(options).filter((name) => telling.has(name)),
  ),
  ...poolLines(pools),
];

/** @param now the engine's, where it has one */
export function networkLines(network: NetworkPlan, { project }: Plan, now: EngineNetwork | undefined): Lines {
  const isExternal = network.kind === 'native' && project.networks.get(network.key)?.external === true;
  // Of one that somebody else makes, and of one that projects share, its own values count.
  if (now && (isExternal || network.kind === 'shared')) return { now: networkNow(now), planned: networkNow(now) };
  const { options, pools } = network;
  const driver = network.driver ?? (isExternal ? undefined : 'bridge');
  const names = [
    ...new Set([...Object.keys(options), ...Object.keys(now?.options ?? {}).filter((name) => telling.has(name))]),
  ];
  const wanted = pools.map(poolText);
  return {
    now: now
      ? [`driver: ${now.driver}`, ...optionLines(now.options, names), ...poolLines(now.pools.map(asAsked(wanted)))]
      : [],
    planned: [
      ...(driver === undefined ? [] : [`driver: ${driver}`]),
      ...optionLines(options, names),
      ...(pools.length > 0 ? poolLines(wanted) : poolLines(now?.pools ?? [])),
    ],
  };
}

const optionLines = (options: Readonly<Record<string, string>>, names: readonly string[]): readonly string[] =>
  [...names].sort().flatMap((name) => (options[name] === undefined ? [] : [`${name}: ${options[name]}`]));

type PoolText = Pick<EnginePool, 'subnet' | 'gateway' | 'ipRange'>;

const poolText = ({ subnet, gateway, ipRange }: PlannedPool): PoolText => ({
  subnet: formatCidr(subnet),
  ...(gateway && { gateway: formatAddress(gateway) }),
  ...(ipRange && { ipRange: formatCidr(ipRange) }),
});

/** Without the gateway that Docker has chosen, and a range that is the whole subnet (engines write that, too). */
const asAsked =
  (wanted: readonly PoolText[]) =>
  ({ subnet, gateway, ipRange }: EnginePool): PoolText => {
    const asked = wanted.find((pool) => pool.subnet === canonical(subnet));
    if (wanted.length === 0) return { subnet, ...(gateway && { gateway }), ...(ipRange && { ipRange }) };
    return {
      subnet,
      ...(gateway && (!asked || asked.gateway !== undefined) && { gateway }),
      ...(ipRange && (asked?.ipRange !== undefined || canonical(ipRange) !== canonical(subnet)) && { ipRange }),
    };
  };

const poolLines = (pools: readonly PoolText[]): readonly string[] =>
  pools
    .map(({ subnet, gateway, ipRange }) =>
      [
        `subnet: ${canonical(subnet)}`,
        ...(gateway ? [`gateway ${canonical(gateway.split('/')[0]!)}`] : []),
        ...(ipRange ? [`range ${canonical(ipRange)}`] : []),
      ].join(' '),
    )
    .sort();
