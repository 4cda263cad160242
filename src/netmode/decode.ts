/**
 * `x-netmode` as written → settings. Validated against `schema/x-netmode.schema.json` itself, so that editors and
 * netcompose agree.
 */

import { readPorts } from '../compose/project/ports.ts';
import { at, type Entry, entriesOf, type Tree } from '../compose/tree.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import type { Located, Span } from '../diagnostics/source.ts';
import { type Place, reportFaults } from './faults.ts';
import { type Netmode, netmodeOf } from './modes.ts';
import {
  type BlankKey,
  blankKeys,
  type Decoded,
  type Fallback,
  type FallbackMode,
  type Hooks,
  type HostAccess,
  type ListenPort,
  type Scope,
  type Settings,
  type ShimSettings,
} from './settings.ts';

/**
 * Decodes one `x-netmode`.
 *
 * @param subject how the place is called in messages, such as `"web"`
 * @param report gets `netmode/unknown-mode`, `unknown-key` and `invalid-value`, all of them
 * @returns what it says; values that are wrong are left out, so that the rest can still be judged
 */
export function decode(place: Place, subject: string, written: Tree, report: Report): Decoded {
  const { tree, blank } = withoutBlank(written);
  const wrong = reportFaults(place, subject, tree, report);
  const keys = new Map<keyof Settings, Span>();
  if (tree.kind === 'scalar') {
    const owner = wrong.has('') ? undefined : ownerOf(tree);
    if (owner) return { settings: {}, owner, keys: new Map([['mode', tree.span]]), span: tree.span };
    const mode = wrong.has('') ? undefined : netmodeOf(String(tree.value));
    if (mode) keys.set('mode', tree.span);
    return { settings: mode ? { mode: { value: mode, span: tree.span } } : {}, keys, span: tree.span };
  }
  const settings: Record<string, unknown> = {};
  const unread: Record<string, Span> = {};
  const owner = wrong.has('mode') ? undefined : ownerOf(at(tree, 'mode'));
  for (const { key, keySpan, value } of entriesOf(tree)) {
    const read = Object.hasOwn(readers, key) ? readers[key as keyof typeof readers] : undefined;
    if (wrong.has(key) && blankKeys.includes(key as BlankKey)) unread[key] = value.span;
    if (!read || wrong.has(key)) continue;
    if (key !== 'mode' || !owner) settings[key] = read(value, subject, report);
    keys.set(key as keyof Settings, keySpan);
  }
  if (Object.keys(blank).length > 0) settings['blank'] = blank;
  if (Object.keys(unread).length > 0) settings['unread'] = unread;
  return { settings: settings as Settings, ...(owner && { owner }), keys, span: tree.span };
}

/** Keys with an empty text, as a variable leaves them: an empty `fallback` is none, and of the others it is noted. */
function withoutBlank(tree: Tree): { readonly tree: Tree; readonly blank: NonNullable<Settings['blank']> } {
  if (tree.kind !== 'mapping') return { tree, blank: {} };
  const isBlank = ({ key, value }: Entry) =>
    value.kind === 'scalar' && value.value === '' && (key === 'fallback' || blankKeys.includes(key as BlankKey));
  const empty = entriesOf(tree).filter(isBlank);
  if (empty.length === 0) return { tree, blank: {} };
  return {
    tree: { ...tree, entries: new Map([...tree.entries].filter(([, entry]) => !isBlank(entry))) },
    blank: Object.fromEntries(empty.flatMap(({ key, value }) => (key === 'fallback' ? [] : [[key, value.span]]))),
  };
}

/** `service:gluetun`, which the schema allows at services only. */
function ownerOf(tree: Tree | undefined): Located<string> | undefined {
  const name = tree?.kind === 'scalar' ? /^service:(.*)$/.exec(String(tree.value))?.[1] : undefined;
  return tree && name !== undefined ? { value: name, span: tree.span } : undefined;
}

const scalar = <T>(tree: Tree, as: (text: string) => T): Located<T> => ({
  value: as(tree.kind === 'scalar' ? String(tree.value) : ''),
  span: tree.span,
});
const text = (tree: Tree) => scalar(tree, String);
const number = (tree: Tree) => scalar(tree, Number);
const items = (tree: Tree): readonly Tree[] => (tree.kind === 'sequence' ? tree.items : [tree]);
const texts = (tree: Tree) => items(tree).map(text);
const mode = (tree: Tree) => scalar(tree, (word) => netmodeOf(word) as Netmode);
const word = <T extends string>(tree: Tree) => scalar(tree, (value) => value as T);
const flag = (tree: Tree) => scalar(tree, (value) => value === 'true');

/** A value of a key that the schema let pass → its decoded form. */
type Reader<T> = (tree: Tree, subject: string, report: Report) => T;

const readers: { readonly [K in Exclude<keyof Settings, 'blank' | 'unread'>]-?: Reader<NonNullable<Settings[K]>> } = {
  default: mode,
  mode,
  network: text,
  parent: text,
  vlan: number,
  flag: text,
  subnet: texts,
  gateway: texts,
  ip_range: texts,
  ipv4_address: text,
  ipv6_address: text,
  mac_address: text,
  floating_addresses: texts,
  aliases: texts,
  interface_name: text,
  gw_priority: number,
  host_access: word<HostAccess>,
  shim: readShim,
  scope: word<Scope>,
  listen: listenPorts,
  resolve_names: flag,
  hooks: readHooks,
  fallback: readFallback,
};

function listenPorts(tree: Tree): readonly Located<ListenPort>[] {
  return items(tree).map((item) => scalar(item, readListen));
}

function readFallback(tree: Tree, subject: string, report: Report): Fallback {
  if (tree.kind === 'scalar') return { mode: word<FallbackMode>(tree) };
  const [mode, ports, listen] = ['mode', 'ports', 'listen'].map((key) => at(tree, key));
  const isGiven = mode?.kind === 'scalar' && mode.value !== '';
  return {
    ...(isGiven && { mode: word<FallbackMode>(mode) }),
    ...(ports && { ports: readPorts(ports, subject.replaceAll('"', ''), report) }),
    ...(listen && { listen: listenPorts(listen) }),
  };
}

function readShim(tree: Tree): ShimSettings {
  return Object.fromEntries(entriesOf(tree).map(({ key, value }) => [key, text(value)]));
}

function readHooks(tree: Tree): Hooks {
  const commands = (key: string) => {
    const list = at(tree, key);
    return list
      ? items(list).map((argv) => ({ value: items(argv).map((word) => text(word).value), span: argv.span }))
      : [];
  };
  return { pre_up: commands('pre_up'), post_down: commands('post_down') };
}

const listenForm = /^(?:(?:\[(?<v6>[^\]]+)\]|(?<v4>[0-9.]+)):)?(?<first>\d+)(?:-(?<last>\d+))?(?:\/(?<protocol>\w+))?$/;

function readListen(written: string): ListenPort {
  const { v6, v4, first = '0', last, protocol } = listenForm.exec(written)?.groups ?? {};
  const address = v6 ?? v4;
  // A range is one in either order: no pattern could tell editors which way round it is.
  const ends = [Number(first), Number(last ?? first)] as const;
  return {
    ...(address !== undefined && { address }),
    first: Math.min(...ends),
    last: Math.max(...ends),
    protocol: protocol ?? 'tcp',
  };
}
