/** The host interface under a macvlan or ipvlan network: which it is, and whether there can be one. */
import type { Located, Span } from '../../diagnostics/source.ts';
import { didYouMean } from '../../diagnostics/suggest.ts';
import { type UnderlayMode, underlay } from '../../netmode/modes.ts';
import type { Settings } from '../../netmode/settings.ts';
import { lackingDriver, lackingMessage } from '../facts/drivers.ts';
import { defaultInterface, isInterfaceName, longestName } from '../facts/interfaces.ts';
import {
  interfaceOf,
  isPodmanHere,
  isRootless,
  type ParsedEngine,
  type ParsedFacts,
  type ParsedHost,
} from '../facts/parsed-facts.ts';
import { isOlder } from '../facts/versions.ts';
import type { Parent } from '../types.ts';

/**
 * By its own name, also where the file has another of its names: Docker and the kernel compare parents by the text.
 *
 * @param span where the netmode is asked for; the place of a parent that is not written down
 */
export function parentOf({ parent, vlan, blank, unread }: Settings, span: Span, { host }: ParsedFacts): Parent {
  if (blank?.parent) return { kind: 'none', span: blank.parent };
  if (unread?.parent) return { kind: 'open', isUnread: true, span: unread.parent };
  const at = parent?.span ?? vlan?.span ?? span;
  const written = parent?.value ?? 'auto';
  const auto = /^auto(?:\.(?<id>\d+))?$/.exec(written);
  const base = auto ? defaultInterface(host) : properName(written, host);
  const id = vlan?.value ?? auto?.groups?.['id'];
  if (unread?.vlan && (base === undefined || !host || interfaceOf(host, base)))
    return { kind: 'open', isUnread: true, span: unread.vlan };
  if (base === undefined) return { kind: 'open', ...(id !== undefined && { vlan: Number(id) }), span: at };
  const name = id === undefined ? base : `${base}.${id}`;
  return { kind: 'named', name: otherVlanLink(name, host) ?? name, span: at };
}

/**
 * The parent of a native network. Its name is Docker's to find: `auto` means nothing there, and of a VLAN link under
 * another name Docker knows nothing. Where none is written, Podman takes the interface of the default route (5.8.6).
 */
export function nativeParent(written: Located<string> | undefined, span: Span, { host, engine }: ParsedFacts): Parent {
  if (written === undefined || written.value === '') {
    const found = isPodmanHere(engine) ? defaultInterface(host) : undefined;
    return found === undefined ? { kind: 'none', span } : { kind: 'named', name: found, span };
  }
  return { kind: 'named', name: properName(written.value, host), span: written.span };
}

function properName(written: string, host: ParsedHost | undefined): string {
  if (interfaceOf(host, written)) return written;
  return host?.interfaces.find(({ altnames }) => altnames?.includes(written))?.name ?? written;
}

/** The link of a VLAN that is there under a name other than `eth0.10`: of one VLAN the kernel makes no second link. */
function otherVlanLink(name: string, host: ParsedHost | undefined): string | undefined {
  const [, base, id] = /^(.+)\.(\d+)$/.exec(name) ?? [];
  if (base === undefined || interfaceOf(host, name)) return undefined;
  const on = properName(base, host);
  return host?.interfaces.find(({ kind, link, vlan }) => kind === 'vlan' && link === on && vlan === Number(id))?.name;
}

/** What a parent is called in messages, keys and options: `auto` or `auto.10` where it is open. */
export function parentName(parent: Parent): string {
  switch (parent.kind) {
    case 'named':
      return parent.name;
    case 'open':
      return parent.vlan === undefined ? 'auto' : `auto.${parent.vlan}`;
    case 'none':
      return '';
  }
}

/** The name of an interface that can be there; nothing where it is left open, or no interface can have the name. */
export function interfaceNameOf(parent: Parent | undefined): string | undefined {
  return parent?.kind === 'named' && isInterfaceName(parent.name) ? parent.name : undefined;
}

export interface Obstacle {
  readonly rule:
    | 'engine/desktop'
    | 'engine/podman'
    | 'engine/rootless'
    | 'engine/remote'
    | 'engine/kernel-lacks-driver'
    | 'parent/not-found';
  readonly message: string;
  readonly help: string;
}

/** What a network may do instead: `x-netmode` has a fallback, a native network has none. */
const instead = {
  netmode: 'add "fallback: bridge" to run it there on a bridge',
  native: 'use "driver: bridge" there',
} as const;

/**
 * Why macvlan and ipvlan cannot work at all here, so that a `fallback` applies; nothing where they can, or nobody
 * looked. Sources: docs/measured.md, "Docker Engine" (Desktop, rootless).
 *
 * @param form whether the network is asked for by `x-netmode`, or is a native one
 * @param flag macvlan's or ipvlan's
 */
export function obstacle(
  parent: Parent,
  mode: UnderlayMode,
  facts: ParsedFacts,
  form: 'netmode' | 'native' = 'netmode',
  flag: string = 'bridge',
): Obstacle | undefined {
  const name = parentName(parent);
  const fallback = instead[form];
  if (isRootless(facts.engine))
    return { rule: 'engine/rootless', message: 'a rootless engine has no macvlan and no ipvlan', help: fallback };
  switch (facts.engine?.kind) {
    case 'desktop':
      return { rule: 'engine/desktop', message: inVirtualMachine(facts.engine), help: fallback };
    case 'podman': {
      if (facts.engine.product)
        return { rule: 'engine/desktop', message: inVirtualMachine(facts.engine), help: fallback };
      const lacks = facts.engine.remote ? undefined : lackingInPodman(mode, flag, facts.engine);
      if (lacks) return { rule: 'engine/podman', message: lacks.message, help: `${lacks.help}, or ${fallback}` };
    }
  }
  if (facts.engine?.remote) {
    return {
      rule: 'engine/remote',
      message: 'the engine is on another machine, whose interfaces netcompose cannot see or prepare',
      help: `run netcompose on that machine, or ${fallback}`,
    };
  }
  const lacking = lackingDriver(underlay(mode).driver, name, facts);
  if (lacking)
    return {
      rule: 'engine/kernel-lacks-driver',
      message: lackingMessage(lacking.driver),
      help: [...lacking.help, fallback].join('; '),
    };
  if (form === 'netmode' && parent.kind === 'none') {
    return {
      rule: 'parent/not-found',
      message: '"parent" is empty, as its variable is not set',
      help: `write an interface or "auto", or ${fallback}`,
    };
  }
  if (parent.kind === 'none') {
    if (!isPodmanHere(facts.engine) || !facts.host || facts.host.unseen?.includes('routes')) return undefined;
    return {
      rule: 'parent/not-found',
      message: 'no "parent" is named, and this host has no default route, from which Podman takes it',
      help: `write "parent:" under "driver_opts", with one of ${candidates(facts.host).join(', ')}`,
    };
  }
  if (name.length > longestName) {
    return {
      rule: 'parent/not-found',
      message: `"${name}" is longer than the ${longestName} characters that an interface's name may have`,
      help: `make the VLAN link under a shorter name, and write that as "parent:", or ${fallback}`,
    };
  }
  const id = vlanIdIn(name);
  if (id !== undefined && (id < 1 || id > highestVlan) && !interfaceOf(facts.host, name))
    return {
      rule: 'parent/not-found',
      message: `"${name}" would be a VLAN link, and ${id} is not a VLAN id`,
      help: `write one from 1 to ${highestVlan} after the dot`,
    };
  if (form === 'native' && /^auto(?:\.\d+)?$/.test(name) && !interfaceOf(facts.host, name))
    return autoIsNoName(name, mode, facts);
  if (!facts.host) return undefined;
  const link = otherVlanLink(name, facts.host);
  if (link !== undefined)
    return {
      rule: 'parent/not-found',
      message: `there is no interface "${name}", and Docker cannot make one: this host has that VLAN as "${link}"`,
      help: `write "parent: ${link}"`,
    };
  if (exists(name, facts.host)) {
    const missing = facts.engine?.kind === 'podman' ? missingVlanLink(name, facts.host) : undefined;
    return missing && { rule: 'parent/not-found', message: missing.message, help: `${missing.help}, or ${fallback}` };
  }
  if (facts.host.unseen?.includes(parent.kind === 'open' ? 'routes' : 'interfaces')) return undefined;
  if (parent.kind === 'open') {
    if (parent.isUnread) return undefined;
    return {
      rule: 'parent/not-found',
      message: 'this host has no default route from which to find the parent',
      help: `write "parent:" with one of ${candidates(facts.host).join(', ')}, or ${fallback}`,
    };
  }
  const within = linkWithin(name, facts.host);
  if (within !== undefined)
    return {
      rule: 'parent/not-found',
      message: `there is no interface "${name}" on this host, and Docker makes no VLAN link on a VLAN link`,
      help: `if VLAN ${vlanIdIn(within)} is meant, write "parent: ${within}" alone; else make "${name}" before`,
    };
  const near = didYouMean(name, candidates(facts.host));
  return {
    rule: 'parent/not-found',
    message: `there is no interface "${name}" on this host`,
    help: near ?? `one of ${candidates(facts.host).join(', ')}, or ${fallback}`,
  };
}

/** Whose virtual machine it is, where that is known. */
export const inVirtualMachine = ({ product }: Pick<ParsedEngine, 'product'>): string =>
  `${product ?? 'the engine'}'s containers live in a virtual machine that is not on the LAN`;

/** From here on Podman has ipvlan (its release notes); 4.3.1 has none (run). */
const podmanWithIpvlan = '4.4';

/** Why Podman has no such network, if so; docs/podman.md. */
export function lackingInPodman(
  mode: UnderlayMode,
  flag: string,
  { version }: Pick<ParsedEngine, 'version'>,
): { readonly message: string; readonly help: string } | undefined {
  if (underlay(mode).driver === 'ipvlan' && isOlder(version, podmanWithIpvlan))
    return { message: `Podman ${version} has no ipvlan`, help: `use macvlan, or Podman ${podmanWithIpvlan} or newer` };
  const dropped = droppedByPodman(mode, flag);
  return (
    dropped && {
      message:
        `Podman ${version} takes "${dropped.option}" from its Docker socket and ignores it: ` +
        `this would be ${dropped.is}`,
      help: `use ${dropped.is}`,
    }
  );
}

/** What Podman's Docker socket accepts and throws away (docs/measured.md, "Podman"). */
function droppedByPodman(
  mode: UnderlayMode,
  flag: string,
): { readonly option: string; readonly is: string } | undefined {
  if (mode === 'ipvlan-l3' || mode === 'ipvlan-l3s')
    return { option: `ipvlan_mode: ${underlay(mode).ipvlanMode}`, is: 'ipvlan-l2' };
  if (flag === 'bridge') return undefined;
  const option = underlay(mode).driver === 'macvlan' ? 'macvlan_mode' : 'ipvlan_flag';
  return { option: `${option}: ${flag}`, is: '"flag: bridge"' };
}

/** Docker takes the parent of a native network for an interface's name, whatever it is. */
function autoIsNoName(name: string, mode: UnderlayMode, { host }: ParsedFacts): Obstacle {
  const found = defaultInterface(host);
  const parent = found === undefined ? undefined : name.replace('auto', found);
  return {
    rule: 'parent/not-found',
    message: `Docker takes "${name}" for the name of an interface: only x-netmode finds the parent by itself`,
    help:
      `${parent === undefined ? 'write the name of the interface' : `write "parent: ${parent}"`}, ` +
      `or give the network "x-netmode: { mode: ${mode}, parent: ${name} }" in place of its driver`,
  };
}

/** Podman makes no VLAN links (run: `parent interface eth0.10 does not exist`). */
function missingVlanLink(
  name: string,
  host: ParsedHost,
): { readonly message: string; readonly help: string } | undefined {
  if (interfaceOf(host, name)) return undefined;
  const [, base, id] = /^(.+)\.(\d+)$/.exec(name) ?? [];
  return {
    message: `there is no interface "${name}", and Podman makes none`,
    help: `make it: ip link add link ${base} name ${name} type vlan id ${id} && ip link set ${name} up`,
  };
}

/** IEEE 802.1Q; of others Docker says `vlan id must be between 1-4094`. */
const highestVlan = 4094;

/** The VLAN of a link that Docker would make for this name, or `auto` stands for; a name with two dots is none. */
function vlanIdIn(name: string): number | undefined {
  const id = /^[^.]+\.(\d+)$/.exec(name)?.[1];
  return id === undefined ? undefined : Number(id);
}

/** Docker makes the VLAN link of `eth0.10` itself when `eth0` is there (docs/measured.md). */
function exists(name: string, host: ParsedHost): boolean {
  if (interfaceOf(host, name)) return true;
  const [base, id, ...rest] = name.split('.');
  return rest.length === 0 && /^\d+$/.test(id ?? '') && interfaceOf(host, base) !== undefined;
}

/** `eth0.10` of `eth0.10.20`, where it is a link or could be made; `vlan` beside such a parent makes such a name. */
function linkWithin(name: string, host: ParsedHost): string | undefined {
  const [, outer] = /^(.+\.\d+)\.\d+$/.exec(name) ?? [];
  return outer !== undefined && exists(outer, host) ? outer : undefined;
}

/** Interfaces that a person could mean as a parent. */
function candidates(host: ParsedHost): readonly string[] {
  const made = new Set(['veth', 'bridge', 'macvlan', 'ipvlan', 'tun', 'sit', 'gre', 'ip6tnl']);
  const usable = host.interfaces.filter(({ loopback }) => !loopback);
  const plain = usable.filter(({ kind }) => !made.has(kind ?? ''));
  return (plain.length > 0 ? plain : usable).map(({ name }) => name);
}
