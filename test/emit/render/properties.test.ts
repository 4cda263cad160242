/** Laws of `render` over generated files: every shape in which YAML lets the same services be written. */
import fc from 'fast-check';
import { test } from 'uvu';
import { lanFacts, planTexts } from '../../support/in-memory.ts';
import { checkedRendering } from './rendering.ts';

const modes = [
  'host',
  'none',
  'bridge',
  'ipvlan-l2',
  '{ mode: ipvlan-l2, aliases: [z] }',
  '{ mode: bridge }',
  '*m',
] as const;

/** Lines of one service, each key at most once, in any order. */
const keys = {
  image: fc.constantFrom('image: nginx', '"image": nginx # img', "image:  'nginx'"),
  mode: fc.constantFrom(...modes).map((mode) => `x-netmode: ${mode}`),
  expose: fc.constantFrom(
    'expose: [80]',
    'expose:\n  - "80" # one\n  # two\n  - "81"',
    'expose: *e',
    'expose: &own [ "9" ]',
  ),
  networks: fc.constantFrom(
    'networks: [back]',
    'networks:\n  back:',
    'networks:\n- back',
    'networks: { back: { aliases: [b] } }',
    'networks: *n',
  ),
  hosts: fc.constantFrom('extra_hosts: ["a:1.2.3.4"]', 'extra_hosts:\n  a: 1.2.3.4', 'extra_hosts: *h'),
  environment: fc.constantFrom(
    'environment:\n  A: |\n    x\n\n    y',
    'environment: { A: "1", B: no }',
    'environment:\n  <<: *v\n  B: "2"',
  ),
  merge: fc.constantFrom('<<: *one', '<<: *two', '<<: [*one, *two]', '<<: { hostname: h, x-netmode: none }'),
  depends: fc.constant('depends_on: [last]'),
} as const;

type Part = keyof typeof keys;

const gap = fc.constantFrom('', '', '', '\n', '# comment\n', '# a\n\n# b\n');

const service = fc
  .record({
    order: fc.shuffledSubarray(Object.keys(keys) as Part[], { minLength: 1 }),
    lines: fc.record(keys),
    gaps: fc.array(gap, { minLength: 9, maxLength: 9 }),
    flow: fc.integer({ min: 0, max: 4 }),
  })
  .map(({ order, lines, gaps, flow }) => {
    const chosen = order.includes('image') ? order : (['image', ...order] as const);
    const texts = chosen.map((key) => lines[key]);
    if (flow === 0 && texts.every((text) => !/[\n#]/.test(text)))
      return { flow: `{ ${texts.join(', ').replaceAll(/(\*\w+)(?=,|$)/g, '$1 ')} }` };
    return { block: texts.map((text, i) => `${gaps[i]}${text}\n`).join('') };
  });

const indented = (text: string, by: number) => text.replace(/^(?=.)/gm, ' '.repeat(by));

const file = fc
  .record({
    services: fc.array(
      fc.oneof({ arbitrary: service, weight: 5 }, { arbitrary: fc.constant({ alias: '*s0 ' }), weight: 1 }),
      { minLength: 1, maxLength: 4 },
    ),
    fragmentMode: fc.constantFrom('', '  x-netmode: host\n', '  x-netmode: *m\n'),
    step: fc.constantFrom(2, 4),
    top: fc.constantFrom('', 'x-netmode: { default: host }\n', 'x-netmode:\n  parent: eth0\n  # c\n\n'),
    declared: fc.constantFrom(
      '',
      'networks:\n  back:\n',
      'networks: { back: , other: {} }\n',
      'networks:\n  back: # b\n    driver: bridge\n',
    ),
    ending: fc.constantFrom('', '# end\n', 'volumes:\n  v:\n'),
    crlf: fc.boolean(),
    final: fc.boolean(),
  })
  .map(({ services, fragmentMode, step, top, declared, ending, crlf, final }) => {
    const fragments =
      'x-m: &m ipvlan-l2\nx-e: &e ["80"]\nx-n: &n [back]\nx-h: &h ["a:1.2.3.4"]\nx-v: &v { A: "0" }\n' +
      `x-one: &one\n  image: one # first\n  restart: always\n${fragmentMode}  networks: [back]\n` +
      'x-two: &two { image: two, expose: ["7"], labels: [a] }\n';
    const entries = services.map((one, i) => {
      const anchor = i === 0 && !('alias' in one) ? ' &s0' : '';
      if ('alias' in one) return i === 0 ? `s${i}: &s0 { image: x }\n` : `s${i}: ${one.alias}\n`;
      return 'flow' in one ? `s${i}:${anchor} ${one.flow}\n` : `s${i}:${anchor} # s\n${indented(one.block!, step)}`;
    });
    const networks = declared === '' ? 'networks:\n  back:\n' : declared;
    const text =
      `${top}${fragments}services:\n` +
      `${indented([...entries, 'last:\n  image: x\n'].join(''), step)}${networks}${ending}`;
    return (final ? text : text.trimEnd()).replaceAll('\n', crlf ? '\r\n' : '\n');
  });

test('rendered, any file is plain Compose of the planned model, and rendering it again changes nothing', () => {
  const property = fc.property(file, (text) => {
    // What the plan refuses (a dependency that cannot be reached, a host network beside others) is never rendered.
    fc.pre(!planTexts(text, { facts: lanFacts }).diagnostics.hasErrors);
    checkedRendering(text);
  });
  fc.assert(property, { numRuns: 150, maxSkipsPerRun: 50, includeErrorInReport: true });
});

test.run();
