/** `examples/local-dev`: the one file on each kind of engine, of which the folder has a file of facts. */
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { reachText } from '../../src/emit/text/reach-text.ts';
import { readFactsText } from '../../src/plan/facts/read-facts.ts';
import { planTexts, told } from '../support/in-memory.ts';

const folder = new URL('../../examples/local-dev/', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, folder), 'utf8');

/** What the comment at the head of the file says of the server's `.env`. */
const serversEnv: Readonly<Record<string, string>> = Object.fromEntries(
  [...read('compose.yaml').matchAll(/^# {3}([A-Z_]+)=(\S+)$/gm)].map(([, name, value]) => [name!, value!]),
);

function planned(kind: string, env: Readonly<Record<string, string>> = {}) {
  const result = readFactsText(read(`facts/${kind}.json`));
  if ('fault' in result) throw new Error(`${kind}: ${result.fault}`);
  const outcome = planTexts(read('compose.yaml'), { facts: result.facts, env });
  assert.ok(outcome.plan, told(outcome).join('\n'));
  const reach = (service: string) => {
    const places = outcome.plan!.services.get(service)!.reach;
    return [reachText(places, 'host'), reachText(places, 'lan')];
  };
  return {
    reach: Object.fromEntries(['dns', 'kids', 'app'].map((service) => [service, reach(service)])),
    told: told(outcome),
    helps: outcome.diagnostics.sorted().flatMap(({ help }) => help ?? []),
  };
}

const ports = (address: string) => `${address}:53, ${address}:53/udp, ${address}:8080`;
const apart = { dns: [ports('127.0.0.241'), '-'], kids: [ports('127.0.0.43'), '-'] };
const nowhere = { dns: ['-', '-'], kids: ['-', '-'] };

const inMachine = (product: string) => `${product}'s containers live in a virtual machine that is not on the LAN`;
const empty = '"parent" is empty, as its variable is not set';
const elsewhere = 'the engine is on another machine, whose interfaces netcompose cannot see or prepare';

const fallsBack = (service: string, because: string, given = '') =>
  `info service/falls-back: "${service}" is on a bridge instead of macvlan, because ${because}: ` +
  `it has no address on the LAN${given}, no MAC address of its own, no broadcast and multicast of the LAN`;

interface Case {
  readonly kind: string;
  readonly because: string;
  readonly reach: Readonly<Record<string, readonly string[]>>;
  readonly app: readonly string[];
  /** What is said of each loopback address beside. */
  readonly beside?: (service: string, address: string) => string;
}

const taken = (service: string, address: string) =>
  `"${service}" publishes on ${address}, because others have its ports too`;
const onMac = (severity: string) => (service: string, address: string) =>
  `${severity} ports/no-such-address: ${taken(service, address)}: a Mac has only 127.0.0.1 until it is given others`;
const passedOn = (product: string) => (service: string, address: string) =>
  `warning ports/no-such-address: ${taken(service, address)}: ` +
  `${product} passes every loopback address of its virtual machine on to 127.0.0.1`;
const onLaptop = ['localhost:3000', '192.168.7.23:3000'];
const onAMac = ['localhost:3000', '<host>:3000'];

const cases: readonly Case[] = [
  { kind: 'linux-laptop', because: empty, reach: apart, app: onLaptop },
  { kind: 'rootless', because: 'a rootless engine has no macvlan and no ipvlan', reach: apart, app: onLaptop },
  { kind: 'podman', because: empty, reach: apart, app: onLaptop },
  { kind: 'docker-desktop-linux', because: inMachine('Docker Desktop'), reach: apart, app: onLaptop },
  {
    ...{ kind: 'docker-desktop-windows', because: inMachine('Docker Desktop'), reach: apart },
    app: ['localhost:3000', '172.28.112.5:3000'],
  },
  {
    ...{ kind: 'docker-desktop-mac', because: inMachine('Docker Desktop'), reach: apart, app: onAMac },
    beside: onMac('error'),
  },
  { kind: 'orbstack', because: inMachine('OrbStack'), reach: apart, app: onAMac, beside: onMac('warning') },
  {
    ...{ kind: 'podman-machine', because: inMachine('Podman machine'), reach: apart, app: onAMac },
    beside: onMac('warning'),
  },
  { kind: 'colima', because: inMachine('Colima'), reach: nowhere, app: onAMac, beside: passedOn('Colima') },
  {
    ...{ kind: 'rancher-desktop', because: inMachine('Rancher Desktop'), reach: nowhere, app: onAMac },
    beside: passedOn('Rancher Desktop'),
  },
  {
    ...{ kind: 'remote', because: elsewhere, reach: nowhere },
    app: ["<engine's machine>:3000", "<engine's machine>:3000"],
    beside: (service, address) =>
      `warning engine/remote: ${taken(service, address)}: on the engine's machine, which nobody else reaches there`,
  },
];

test('there is a case for each file of facts', () => {
  const files = readdirSync(new URL('facts/', folder)).map((file) => file.replace('.json', ''));
  assert.equal(files.sort(), ['server', ...cases.map(({ kind }) => kind)].sort());
});

for (const { kind, because, reach, app, beside } of cases) {
  test(`${kind}: both fall back, and it is said where they answer`, () => {
    const outcome = planned(kind);
    assert.equal(outcome.reach, { ...reach, app });
    assert.equal(
      outcome.told,
      [['dns', '127.0.0.241'] as const, ['kids', '127.0.0.43'] as const].flatMap(([service, address]) => [
        fallsBack(service, because),
        ...(beside ? [beside(service, address)] : []),
      ]),
    );
  });
}

test('on the server, with its .env, each has its address on the LAN, and nothing is wrong', () => {
  const { reach, told } = planned('server', serversEnv);
  assert.equal(told, []);
  assert.equal(reach, {
    dns: [ports('192.168.1.53'), ports('192.168.1.53')],
    kids: [ports('192.168.1.54'), ports('192.168.1.54')],
    app: ['localhost:3000', '192.168.1.10:3000'],
  });
});

test('on the server, an address that is left empty is a mistake', () => {
  const { told } = planned('server', { ...serversEnv, DNS_ADDRESS: '' });
  assert.equal(told, ['error netmode/invalid-value: "dns": "ipv4_address" is ""']);
});

test("the server's .env on a laptop, where there is no such parent: what is lost is named", () => {
  const { told, reach } = planned('linux-laptop', serversEnv);
  const because = 'there is no interface "eth0" on this host';
  assert.equal(told, [fallsBack('dns', because, ' (192.168.1.53)'), fallsBack('kids', because, ' (192.168.1.54)')]);
  assert.equal(reach, { ...apart, app: onLaptop });
});

test('on a Mac the command is named, address by address', () => {
  const { helps } = planned('docker-desktop-mac');
  assert.equal(
    helps.map((help) => /sudo [^;]+/.exec(help)?.[0]),
    ['sudo ifconfig lo0 alias 127.0.0.241 up', 'sudo ifconfig lo0 alias 127.0.0.43 up'],
  );
});

test('other ports in the fallback need no other address', () => {
  for (const kind of ['colima', 'docker-desktop-mac']) {
    const { told, reach } = planned(kind, { KIDS_DNS_PORT: '5353', KIDS_WEB_PORT: '8081' });
    assert.equal(told, [fallsBack('dns', becauseOf(kind)), fallsBack('kids', becauseOf(kind))]);
    assert.equal(reach['kids']![0], 'localhost:5353, localhost:5353/udp, localhost:8081');
    assert.equal(reach['dns']![0], ports('localhost'));
  }
});

const becauseOf = (kind: string) => cases.find((each) => each.kind === kind)!.because;

test('without the fallback, everything that a laptop leaves empty is an error once', () => {
  const text = read('compose.yaml')
    .replace('fallback: ${WITHOUT_LAN:-bridge}', '')
    .replace(/ {6}fallback:[^]*?(?=\n\n)/g, '');
  const facts = readFactsText(read('facts/linux-laptop.json'));
  assert.ok('facts' in facts);
  const outcome = planTexts(text, { facts: facts.facts });
  assert.equal(
    told(outcome).filter((line) => line.startsWith('error parent/')),
    [`error parent/not-found: "dns": ${empty}`, `error parent/not-found: "kids": ${empty}`],
  );
  for (const key of ['subnet', 'gateway', 'ip_range'])
    assert.is(told(outcome).filter((line) => line.includes(`"${key}" is ""`)).length, 1, key);
});

test.run();
