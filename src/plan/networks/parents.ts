/** The host interface under a macvlan or ipvlan network: which it is, and whether there can be one. */
import type { Span } from '../../diagnostics/source.ts';
import { didYouMean } from '../../diagnostics/suggest.ts';
import { type UnderlayMode, underlay } from '../../netmode/modes.ts';
import type { Settings } from '../../netmode/settings.ts';
import { lackingDriver, lackingMessage } from '../facts/drivers.ts';
import { defaultInterface, isInterfaceName, longestName } from '../facts/interfaces.ts';
import { interfaceOf, type ParsedFacts, type ParsedHost } from '../facts/parsed-facts.ts';
import type { Parent } from '../types.ts';

/**
 * By its own name, also where the file has another of its names: Docker and the kernel compare parents by the text.
 *
 * @param span where the netmode is asked for; the place of a parent that is not written down
 */
export function parentOf({ parent, vlan }: Settings, span: Span, { host }: ParsedFacts): Parent {
  const at = parent?.span ?? vlan?.span ?? span;
  const written = parent?.value ?? 'auto';
  const auto = /^auto(?:\.(?<id>\d+))?$/.exec(written);
  const base = auto ? defaultInterface(host) : properName(written, host);
  const id = vlan?.value ?? auto?.groups?.['id'];
  if (base === undefined) return { kind: 'open', ...(id !== undefined && { vlan: Number(id) }), span: at };
  return { kind: 'named', name: id === undefined ? base : `${base}.${id}`, span: at };
}

function properName(written: string, host: ParsedHost | undefined): string {
  if (interfaceOf(host, written)) return written;
  return host?.interfaces.find(({ altnames }) => altnames?.includes(written))?.name ?? written;
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

/**
 * Why macvlan and ipvlan cannot work at all here, so that a `fallback` applies; nothing where they can, or nobody
 * looked. Sources: docs/measured.md, "Docker Engine" (Desktop, rootless).
 */
export function obstacle(
  parent: Parent,
  mode: UnderlayMode,
  facts: ParsedFacts,
):
  | {
      rule: 'engine/desktop' | 'engine/rootless' | 'engine/remote' | 'engine/kernel-lacks-driver' | 'parent/not-found';
      message: string;
      help: string;
    }
  | undefined {
  const name = parentName(parent);
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
  const lacking = lackingDriver(underlay(mode).driver, name, facts);
  if (lacking)
    return {
      rule: 'engine/kernel-lacks-driver',
      message: lackingMessage(lacking.driver),
      help: [...lacking.help, fallback].join('; '),
    };
  if (name.length > longestName) {
    return {
      rule: 'parent/not-found',
      message: `"${name}" is longer than the ${longestName} characters that an interface's name may have`,
      help: `make the VLAN link under a shorter name, and write that as "parent:", or ${fallback}`,
    };
  }
  if (!facts.host || exists(name, facts.host)) return undefined;
  if (facts.host.unseen?.includes(parent.kind === 'open' ? 'routes' : 'interfaces')) return undefined;
  if (parent.kind === 'open') {
    return {
      rule: 'parent/not-found',
      message: 'this host has no default route from which to find the parent',
      help: `write "parent:" with one of ${candidates(facts.host).join(', ')}, or ${fallback}`,
    };
  }
  const near = didYouMean(name, candidates(facts.host));
  return {
    rule: 'parent/not-found',
    message: `there is no interface "${name}" on this host`,
    help: near ?? `one of ${candidates(facts.host).join(', ')}, or ${fallback}`,
  };
}

/** Docker makes the VLAN link of `eth0.10` itself when `eth0` is there (docs/measured.md). */
function exists(name: string, host: ParsedHost): boolean {
  if (interfaceOf(host, name)) return true;
  const [base, id, ...rest] = name.split('.');
  return rest.length === 0 && /^\d+$/.test(id ?? '') && interfaceOf(host, base) !== undefined;
}

/** Interfaces that a person could mean as a parent. */
function candidates(host: ParsedHost): readonly string[] {
  const made = new Set(['veth', 'bridge', 'macvlan', 'ipvlan', 'tun', 'sit', 'gre', 'ip6tnl']);
  const usable = host.interfaces.filter(({ loopback }) => !loopback);
  const plain = usable.filter(({ kind }) => !made.has(kind ?? ''));
  return (plain.length > 0 ? plain : usable).map(({ name }) => name);
}
