/** Host interfaces on a parent that netcompose did not make: what the widely copied recipes get wrong. Source: docs/measured.md. */
import type { Facts, HostInterface, HostRoute } from '../facts/facts.ts';
import { contains, parseCidr } from '../facts/ip.ts';
import { isOurs } from '../facts/ownership.ts';

export interface ShimFault {
  readonly shim: string;
  readonly parent: string;
  readonly reason: string;
  /** The command that mends it. */
  readonly mend: readonly string[];
}

interface HandMade {
  readonly shim: HostInterface;
  readonly parent: HostInterface;
  readonly facts: Facts;
}

const checks: readonly ((shim: HandMade) => readonly Omit<ShimFault, 'shim' | 'parent'>[])[] = [
  isDown,
  isWrongKind,
  changesMode,
  hidesContainers,
  answersForParent,
  takesWholeLan,
];

/** Every fault of every macvlan or ipvlan interface of this host that netcompose did not make; containers' own are elsewhere. */
export function handMadeShims(facts: Facts): readonly ShimFault[] {
  const interfaces = facts.host?.interfaces ?? [];
  return interfaces.flatMap((shim) => {
    const parent = interfaces.find(({ name }) => name === shim.link);
    if (!parent || isOurs(shim) || (shim.kind !== 'macvlan' && shim.kind !== 'ipvlan')) return [];
    return checks
      .flatMap((check) => check({ shim, parent, facts }))
      .map((fault) => ({ shim: shim.name, parent: parent.name, ...fault }));
  });
}

const remove = ({ name }: HostInterface) => ['ip', 'link', 'del', 'dev', name] as const;

function isDown({ shim }: HandMade) {
  return shim.up ? [] : [{ reason: 'it is down', mend: ['ip', 'link', 'set', 'dev', shim.name, 'up'] }];
}

const networksOn = ({ parent, facts }: HandMade) =>
  (facts.engine?.networks ?? []).filter(({ options }) => options['parent'] === parent.name);

function isWrongKind(hand: HandMade) {
  const { shim, parent } = hand;
  return networksOn(hand)
    .filter(({ driver }) => driver !== shim.kind)
    .map(({ name, driver }) => ({
      reason: `it is ${shim.kind}, and while it is there no container of the ${driver} network "${name}" can start on ${parent.name}`,
      mend: remove(shim),
    }));
}

/** The kernel has one ipvlan mode for each parent: the last writer's. */
function changesMode(hand: HandMade) {
  const { shim, parent } = hand;
  if (shim.kind !== 'ipvlan' || shim.mode === undefined) return [];
  return networksOn(hand)
    .filter(({ driver, options }) => driver === 'ipvlan' && (options['ipvlan_mode'] ?? 'l2') !== shim.mode)
    .map(({ name, options }) => ({
      reason: `its mode ${shim.mode} is that of all ipvlan on ${parent.name}, also of the containers of "${name}", which are to be ${options['ipvlan_mode'] ?? 'l2'}`,
      mend: remove(shim),
    }));
}

function hidesContainers({ shim }: HandMade) {
  return shim.kind === 'macvlan' && shim.mode !== undefined && shim.mode !== 'bridge'
    ? [
        {
          reason: `in the mode ${shim.mode} it reaches no container`,
          mend: ['ip', 'link', 'set', 'dev', shim.name, 'type', 'macvlan', 'mode', 'bridge'],
        },
      ]
    : [];
}

/** ipvlan shares its parent's MAC address; macvlan has its own, and answers ARP for every address of the host. */
function answersForParent({ shim, parent, facts }: HandMade) {
  const own = parent.addresses.find((address) => parseCidr(address)?.family === 4)?.split('/')[0];
  const arp = facts.host?.arp;
  if (shim.kind !== 'macvlan' || !shim.up || own === undefined || !arp) return [];
  const effective = (key: 'filter' | 'ignore') => Math.max(arp['all']?.[key] ?? 0, arp[shim.name]?.[key] ?? 0);
  if (effective('filter') > 0 || effective('ignore') > 0) return [];
  return [
    {
      reason: `the LAN sees two MAC addresses for ${own}, because it answers for it too`,
      mend: ['sysctl', '-w', `net/ipv4/conf/${shim.name}/arp_filter=1`],
    },
  ];
}

function takesWholeLan({ shim, parent, facts }: HandMade) {
  const lans = parent.addresses.flatMap((address) => parseCidr(address) ?? []);
  const takes = ({ interface: by, destination }: HostRoute) => {
    const target = by === shim.name ? parseCidr(destination) : undefined;
    return target !== undefined && lans.some((lan) => contains(target, lan));
  };
  return (facts.host?.routes ?? []).filter(takes).map(({ destination, family }) => {
    const address = shim.addresses.find(
      (text) =>
        lans.some((lan) => contains(lan, parseCidr(text)!)) && parseCidr(text)!.prefix < (family === 4 ? 32 : 128),
    );
    const because =
      address === undefined
        ? ''
        : `, because its address ${address} has the prefix of the LAN: give it /${family === 4 ? 32 : 128}`;
    return {
      reason: `its route ${destination} takes the whole LAN${because}`,
      mend: ['ip', ...(family === 6 ? ['-6'] : []), 'route', 'del', destination, 'dev', shim.name],
    };
  });
}
