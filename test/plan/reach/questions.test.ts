/** Which questions a plan implies. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { LiveContainer } from '../../../src/plan/reach/live-container.ts';
import type { Question } from '../../../src/plan/reach/question.ts';
import { questionsOf } from '../../../src/plan/reach/questions.ts';
import { lanFacts, planTexts } from '../../support/in-memory.ts';

const container = (service: string, more: Partial<LiveContainer> = {}): LiveContainer => ({
  name: `project-${service}-1`,
  service,
  state: 'running',
  pid: 100,
  addresses: { project_default: ['172.18.0.2'] },
  ports: [],
  ...more,
});

const shown = ({ from, to, place, probes, notAsked }: Question) => {
  const asker = from.kind === 'container' ? from.service : from.kind;
  const asked = probes.map((probe) => ('port' in probe ? `${probe.kind} ${probe.port}` : probe.kind)).join(', ');
  return `${asker} > ${to} ${place}: ${notAsked === undefined ? asked || 'nothing' : 'not asked'}`;
};

const questions = (
  services: string,
  live: readonly LiveContainer[],
  ...more: [engine?: Parameters<typeof questionsOf>[2], only?: ReadonlySet<string>]
) =>
  questionsOf(planTexts(`services:\n${services}`, { facts: lanFacts }).plan!, live, ...more).map((one) => shown(one));

test('published ports are asked from the host, and of the LAN nothing can be asked', () => {
  assert.equal(questions('  web: { image: x, ports: ["8080:80"] }\n', [container('web')]), [
    'host > web localhost:8080: tcp 8080',
    'lan > web 192.168.1.10:8080: not asked',
  ]);
});

test('the port that Docker has chosen is asked', () => {
  const ports = [{ published: 49153, target: 80, protocol: 'tcp' }];
  assert.equal(
    questions('  web: { image: x, ports: ["80"] }\n', [container('web', { ports })])[0],
    ['host > web localhost:49153: tcp 49153'][0],
  );
  assert.is(questions('  web: { image: x, ports: ["80"] }\n', [])[0], 'host > web localhost:<dynamic>: nothing');
});

test('UDP is asked by the protocol of the container’s port; others are not', () => {
  const all = questions('  dns: { image: x, ports: ["5353:53/udp", "9000:9000/udp"] }\n', [container('dns')]);
  assert.is(all[0], 'host > dns localhost:5353/udp: udp 5353');
  assert.is(all[2], 'host > dns localhost:9000/udp: not asked');
});

test('of a wide range a part is asked', () => {
  const [question] = questionsOf(
    planTexts('services:\n  ftp: { image: x, ports: ["30000-30099:30000-30099"] }\n', { facts: lanFacts }).plan!,
    [container('ftp')],
  );
  assert.is(question!.probes.length, 16);
});

test('an address on the LAN: port, ping, gateway', () => {
  const netmode = '{ mode: macvlan, ip_range: 192.168.1.192/27, ipv4_address: 192.168.1.200, listen: [80] }';
  assert.equal(questions(`  web: { image: x, x-netmode: ${netmode} }\n`, [container('web')]), [
    'host > web 192.168.1.200:80: tcp 80',
    'lan > web 192.168.1.200:80: not asked',
    'host > web 192.168.1.200 (ping): ping',
    'web > gateway 192.168.1.1 (ping): ping',
  ]);
});

test('at layer 3 the router by which this host leaves is asked, and where there is none, nobody', () => {
  const service = (parent: string) =>
    `  web: { image: x, x-netmode: { mode: ipvlan-l3, parent: ${parent}, subnet: 10.7.1.0/24, listen: [80] } }\n`;
  const live = [container('web', { addresses: { 'netcompose-eth0': ['10.7.1.2'], 'netcompose-eth1': ['10.7.1.2'] } })];
  assert.equal(questions(service('eth0'), live), [
    'host > web 10.7.1.2:80: tcp 80',
    'lan > web 10.7.1.2:80: not asked',
    'host > web 10.7.1.2 (ping): ping',
    'web > gateway 192.168.1.1 (ping): ping',
  ]);
  assert.is(questions(service('eth1'), live).length, 3);
});

test('without a shim the host promises nothing', () => {
  const netmode =
    '{ mode: macvlan, ip_range: 192.168.1.192/27, ipv4_address: 192.168.1.200, listen: [80], host_access: none }';
  assert.equal(questions(`  web: { image: x, x-netmode: ${netmode} }\n`, [container('web')]), [
    'lan > web 192.168.1.200:80: not asked',
    'web > gateway 192.168.1.1 (ping): ping',
  ]);
});

type Changes = Readonly<Partial<Record<'onLan' | 'onBack' | 'onFront' | 'ofDb' | 'isBack' | 'isFront', string>>>;

const pair = '  web: { image: x, depends_on: [db] }\n  db: { image: x, expose: ["5432"] }\n';
const db = container('db', { addresses: { project_default: ['172.18.0.3'] } });

test('a service asks those that it depends on, at their ports', () => {
  assert.equal(questions(pair, [container('web'), db]), ['web > db 172.18.0.3:5432: tcp 5432']);
});

/** As seen with engine 28.5: the asking one's networks decide, whatever those of the other are. */
for (const [name, changes, on, version] of [
  ['the first of the names', {}, 'back'],
  ['internal ones last', { isBack: 'internal: true' }, 'front'],
  ['those with IPv6 first', { isFront: 'enable_ipv6: true' }, 'front'],
  ['the highest priority', { onLan: 'gw_priority: 1' }, 'lan'],
  ['a priority before IPv6', { onLan: 'gw_priority: 1', isFront: 'enable_ipv6: true' }, 'lan'],
  ['a priority of an internal one', { onBack: 'gw_priority: 1', isBack: 'internal: true' }, 'back'],
  ['a priority below none', { onBack: 'gw_priority: -1', onFront: 'gw_priority: -2' }, 'lan'],
  ["the other's priority is nothing", { ofDb: 'gw_priority: 1' }, 'back'],
  ['an engine that knows no priorities', { onLan: 'gw_priority: 1' }, 'back', '26.1.5'],
] as const) {
  test(`of several networks that two share, Docker answers from one: ${name}`, () => {
    const { onLan = '', onBack = '', onFront = '', ofDb = '', isBack = '', isFront = '' }: Changes = changes;
    const text =
      `  web: { image: x, depends_on: [db], networks: { lan: { ${onLan} }, back: { ${onBack} }, ` +
      `front: { ${onFront} } } }\n` +
      `  db: { image: x, expose: ["5432"], networks: { lan: { ${ofDb} }, back: {}, front: {} } }\n` +
      'networks:\n  lan: { driver: macvlan, driver_opts: { parent: eth0 }, ipam: { config: [{ ' +
      `subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.192/27 }] } }\n` +
      `  back: { ${isBack} }\n  front: { ${isFront} }\n`;
    const addresses = { project_lan: ['192.168.1.193'], project_back: ['172.18.0.3'], project_front: ['172.19.0.3'] };
    const engine = { kind: 'engine', remote: false, version: version ?? '28.5.2' } as const;
    const asked = questions(text, [container('web', { addresses }), container('db', { addresses })], engine);
    assert.ok(asked.includes(`web > db ${addresses[`project_${on}`][0]}:5432: tcp 5432`), asked.join('\n'));
  });
}

test('what does not run cannot ask; what has no address fails', () => {
  assert.equal(questions(pair, [container('web', { state: 'exited', exitCode: 1 }), db]), [
    'web > db 172.18.0.3:5432: not asked',
  ]);
  assert.equal(questions(pair, [container('web'), container('db', { state: 'exited', exitCode: 1, addresses: {} })]), [
    'web > db db: nothing',
  ]);
});

test('a job that has ended well promises nothing', () => {
  const finished = container('db', { state: 'exited', exitCode: 0, addresses: {} });
  assert.equal(questions(pair, [container('web'), finished]), ['web > db db: not asked']);
});

test('guests are asked by the loopback interface that they share', () => {
  const guests =
    '  vpn: { image: x, ports: ["8080:80"] }\n' +
    '  app: { image: x, depends_on: [vpn], expose: ["9000"], network_mode: "service:vpn" }\n';
  const all = questions(guests, [container('vpn'), container('app', { addresses: {} })]);
  assert.ok(all.includes('app > vpn 127.0.0.1:80: tcp 80'), all.join('\n'));
});

test('by host-gateway, at the address in /etc/hosts', () => {
  const text =
    '  web: { image: x, depends_on: [api], x-netmode: bridge }\n' +
    '  api: { image: x, x-netmode: { mode: host, listen: [9000] } }\n';
  const api = container('api', { addresses: {} });
  const knowing = container('web', { hosts: { api: '172.17.0.1' } });
  assert.ok(questions(text, [knowing, api]).includes('web > api 172.17.0.1:9000: tcp 9000'));
  assert.ok(questions(text, [container('web'), api]).includes('web > api api: not asked'));
});

test("by the file's own extra_hosts, before what netcompose adds", () => {
  const text =
    '  web: { image: x, depends_on: [api], extra_hosts: ["api:192.168.1.10"], ' +
    'x-netmode: { mode: macvlan, ip_range: 192.168.1.192/27, ipv4_address: 192.168.1.200 } }\n' +
    '  api: { image: x, x-netmode: { mode: host, listen: [9000] } }\n';
  const plan = planTexts(`services:\n${text}`, { facts: lanFacts }).plan!;
  const { probes, onHost, network, mapped } = questionsOf(plan, [container('web'), container('api')]).find(
    ({ from, to }) => from.kind === 'container' && to === 'api',
  )!;
  assert.equal(probes, [{ kind: 'tcp', address: '192.168.1.10', port: 9000 }]);
  assert.equal([onHost, network, mapped], [true, 'macvlan_eth0', undefined]);
});

test("behind Docker's proxy, where this host reaches the bridge", () => {
  const text = 'services:\n  web: { image: x, ports: ["8080-8081:80-81"] }\n';
  const { plan } = planTexts(text, { facts: lanFacts });
  const probes = (engine: Parameters<typeof questionsOf>[2]) =>
    questionsOf(plan!, [container('web')], engine)[0]!.probes;
  const proxied = [8080, 8081].map((port) => ({ kind: 'tcp', address: '127.0.0.1', port, proxied: true }));
  assert.equal(
    probes({ kind: 'engine', remote: false, version: '28.5.2' }),
    proxied.map((probe, at) => ({ ...probe, behind: [{ address: '172.18.0.2', port: 80 + at }] })),
  );
  assert.equal(probes({ kind: 'desktop', remote: false, version: '28.5.2' }), proxied);
  assert.equal(probes({ kind: 'rootless', remote: false, version: '28.5.2' }), proxied);
});

test('of an engine elsewhere nothing is asked from here; of Docker Desktop only the ports', () => {
  const text = `${pair}  pub: { image: x, ports: ["8080:80"] }\n`;
  const live = [container('web'), db, container('pub')];
  assert.equal(questions(text, live, { kind: 'engine', remote: true, version: '28.5.2' }), [
    'web > db 172.18.0.3:5432: not asked',
    'host > pub localhost:8080: not asked',
    'lan > pub 192.168.1.10:8080: not asked',
  ]);
  const [, first] = questions(text, live, { kind: 'desktop', remote: false, version: '28.5.2' });
  assert.is(first, 'host > pub localhost:8080: tcp 8080');
});

test('the services that are named, and no inactive one', () => {
  const later = '  later: { image: x, profiles: [later], ports: ["81:81"] }\n';
  const text = `${pair}${later}  pub: { image: x, ports: ["8080:80"] }\n`;
  assert.equal(questions(text, [container('web'), db], undefined, new Set(['pub', 'later'])), [
    'host > pub localhost:8080: tcp 8080',
    'lan > pub 192.168.1.10:8080: not asked',
  ]);
});

test.run();
