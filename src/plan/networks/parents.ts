/** The host interface under a macvlan or ipvlan network: which it is, and whether it can be one. */
import type { Span } from '../../diagnostics/source.ts';
import { didYouMean } from '../../diagnostics/suggest.ts';
import { type UnderlayMode, underlay } from '../../netmode/modes.ts';
import type { Settings } from '../../netmode/settings.ts';
import { lackingDriver, lackingFact } from '../facts/drivers.ts';
import type { Facts, HostFacts, HostInterface } from '../facts/facts.ts';
import { defaultInterface } from '../facts/interfaces.ts';

export interface Parent {
  /** `auto` where it was asked for and nobody looked at the host. */
  readonly name: string;
  readonly span: Span;
  /** As observed; absent where nobody looked, or where the interface does not exist (yet). */
  readonly observed?: HostInterface;
}

/** The kernel's limit (`IFNAMSIZ` less the end mark). */
const longestName = 15;

/** @param span where the netmode is asked for, for when no parent is written */
export function parentOf(settings: Settings, span: Span, facts: Facts): Parent {
  const written = settings.parent?.value ?? 'auto';
  const base = written === 'auto' ? (defaultInterface(facts.host) ?? 'auto') : written;
  const name = settings.vlan ? `${base}.${settings.vlan.value}` : base;
  const observed = facts.host?.interfaces.find((one) => one.name === name);
  return { name, span: settings.parent?.span ?? settings.vlan?.span ?? span, ...(observed && { observed }) };
}

/**
 * Why macvlan and ipvlan cannot work at all here, so that a `fallback` applies; nothing where they can, or nobody looked.
 * Sources: docs/measured.md, "Docker Engine" (Desktop, rootless).
 */
export function obstacle(
  parent: Parent,
  mode: UnderlayMode,
  facts: Facts,
):
  | {
      rule: 'engine/desktop' | 'engine/rootless' | 'engine/remote' | 'engine/kernel-lacks-driver' | 'parent/not-found';
      message: string;
      help: string;
    }
  | undefined {
  const fallback = 'add "fallback: bridge" to run it there on a bridge';
  switch (facts.engine?.kind) {
    case 'desktop':
      return {
        rule: 'engine/desktop',
        message: "Docker Desktop's containers live in a virtual machine that is not on the LAN",
        help: fallback,
      };
    case 'rootless':
      return { rule: 'engine/rootless', message: 'a rootless engine has no macvlan and no ipvlan', help: fallback };
  }
  if (facts.engine?.remote) {
    return {
      rule: 'engine/remote',
      message: 'the engine is on another machine, whose interfaces netcompose cannot see or prepare',
      help: `run netcompose on that machine, or ${fallback}`,
    };
  }
  const lacking = lackingDriver(underlay(mode).driver, parent.name, facts);
  if (lacking)
    return {
      rule: 'engine/kernel-lacks-driver',
      message: lackingFact(lacking.driver),
      help: [...lacking.ways, fallback].join('; '),
    };
  if (parent.name.length > longestName) {
    return {
      rule: 'parent/not-found',
      message: `"${parent.name}" is longer than the ${longestName} characters that an interface's name may have`,
      help: `make the VLAN link under a shorter name, and write that as "parent:", or ${fallback}`,
    };
  }
  if (!facts.host || exists(parent, facts.host)) return undefined;
  if (parent.name.startsWith('auto')) {
    return {
      rule: 'parent/not-found',
      message: 'this host has no default route from which to find the parent',
      help: `write "parent:" with one of ${candidates(facts.host).join(', ')}, or ${fallback}`,
    };
  }
  const near = didYouMean(parent.name, candidates(facts.host));
  return {
    rule: 'parent/not-found',
    message: `there is no interface "${parent.name}" on this host`,
    help: near ?? `one of ${candidates(facts.host).join(', ')}, or ${fallback}`,
  };
}

/** Docker makes the VLAN link of `eth0.10` itself when `eth0` is there (docs/measured.md). */
function exists(parent: Parent, host: HostFacts): boolean {
  if (parent.observed) return true;
  const [base, id, ...rest] = parent.name.split('.');
  return rest.length === 0 && /^\d+$/.test(id ?? '') && host.interfaces.some((one) => one.name === base);
}

/** Interfaces that a person could mean as a parent. */
function candidates(host: HostFacts): readonly string[] {
  const made = new Set(['veth', 'bridge', 'macvlan', 'ipvlan', 'tun', 'sit', 'gre', 'ip6tnl']);
  const own = host.interfaces.filter((one) => !one.loopback && !made.has(one.kind ?? ''));
  const shown = own.length > 0 ? own : host.interfaces.filter((one) => !one.loopback);
  return shown.map((one) => one.name);
}
