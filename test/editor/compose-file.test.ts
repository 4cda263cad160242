/**
 * `schema/compose-with-netmode.schema.json` in a real editor server: what is offered, shown and underlined in a Compose
 * file.
 */
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import schema from '../../schema/x-netmode.schema.json' with { type: 'json' };
import { saying } from '../support/hooks.ts';
import { type Editor, type Place, startEditor } from './server.ts';

const composeSchema = fileURLToPath(new URL('../../schema/compose-with-netmode.schema.json', import.meta.url));
const { top, service, network } = schema.$defs;
const modes = schema.$defs.mode.anyOf[0]!.enum!;

let editor: Editor;
test.before(
  saying(async () => {
    editor = await startEditor({ schemas: { [composeSchema]: '*' } });
  }),
);
test.after(async () => editor?.stop());

/** A whole Compose file; `§` marks the cursor, and each test puts text in at one of the three places. */
function file({
  atTop = '',
  atService = '',
  atNetwork = '',
}: {
  readonly atTop?: string;
  readonly atService?: string;
  readonly atNetwork?: string;
}): string {
  const below = (text: string, indent: number) => text.replaceAll('\n', `\n${' '.repeat(indent)}`);
  return `name: home
${below(atTop, 0)}
services:
  db:
    image: postgres
    networks: [backend]
    volumes: ["data:/var/lib/postgresql"]
  web:
    image: nginx
    ports: ["8080:80"]
    ${below(atService, 4)}
    depends_on: [db]
networks:
  backend:
  lan:
    ${below(atNetwork, 4)}
    labels: { for: web }
volumes:
  data:
`;
}

function cursor(marked: string): readonly [text: string, at: Place] {
  const before = marked.slice(0, marked.indexOf('§')).split('\n');
  return [marked.replace('§', ''), { line: before.length - 1, character: before.at(-1)!.length }];
}

const sorted = (words: Iterable<string>) => [...words].sort();

for (const [name, parts, expected] of [
  ['keys, top level', { atTop: 'x-netmode:\n  §' }, Object.keys(top.properties)],
  ['keys, service', { atService: 'x-netmode:\n  §' }, Object.keys(service.else.properties)],
  ['keys, network', { atNetwork: 'x-netmode:\n  §' }, Object.keys(network.else.properties)],
  [
    'keys not yet given',
    { atNetwork: 'x-netmode:\n  mode: macvlan\n  §' },
    Object.keys(network.else.properties).filter((key) => key !== 'mode'),
  ],
  ['keys of a key', { atTop: 'x-netmode:\n  shim:\n    §' }, Object.keys(schema.$defs.shim.properties)],
  ['short form, service', { atService: 'x-netmode: §' }, modes],
  ['mode, service', { atService: 'x-netmode:\n  mode: §' }, modes],
  ['mode, network', { atNetwork: 'x-netmode:\n  mode: §' }, modes],
  ['default, top level', { atTop: 'x-netmode:\n  default: §' }, modes],
  ['host_access', { atService: 'x-netmode:\n  mode: macvlan\n  host_access: §' }, ['shim', 'loopback', 'none']],
  ['flag', { atNetwork: 'x-netmode:\n  flag: §' }, ['bridge', 'private', 'vepa', 'passthru']],
  ['scope', { atTop: 'x-netmode:\n  scope: §' }, ['host', 'project']],
  ['fallback', { atTop: 'x-netmode:\n  fallback: §' }, ['none', 'bridge', 'host']],
  ['resolve_names', { atService: 'x-netmode:\n  resolve_names: §' }, ['true', 'false']],
] as const) {
  test(`completion: ${name}`, async () => {
    assert.equal(sorted(await editor.complete(...cursor(file(parts)))), sorted(expected));
  });
}

test('completion: the extension itself, at its three places', async () => {
  for (const parts of [{ atTop: 'x-§' }, { atService: 'x-§' }, { atNetwork: 'x-§' }]) {
    const offered = await editor.complete(...cursor(file(parts)));
    assert.ok(offered.includes('x-netmode'), `${JSON.stringify(parts)}: ${offered.join(', ')}`);
  }
});

/** What an editor shows is Markdown: some characters are escaped. */
const plain = (text: string) => text.replaceAll('\\', '');

for (const [place, keys] of [
  ['atTop', top.properties],
  ['atService', service.else.properties],
  ['atNetwork', network.else.properties],
] as const) {
  test(`hover: every key, ${place}`, async () => {
    for (const [key, { $ref }] of Object.entries(keys)) {
      const { description, examples } = definition($ref);
      const shown = plain(
        await editor.hover(...cursor(file({ [place]: `x-netmode:\n  §${key}: ${JSON.stringify(examples[0])}` }))),
      );
      assert.ok(shown.includes(description), `${key}: ${shown}`);
      assert.ok(shown.includes('Example:'), `${key}: ${shown}`);
    }
  });
}

function definition(reference: string): { readonly description: string; readonly examples: readonly unknown[] } {
  const found = Object.entries(schema.$defs).find(([name]) => reference === `#/$defs/${name}`)![1];
  assert.ok('description' in found && 'examples' in found, reference);
  return found as { description: string; examples: unknown[] };
}

test('hover: the short form', async () => {
  const shown = plain(await editor.hover(...cursor(file({ atService: 'x-netm§ode: ipvlan-l2' }))));
  assert.ok(shown.includes(schema.$defs.mode.description), shown);
});

test('validation: a sound file has no faults', async () => {
  const text = file({
    atTop: 'x-netmode:\n  default: bridge\n  parent: ${LAN_PARENT:-eth0}\n  hooks: { pre_up: [[modprobe, "8021q"]] }',
    atService:
      'x-netmode:\n  network: lan\n  ipv4_address: ${WEB_ADDRESS}\n' +
      '  listen: [80, "53/udp", "127.0.0.1:9000", "[::1]:9000", "8000-8010"]',
    atNetwork:
      'x-netmode:\n  mode: ipvlan-l2\n  subnet: [192.168.1.0/24, "fd00:1::/64"]\n  gateway: 192.168.1.1\n  vlan: 10',
  });
  assert.equal(await editor.validate(text), []);
});

for (const [name, parts, message] of [
  ['unknown key, top level', { atTop: 'x-netmode:\n  mode: host' }, /mode is not allowed/],
  ['unknown key, service', { atService: 'x-netmode:\n  mod: host' }, /mod is not allowed/],
  ['unknown key, network', { atNetwork: 'x-netmode:\n  listen: [80]' }, /listen is not allowed/],
  ['unknown netmode, top level', { atTop: 'x-netmode:\n  default: ipvln' }, /Valid values: .*"ipvlan-l2"/],
  ['unknown netmode, service', { atService: 'x-netmode: ipvln' }, /Valid values: .*"ipvlan-l2"/],
  ['unknown netmode, network', { atNetwork: 'x-netmode:\n  mode: ipvln' }, /Valid values: .*"ipvlan-l2"/],
  ['a list', { atService: 'x-netmode: [host]' }, /Incorrect type/],
  ['a number too large', { atNetwork: 'x-netmode:\n  vlan: 4095' }, /maximum of 4094/],
  ['no address', { atService: 'x-netmode:\n  ipv4_address: 192.168.1.300' }, /must be an IPv4 address such as/],
  ['no subnet', { atNetwork: 'x-netmode:\n  subnet: [192.168.1.0]' }, /must be a subnet such as/],
  ['no port', { atService: 'x-netmode:\n  listen: ["80/icmp"]' }, /must be a port such as/],
  ['no word of the choice', { atTop: 'x-netmode:\n  scope: hots' }, /Valid values: "host", "project"/],
] as const) {
  test(`validation: ${name}`, async () => {
    const text = file(parts);
    const faults = await editor.validate(text);
    assert.ok(faults.length > 0, 'nothing is underlined');
    const lines = text.split('\n');
    const first = lines.findIndex((line) => line.includes('x-netmode'));
    for (const { message: told, line } of faults) {
      assert.ok(line === first || line === first + 1, `line ${line}: ${told}`);
    }
    assert.ok(
      faults.some(({ message: told }) => message.test(told)),
      faults.map(({ message: told }) => told).join('\n'),
    );
  });
}

test.run();
