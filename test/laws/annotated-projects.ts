/** Files from before netcompose: the generated ones without x-netmode, in the styles of people, editors and tools. */
import fc from 'fast-check';
import { isMap, isScalar, parseDocument, visit, type YAMLMap } from 'yaml';
import type { PlainMap } from '../../src/emit/override/plain-data.ts';
import { styledProject } from './projects.ts';

/** What is written into a service. */
export const changeWords: fc.Arbitrary<PlainMap> = fc.constantFrom<PlainMap>(
  { mode: 'host' },
  { mode: 'ipvlan-l2' },
  { mode: 'macvlan', parent: '${LAN:-eth0}', listen: [80, '53/udp'] },
  { mode: 'macvlan', mac_address: '02:42:c0:a8:01:35', vlan: 10 },
  { mode: 'macvlan', ipv6_address: 'fd00::1', aliases: ['a', 'b'] },
);

interface Habits {
  readonly eol: '\n' | '\r\n';
  readonly mark: boolean;
  /** Line breaks at the end. */
  readonly end: 0 | 1 | 3;
  readonly start: '' | '---\n' | '# Compose\n\n' | '\n';
  /** What the last key of each service is. */
  readonly last: 'as it is' | 'text' | 'kept text' | 'folded' | 'list' | 'nothing' | 'comment' | 'flow' | 'lines';
  readonly trailing: boolean;
  readonly keys: 'plain' | 'quoted';
}

const habits: fc.Arbitrary<Habits> = fc.record<Habits>({
  eol: fc.constantFrom('\n', '\n', '\r\n'),
  mark: fc.boolean(),
  end: fc.constantFrom(0, 1, 3),
  start: fc.constantFrom('', '---\n', '# Compose\n\n', '\n'),
  last: fc.constantFrom('as it is', 'text', 'kept text', 'folded', 'list', 'nothing', 'comment', 'flow', 'lines'),
  trailing: fc.boolean(),
  keys: fc.constantFrom('plain', 'plain', 'quoted'),
});

/** A text without any x-netmode. */
export const plainProject: fc.Arbitrary<string> = fc
  .tuple(styledProject, habits)
  .map(([text, how]) => inHabit(withoutExtension(text, how), how));

function withoutExtension(text: string, { last, keys }: Habits): string {
  const document = parseDocument(text, { merge: false });
  visit(document, {
    Map: (_, map) => {
      map.items = map.items.filter(({ key }) => !(isScalar(key) && /^x-(?:netmode|attached)$/.test(String(key.value))));
    },
    Pair: (_, { key }) => {
      if (keys === 'quoted' && isScalar(key) && key.value !== '<<') key.type = 'QUOTE_DOUBLE';
    },
  });
  const services = document.get('services') as YAMLMap;
  services.items.forEach(({ value }, index) => {
    if (!isMap(value) || value.flow) return;
    const pair = lastPair(last, index);
    if (pair) value.add(document.createPair('x-last', pair));
  });
  return document.toString({ lineWidth: 0 });
}

function lastPair(last: Habits['last'], index: number): unknown {
  switch (last) {
    case 'text':
      return 'one\n  two\nthree\n';
    case 'kept text':
      return 'one\n\n\n';
    case 'folded':
      return `${'many words '.repeat(20)}\n\nmore\n`;
    case 'list':
      return [{ a: 1, b: ['x', { c: null }] }, 'z'];
    case 'lines':
      return 'say "one"\nand \'two\'';
    case 'flow':
      return index % 2 === 0 ? {} : [];
    case 'nothing':
      return null;
    default:
      return undefined;
  }
}

function inHabit(text: string, { eol, mark, end, start, last, trailing }: Habits): string {
  let all = text.trimEnd();
  if (last === 'nothing') all = all.replace(/^(\s+"?x-last"?:) null$/gm, '$1');
  if (last === 'comment')
    all = all.replace(/^( {4,}\S.*[^|>+-])$/gm, (line, _, at: number) =>
      at % 7 === 0 ? `${line}\n${/^ */.exec(line)![0]}  # and this` : line,
    );
  if (trailing) all = all.replace(/^( +"?image"?: \S+)$/gm, '$1  ');
  // A text block with blank lines at its end loses them where the file ends: that is another value, and as good.
  all = `${start}${all}${'\n'.repeat(end)}`;
  if (eol === '\r\n') all = all.replaceAll('\n', '\r\n');
  return mark ? `\uFEFF${all}` : all;
}
