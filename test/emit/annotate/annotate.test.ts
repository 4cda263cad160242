/** Edits of single places, byte for byte. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Diagnostics } from '../../../src/diagnostics/diagnostic.ts';
import { SourceFile } from '../../../src/diagnostics/source.ts';
import { annotate } from '../../../src/emit/annotate/annotate.ts';
import type { Wish } from '../../../src/emit/annotate/wish.ts';
import type { PlainMap } from '../../../src/emit/override/plain-data.ts';

const service = (set: PlainMap, name = 'web', unset: readonly string[] = []): Wish => ({
  place: { kind: 'service', name },
  change: { kind: 'merge', set, unset },
});
const removed = (name = 'web'): Wish => ({ place: { kind: 'service', name }, change: { kind: 'remove' } });
const host = service({ mode: 'host' });

function run(text: string, wishes: readonly Wish[]) {
  const diagnostics = new Diagnostics();
  const result = annotate(new SourceFile('/p/compose.yaml', text), wishes, diagnostics.report);
  const told = diagnostics.sorted().map(({ message, span }) => {
    const { line, column } = span!.source.position(span!.start);
    return `${line}:${column} ${message}`;
  });
  return { text: result?.text, told, outcomes: result?.outcomes };
}

/** Name, text before, what is asked, text after. */
const edits: readonly (readonly [string, string, readonly Wish[], string])[] = [
  [
    'an alias together with the service that it stands for, in any order',
    'services:\n  web: &web\n    image: nginx\n  two: *web\n',
    [service({ mode: 'host' }, 'two'), host],
    'services:\n  web: &web\n    image: nginx\n    x-netmode: host\n  two: *web\n',
  ],
  [
    'the short form, last in the service',
    'services:\n  web:\n    image: nginx\n  db:\n    image: pg\n',
    [host],
    'services:\n  web:\n    image: nginx\n    x-netmode: host\n  db:\n    image: pg\n',
  ],
  [
    'the long form',
    'services:\n  web:\n    image: nginx\n',
    [service({ mode: 'macvlan', parent: 'eth0', listen: [80, '53/udp'] })],
    'services:\n  web:\n    image: nginx\n    x-netmode:\n      mode: macvlan\n      parent: eth0\n' +
      '      listen: [80, 53/udp]\n',
  ],
  [
    'four spaces',
    'services:\n    web:\n        image: nginx\n',
    [service({ mode: 'macvlan', vlan: 10 })],
    'services:\n    web:\n        image: nginx\n        x-netmode:\n            mode: macvlan\n            vlan: 10\n',
  ],
  [
    'other steps inside services than above them',
    'services:\n  web:\n      image: nginx\n',
    [service({ mode: 'macvlan', vlan: 10 })],
    'services:\n  web:\n      image: nginx\n      x-netmode:\n          mode: macvlan\n          vlan: 10\n',
  ],
  [
    'Windows line breaks',
    'services:\r\n  web:\r\n    image: nginx\r\n',
    [service({ mode: 'macvlan', vlan: 10 })],
    'services:\r\n  web:\r\n    image: nginx\r\n    x-netmode:\r\n      mode: macvlan\r\n      vlan: 10\r\n',
  ],
  [
    'a byte-order mark, and no line break at the end',
    '\uFEFFservices:\n  web:\n    image: nginx',
    [host],
    '\uFEFFservices:\n  web:\n    image: nginx\n    x-netmode: host',
  ],
  [
    'comments and blank lines stay where they are',
    'services:\n  web:\n    image: nginx # the best\n    # ports: no\n\n  # the database\n  db: { image: pg }\n',
    [host],
    'services:\n  web:\n    image: nginx # the best\n    x-netmode: host\n    # ports: no\n\n' +
      '  # the database\n  db: { image: pg }\n',
  ],
  [
    'comments about the inside of the last key',
    'services:\n  web:\n    image: nginx\n    environment:\n      A: b\n      # C: d\n\n  db:\n    image: pg\n',
    [host],
    'services:\n  web:\n    image: nginx\n    environment:\n      A: b\n      # C: d\n' +
      '    x-netmode: host\n\n  db:\n    image: pg\n',
  ],
  [
    'a list that is not indented',
    'services:\n  web:\n    image: nginx\n    ports:\n    - "80:80"\n  db:\n    image: pg\n',
    [host],
    'services:\n  web:\n    image: nginx\n    ports:\n    - "80:80"\n    x-netmode: host\n  db:\n    image: pg\n',
  ],
  [
    'behind a block of text',
    'services:\n  web:\n    image: nginx\n    command: |\n      a\n      b\n\n  db:\n    image: pg\n',
    [host],
    'services:\n  web:\n    image: nginx\n    command: |\n      a\n      b\n    x-netmode: host\n\n' +
      '  db:\n    image: pg\n',
  ],
  [
    'behind a block of text that keeps its line breaks',
    'services:\n  web:\n    image: nginx\n    command: |+\n      a\n\n  db:\n    image: pg\n',
    [host],
    'services:\n  web:\n    image: nginx\n    command: |+\n      a\n\n    x-netmode: host\n  db:\n    image: pg\n',
  ],
  [
    'before a block of text that ends the file without a line break',
    'services:\n  web:\n    image: nginx\n    command: |\n      a',
    [host],
    'services:\n  web:\n    image: nginx\n    x-netmode: host\n    command: |\n      a',
  ],
  [
    'behind a comment below a block of text, at the end without a line break',
    'services:\n  web:\n    build:\n      dockerfile_inline: |\n        FROM x\n\n      # end',
    [host],
    'services:\n  web:\n    build:\n      dockerfile_inline: |\n        FROM x\n\n      # end\n    x-netmode: host',
  ],
  [
    'a key without a value at the end',
    'services:\n  web:\n    image: nginx\n    environment: # none\nnetworks: {}\n',
    [host],
    'services:\n  web:\n    image: nginx\n    environment: # none\n    x-netmode: host\nnetworks: {}\n',
  ],
  [
    'in brackets',
    'services:\n  web: { image: nginx }\n',
    [service({ mode: 'macvlan', parent: '${LAN}', listen: [80] })],
    'services:\n  web: { image: nginx, x-netmode: { mode: macvlan, parent: "${LAN}", listen: [80] } }\n',
  ],
  [
    'in brackets without spaces',
    'services: {web: {image: nginx}}',
    [service({ mode: 'macvlan', vlan: 10 })],
    'services: {web: {image: nginx, x-netmode: {mode: macvlan, vlan: 10}}}',
  ],
  [
    'in brackets behind a key without a value, whose colon no comma may follow at once',
    'services:\n  web: { image: nginx, command: }\n',
    [host],
    'services:\n  web: { image: nginx, command: , x-netmode: host}\n',
  ],
  [
    'in brackets behind such a key and its comma',
    'services:\n  web: { image: nginx, command: , }\n',
    [host],
    'services:\n  web: { image: nginx, command: , x-netmode: host, }\n',
  ],
  [
    'in brackets behind such a key at the end of a line',
    'services:\n  web: { image: nginx, command: # none\n  }\n',
    [host],
    'services:\n  web: { image: nginx, command: # none\n    , x-netmode: host\n  }\n',
  ],
  [
    'in brackets behind such a key on a line of its own',
    'services:\n  web: {\n    image: nginx,\n    command:\n  }\n',
    [host],
    'services:\n  web: {\n    image: nginx,\n    command:\n    , x-netmode: host\n  }\n',
  ],
  [
    'in brackets over several lines, with comments',
    'services:\n  web: {\n    image: nginx, # one\n    tty: true # two\n  }\n',
    [host],
    'services:\n  web: {\n    image: nginx, # one\n    tty: true, # two\n    x-netmode: host\n  }\n',
  ],
  [
    'in brackets with a comma behind the last',
    'services:\n  web: {\n    image: nginx,\n  }\n',
    [host],
    'services:\n  web: {\n    image: nginx,\n    x-netmode: host,\n  }\n',
  ],
  [
    'JSON',
    '{\n  "services": {\n    "web": {\n      "image": "nginx"\n    }\n  }\n}\n',
    [service({ mode: 'macvlan', vlan: 10 })],
    '{\n  "services": {\n    "web": {\n      "image": "nginx",\n' +
      '      "x-netmode": { "mode": "macvlan", "vlan": 10 }\n    }\n  }\n}\n',
  ],
  [
    'an anchor that nobody uses',
    'services:\n  web: &web\n    image: nginx\n',
    [host],
    'services:\n  web: &web\n    image: nginx\n    x-netmode: host\n',
  ],
  [
    'a service that merges a fragment',
    'x-base: &base\n  image: nginx\nservices:\n  web:\n    <<: *base\n  db:\n    <<: *base\n',
    [host],
    'x-base: &base\n  image: nginx\nservices:\n  web:\n    <<: *base\n    x-netmode: host\n  db:\n    <<: *base\n',
  ],
  [
    'two services that share a text get it once',
    'services:\n  web: &web\n    image: nginx\n  worker:\n    <<: *web\n    tty: true\n',
    [host, service({ mode: 'host' }, 'worker')],
    'services:\n  web: &web\n    image: nginx\n    x-netmode: host\n  worker:\n    <<: *web\n    tty: true\n',
  ],
  [
    'a key added to a fragment’s annotation is written out with it',
    'x-base: &base\n  image: nginx\n  x-netmode: macvlan\nservices:\n  web:\n    <<: *base\n  db:\n    <<: *base\n',
    [service({ vlan: 10 })],
    'x-base: &base\n  image: nginx\n  x-netmode: macvlan\nservices:\n  web:\n    <<: *base\n' +
      '    x-netmode:\n      mode: macvlan\n      vlan: 10\n  db:\n    <<: *base\n',
  ],
  [
    'another mode, in place, its quotes and comment kept',
    "services:\n  web:\n    x-netmode: 'host' # fast\n    image: nginx\n",
    [service({ mode: 'macvlan' })],
    "services:\n  web:\n    x-netmode: 'macvlan' # fast\n    image: nginx\n",
  ],
  [
    'short becomes long, its comment kept',
    'services:\n  web:\n    x-netmode: macvlan # mine\n    image: nginx\n',
    [service({ parent: 'eth0' })],
    'services:\n  web:\n    x-netmode: # mine\n      mode: macvlan\n      parent: eth0\n    image: nginx\n',
  ],
  [
    'and short again',
    'services:\n  web:\n    x-netmode: # mine\n      mode: macvlan\n      parent: eth0\n    image: nginx\n',
    [service({}, 'web', ['parent'])],
    'services:\n  web:\n    x-netmode: macvlan # mine\n    image: nginx\n',
  ],
  [
    'long stays long where a comment would be lost',
    'services:\n  web:\n    x-netmode:\n      # mine\n      mode: macvlan\n      parent: eth0\n    image: nginx\n',
    [service({}, 'web', ['parent'])],
    'services:\n  web:\n    x-netmode:\n      # mine\n      mode: macvlan\n    image: nginx\n',
  ],
  [
    'a mapping of the mode alone keeps its form',
    'services:\n  web:\n    image: nginx\n    x-netmode: { mode: host }\n',
    [service({ mode: 'bridge' })],
    'services:\n  web:\n    image: nginx\n    x-netmode: { mode: bridge }\n',
  ],
  [
    'key by key',
    'services:\n  web:\n    image: nginx\n    x-netmode:\n      mode: macvlan # why\n      listen:\n' +
      '        - 80\n      vlan: 10\n',
    [service({ vlan: 11, parent: 'eth1' }, 'web', ['listen'])],
    'services:\n  web:\n    image: nginx\n    x-netmode:\n      mode: macvlan # why\n' +
      '      vlan: 11\n      parent: eth1\n',
  ],
  [
    'a list in brackets',
    'services:\n  web:\n    image: nginx\n    x-netmode: { mode: host, listen: [80] }\n',
    [service({ listen: [80, 443] })],
    'services:\n  web:\n    image: nginx\n    x-netmode: { mode: host, listen: [80, 443] }\n',
  ],
  [
    'an alias is written out for the one that changes',
    'x-lan: &lan\n  mode: macvlan\n  parent: eth0\nservices:\n  web:\n    image: nginx\n' +
      '    x-netmode: *lan\n  db:\n    image: pg\n    x-netmode: *lan\n',
    [service({ parent: 'eth1' })],
    'x-lan: &lan\n  mode: macvlan\n  parent: eth0\nservices:\n  web:\n    image: nginx\n' +
      '    x-netmode:\n      mode: macvlan\n      parent: eth1\n  db:\n    image: pg\n' +
      '    x-netmode: *lan\n',
  ],
  [
    'taken out',
    'services:\n  web:\n    image: nginx\n    x-netmode:\n      mode: macvlan\n' +
      '      # parent: eth0\n\n  db:\n    image: pg\n',
    [removed()],
    'services:\n  web:\n    image: nginx\n\n  db:\n    image: pg\n',
  ],
  [
    'taken out where it is all that an override says',
    'services:\n  web:\n    x-netmode: host\n',
    [removed()],
    'services:\n  web:\n    {}\n',
  ],
  [
    'taken out where there is none',
    'services:\n  web: { image: x }\n',
    [removed()],
    'services:\n  web: { image: x }\n',
  ],
  [
    'a mapping where another file has one',
    'services:\n  web:\n    image: nginx\n',
    [{ ...host, asMapping: true }],
    'services:\n  web:\n    image: nginx\n    x-netmode:\n      mode: host\n',
  ],
  [
    'defaults before the services',
    'name: home\n\n# what runs\nservices:\n  web: { image: x }\n',
    [{ place: { kind: 'top' }, change: { kind: 'merge', set: { default: 'bridge' }, unset: [] } }],
    'name: home\n\n# what runs\nx-netmode:\n  default: bridge\nservices:\n  web: { image: x }\n',
  ],
  [
    'native network_mode, in its place',
    'services:\n  web:\n    network_mode: "host" # fast\n    image: nginx\n',
    [{ ...host, replaces: ['network_mode'] }],
    'services:\n  web:\n    x-netmode: "host" # fast\n    image: nginx\n',
  ],
  [
    'native network_mode in brackets',
    'services:\n  web: { image: nginx, network_mode: host, tty: true }\n',
    [{ ...host, replaces: ['network_mode'] }],
    'services:\n  web: { image: nginx, x-netmode: host, tty: true }\n',
  ],
  [
    'native network_mode beside an annotation',
    'services:\n  web:\n    network_mode: host\n    image: nginx\n    x-netmode: host\n',
    [{ ...host, replaces: ['network_mode'] }],
    'services:\n  web:\n    image: nginx\n    x-netmode: host\n',
  ],
  [
    'a native network',
    'services:\n  web: { image: x, networks: [lan] }\nnetworks:\n  lan:\n    name: lan\n' +
      '    driver: macvlan # LAN\n    driver_opts:\n      parent: eth0\n    ipam:\n      config:\n' +
      '        - subnet: 10.0.0.0/24\n    labels: { a: b }\n',
    [
      {
        place: { kind: 'network', name: 'lan' },
        change: { kind: 'merge', set: { mode: 'macvlan', parent: 'eth0', subnet: '10.0.0.0/24' }, unset: [] },
        replaces: ['driver', 'driver_opts', 'ipam'],
      },
    ],
    'services:\n  web: { image: x, networks: [lan] }\nnetworks:\n  lan:\n    name: lan\n' +
      '    x-netmode: # LAN\n      mode: macvlan\n      parent: eth0\n      subnet: 10.0.0.0/24\n' +
      '    labels: { a: b }\n',
  ],
  [
    'a network that says nothing',
    'services:\n  web: { image: x, networks: [lan] }\nnetworks:\n  lan: # ours\n  other:\n',
    [{ place: { kind: 'network', name: 'lan' }, change: { kind: 'merge', set: { mode: 'macvlan' }, unset: [] } }],
    'services:\n  web: { image: x, networks: [lan] }\nnetworks:\n  lan: # ours\n    x-netmode: macvlan\n  other:\n',
  ],
];

for (const [name, before, wishes, after] of edits) {
  test(name, () => {
    const { text, told } = run(before, wishes);
    assert.equal(told, []);
    assert.is(text, after);
  });
}

test('every addition is undone to the byte', () => {
  let added = 0;
  for (const [name, before, wishes, after] of edits) {
    if (before.includes('x-netmode') || wishes.some(({ change, replaces }) => change.kind === 'remove' || replaces))
      continue;
    if (wishes.some(({ place }) => place.kind === 'network')) continue; // `lan:` becomes a mapping
    added += 1;
    const undo = wishes.map(({ place }): Wish => ({ place, change: { kind: 'remove' } }));
    assert.is(run(after, undo).text, before, name);
  }
  assert.ok(added >= 15);
});

/** Name, text, what is asked, what is told instead of an edit. */
const refusals: readonly (readonly [string, string, readonly Wish[], readonly string[]])[] = [
  [
    'a service that is only an alias',
    'x-web: &web { image: nginx }\nservices:\n  web: *web\n',
    [host],
    ['3:8 "web" is only an alias: it has no text of its own to annotate'],
  ],
  [
    'a text that others share',
    'services:\n  web: &web\n    image: nginx\n  worker:\n    <<: *web\n',
    [host],
    ['2:3 "web" cannot be annotated alone: "worker" would change with it'],
  ],
  [
    'an annotation that others refer to',
    'services:\n  web:\n    image: nginx\n    x-netmode: &lan { mode: macvlan, parent: eth0 }\n' +
      '  db:\n    image: pg\n    x-netmode: *lan\n',
    [service({ parent: 'eth1' })],
    ['4:5 "web" cannot be annotated alone: "db" would change with it'],
  ],
  [
    'one that is inherited cannot be taken out',
    'x-base: &base\n  x-netmode: host\nservices:\n  web:\n    <<: *base\n    image: nginx\n',
    [removed()],
    ['2:3 "web": "x-netmode" is not its own but comes from here, for all that share this part'],
  ],
  [
    'several documents',
    'services:\n  web: { image: x }\n---\nservices:\n  db: { image: x }\n',
    [host],
    ['1:1 the file has several documents, and which to annotate is not clear'],
  ],
  ['no such service', 'services:\n  db: { image: x }\n', [host], ['1:1 "web" is not written in this file']],
  ['no mapping', 'services:\n  web: nginx\n', [host], ['2:3 "web" is not a mapping']],
  [
    'one of two',
    'services:\n  web: { image: x }\n  db: nginx\n',
    [host, service({ mode: 'host' }, 'db')],
    ['3:3 "db" is not a mapping'],
  ],
];

for (const [name, text, wishes, expected] of refusals) {
  test(`refused: ${name}`, () => {
    const result = run(text, wishes);
    assert.equal(result.told, expected);
    assert.is(result.text, undefined);
  });
}

test('what was and what is', () => {
  const { outcomes } = run('services:\n  web: { image: x, network_mode: host, x-netmode: macvlan }\n', [
    { ...service({ parent: 'eth0' }), replaces: ['network_mode'] },
  ]);
  assert.equal(
    outcomes?.map(({ place, before, after, replaced }) => ({ place, before, after, replaced })),
    [
      {
        place: { kind: 'service', name: 'web' },
        before: { mode: 'macvlan' },
        after: { mode: 'macvlan', parent: 'eth0' },
        replaced: ['network_mode'],
      },
    ],
  );
});

test.run();
