/**
 * Host interfaces on a parent that netcompose did not make: what the widely copied recipes get wrong. Source:
 * docs/measured.md.
 */
import { hostAddress } from '../facts/host-address.ts';
import { contains, formatAddress, formatCidr } from '../facts/ip.ts';
import { isOurs } from '../facts/ownership.ts';
import type { ParsedFacts, ParsedInterface } from '../facts/parsed-facts.ts';

export interface ShimFault {
  readonly shim: string;
  readonly parent: string;
  readonly reason: string;
  /** The command that mends it, or in words what to do: what netcompose did not make, it does not say to remove. */
  readonly mend: readonly string[] | string;
}

interface HandMade {
  readonly shim: ParsedInterface;
  readonly parent: ParsedInterface;
  readonly facts: ParsedFacts;
}

const checks: readonly ((shim: HandMade) => readonly Omit<ShimFault, 'shim' | 'parent'>[])[] = [
  isDown,
  isWrongKind,
  changesMode,
  hidesContainers,
  answersForParent,
  takesWholeLan,
];

/**
 * Every fault of every macvlan or ipvlan interface of this host that netcompose did not make; containers' own are
 * elsewhere.
 */
export function handMadeShims(facts: ParsedFacts): readonly ShimFault[] {
  const interfaces = facts.host?.interfaces ?? [];
  return interfaces.flatMap((shim) => {
    const parent = interfaces.find(({ name }) => name === shim.link);
    if (!parent || isOurs(shim) || (shim.kind !== 'macvlan' && shim.kind !== 'ipvlan')) return [];
    return checks
      .flatMap((check) => check({ shim, parent, facts }))
      .map((fault) => ({ shim: shim.name, parent: parent.name, ...fault }));
  });
}

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
      reason:
        `it is ${shim.kind}, and while it is there no container of the ${driver} network "${name}" ` +
        `can start on ${parent.name}`,
      mend: `have it made as ${driver}, on another parent, or not at all: who made it knows what it is for`,
    }));
}

/** The kernel has one ipvlan mode for each parent: the last writer's. */
function changesMode(hand: HandMade) {
  const { shim, parent } = hand;
  if (shim.kind !== 'ipvlan' || shim.mode === undefined) return [];
  return networksOn(hand)
    .filter(({ driver, options }) => driver === 'ipvlan' && (options['ipvlan_mode'] ?? 'l2') !== shim.mode)
    .map(({ name, options }) => ({
      reason:
        `its mode ${shim.mode} is that of all ipvlan on ${parent.name}, also of the containers of ` +
        `"${name}", which are to be ${options['ipvlan_mode'] ?? 'l2'}`,
      mend: [
        ...['ip', 'link', 'set', 'dev', shim.name, 'type', 'ipvlan'],
        ...['mode', options['ipvlan_mode'] ?? 'l2', options['ipvlan_flag'] ?? 'bridge'],
      ],
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
  const address = hostAddress({ family: 4 }, parent, facts.host);
  const arp = facts.host?.arp;
  if (shim.kind !== 'macvlan' || !shim.up || !address || !arp) return [];
  const effective = (key: 'filter' | 'ignore') => Math.max(arp['all']?.[key] ?? 0, arp[shim.name]?.[key] ?? 0);
  if (effective('filter') > 0 || effective('ignore') > 0) return [];
  return [
    {
      reason: `the LAN sees two MAC addresses for ${formatAddress(address)}, because it answers for it too`,
      mend: ['sysctl', '-w', ...['arp_filter=1', 'arp_announce=2'].map((set) => `net/ipv4/conf/${shim.name}/${set}`)],
    },
  ];
}

function takesWholeLan({ shim, parent, facts }: HandMade) {
  const lans = parent.addresses.map(({ subnet }) => subnet);
  return (facts.host?.routes ?? []).flatMap(({ interface: by, destination, family }) => {
    if (by !== shim.name || destination === 'default' || !lans.some((lan) => contains(destination, lan))) return [];
    const single = family === 4 ? 32 : 128;
    const wide = shim.addresses.find(
      ({ subnet }) => lans.some((lan) => contains(lan, subnet)) && subnet.prefix < single,
    );
    const address = wide && `${formatAddress(wide.address)}/${wide.subnet.prefix}`;
    const because = address === undefined ? '' : `, because its address ${address} has the prefix of the LAN`;
    const route = formatCidr(destination);
    const narrower = address === undefined ? '' : `the address with /${single}, and `;
    return [
      {
        reason: `its route ${route} takes the whole LAN${because}`,
        mend: `give it ${narrower}routes to its containers alone`,
      },
    ];
  });
}
