/** Texts with a grammar of their own: ports, addresses, variables, `.env` files, comments, suggestions. */
import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { stringify } from 'yaml';
import { networkModeText, readNetworkMode } from '../../../src/compose/project/network-mode.ts';
import { parsePortRange, parseShortPort } from '../../../src/compose/project/port-syntax.ts';
import { readDotenv } from '../../../src/compose/variables/dotenv.ts';
import { substitute } from '../../../src/compose/variables/template.ts';
import { parseYaml } from '../../../src/compose/yaml/parse.ts';
import { type Diagnostic, Diagnostics } from '../../../src/diagnostics/diagnostic.ts';
import { formats } from '../../../src/diagnostics/format/formats.ts';
import { withoutIgnored } from '../../../src/diagnostics/ignore.ts';
import { type RuleName, rules } from '../../../src/diagnostics/rules.ts';
import { SourceFile } from '../../../src/diagnostics/source.ts';
import { didYouMean } from '../../../src/diagnostics/suggest.ts';
import { decode } from '../../../src/netmode/decode.ts';
import { addressOf, formatAddress, formatCidr, parseAddress, parseCidr } from '../../../src/plan/facts/ip.ts';
import { isHarmless, placesAreInFiles } from '../../laws/everything.ts';
import { envTexts } from '../corpus.ts';
import { edits, hostileValue, hostileWord, spoilt } from '../hostile.ts';
import { type Target, target } from '../target.ts';

const piecesOf = (...pieces: readonly string[]) =>
  fc
    .array(fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...pieces) }, { weight: 1, arbitrary: hostileWord }), {
      maxLength: 7,
    })
    .map((parts) => parts.join(''));

const ports = target(
  'ports',
  200,
  piecesOf('8080', '80', ':', '-', '/', 'tcp', 'udp', '[', ']', '127.0.0.1', '::1', '0', '65535', '%', '.', ' '),
  (text) => {
    const read = parseShortPort(text);
    if ('message' in read) return;
    assert.ok(read.ports.length > 0 && read.ports.length <= 65536);
    for (const { target: inside, published } of read.ports) {
      assert.ok(inside > 0 && inside < 65536, `${inside}`);
      if (published) assert.ok(published.first >= 0 && published.first <= published.last && published.last < 65536);
    }
    parsePortRange(text);
  },
);

const addresses = target(
  'addresses',
  200,
  piecesOf(
    '192',
    '168',
    '1',
    '0',
    '255',
    '.',
    ':',
    '::',
    '/',
    '24',
    '64',
    '128',
    'fd00',
    'ffff',
    '%',
    'eth0',
    '-',
    ' ',
  ),
  (text) => {
    const [address, cidr] = [parseAddress(text), parseCidr(text)];
    if (address) assert.equal(parseAddress(formatAddress(address)), address);
    if (cidr) assert.equal(parseCidr(formatCidr(cidr)), cidr);
    addressOf(text);
  },
);

const modes = target('network modes', 200, piecesOf('service', 'container', 'host', ':', 'web', 'none'), (text) => {
  assert.type(networkModeText(readNetworkMode(text)), 'string');
});

/** Variables whose values are hostile too; one that names itself does not go round for ever. */
const templates = target(
  'templates',
  200,
  fc.record({
    text: piecesOf(
      '${',
      '}',
      '$',
      '$$',
      'A',
      'B',
      ':-',
      '-',
      ':?',
      '?',
      ':+',
      '+',
      '__proto__',
      'constructor',
      '_',
      '1',
    ),
    a: hostileWord,
  }),
  ({ text, a }) => {
    const nothing = () => undefined;
    const given = substitute(text, (name) => (name === 'A' ? a : undefined), {
      ...{ unset: nothing, invalid: nothing, missing: nothing },
    });
    assert.type(given, 'string');
  },
);

const dotenv = target(
  'env files',
  100,
  fc.oneof(
    fc.record({ text: fc.constantFrom(...envTexts), changes: edits }).map(({ text, changes }) => spoilt(text, changes)),
    piecesOf('A', '=', '"', "'", '\\', '\n', '#', ' ', 'export ', '${A}', '$B', '\t', '\r\n', ':', '__proto__=1\n'),
  ),
  (text) => {
    const values = new Map<string, string>();
    const nothing = () => undefined;
    readDotenv(text, values, nothing, {
      syntax: (_, offset) => assert.ok(offset >= 0 && offset <= text.length + 1),
      template: () => ({ unset: nothing, invalid: nothing, missing: nothing }),
    });
    for (const value of values.values()) assert.type(value, 'string');
  },
);

const places = ['service', 'network', 'top'] as const;

const extension = target(
  'x-netmode',
  60,
  fc.record({ place: fc.constantFrom(...places), value: hostileValue, subject: hostileWord }),
  ({ place, value, subject }) => {
    const diagnostics = new Diagnostics();
    const source = new SourceFile('/project/compose.yaml', stringify(value));
    const [tree] = parseYaml(source, true, diagnostics.report)?.trees ?? [];
    if (tree) decode(place, subject, tree, diagnostics.report);
    shown(diagnostics.sorted());
  },
);

function shown(diagnostics: readonly Diagnostic[]): void {
  placesAreInFiles(diagnostics);
  for (const format of Object.values(formats)) isHarmless(format(diagnostics, { cwd: '/project', color: false }));
}

/** Diagnostics that quote anything, about any place of any text. */
const told = target(
  'formats',
  60,
  fc.record({
    path: hostileWord,
    text: fc.oneof(hostileWord, fc.string({ unit: 'binary', maxLength: 40 })),
    start: fc.nat(60),
    length: fc.nat(60),
    rule: fc.constantFrom(...(Object.keys(rules) as RuleName[])),
    message: hostileWord,
    help: fc.option(hostileWord),
  }),
  ({ path, text, start, length, rule, message, help }) => {
    const source = new SourceFile(`/project/${path}`, text);
    const from = Math.min(start, text.length);
    const span = { source, start: from, end: Math.min(from + length, text.length) };
    const diagnostics = new Diagnostics();
    diagnostics.report(rule, span, message, { help: help ?? undefined, related: [{ message, span }] });
    diagnostics.report(rule, undefined, message);
    shown(withoutIgnored(diagnostics.sorted()));
  },
);

const warning: RuleName = 'address/no-range-on-lan';

/** A comment silences what it names, and nothing else, whatever stands around it. */
const ignored = target(
  'ignore comments',
  100,
  piecesOf('#', ' ', 'netcompose-ignore', ' ', warning, ',', '\n', ':', 'service/ports-ignored', '\r\n', '/', '*'),
  (text) => {
    const source = new SourceFile('/project/compose.yaml', text);
    const diagnostics = new Diagnostics();
    for (let at = 0; at <= text.length; at += 7)
      diagnostics.report(warning, { source, start: at, end: at }, `at ${at}`);
    const left = withoutIgnored(diagnostics.sorted());
    if (!text.includes(warning)) assert.is(left.length, diagnostics.sorted().length);
    shown(left);
  },
);

const suggestions = target(
  'suggestions',
  100,
  fc.record({ word: hostileWord, candidates: fc.array(hostileWord, { maxLength: 5 }) }),
  ({ word, candidates }) => void didYouMean(word, candidates),
);

export const parserTargets: readonly Target[] = [
  ...[ports, addresses, modes, templates, dotenv, extension, told, ignored, suggestions],
];
