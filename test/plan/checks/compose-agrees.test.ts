/** A model as Compose resolves it, which agrees with the plan but for what each case says. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  comparedText,
  compareResolved,
  type Difference,
  type ResolvedModel,
} from '../../../src/plan/checks/compose-agrees.ts';
import { lanFacts, planTexts } from '../../support/in-memory.ts';

const files =
  'name: shop\nservices:\n' +
  '  web:\n    image: x\n    ports: ["127.0.0.1:8080:80", "9000-9001:9000-9001/udp", "443"]\n    networks:\n' +
  '      six: { ipv4_address: 10.9.0.5, ipv6_address: "fd00:9::5" }\n' +
  '      back: { aliases: [shop, api], mac_address: "02:42:0a:00:00:05", interface_name: eth7, gw_priority: 5 }\n' +
  '    x-netmode: bridge\n' +
  '  metrics: { image: x, x-netmode: host }\n' +
  '  plain: { image: x, network_mode: none, ports: ["7000:7000"] }\n' +
  '  cam: { image: x, x-netmode: { mode: macvlan, ip_range: 192.168.1.192/27, mac_address: docker } }\n' +
  '  later: { image: x, profiles: [later] }\n' +
  'networks:\n  back:\n  other: { driver: macvlan, driver_opts: { parent: eth1 } }\n' +
  '  six: { x-netmode: bridge, ipam: { config: [{ subnet: 10.9.0.0/24 }, { subnet: "fd00:9::/64" }] } }\n';

type Services = NonNullable<ResolvedModel['services']>;
type Service = Services[string];

const attachments = {
  back: {
    aliases: ['api', 'shop'],
    mac_address: '02:42:0a:00:00:05',
    interface_name: 'eth7',
    gw_priority: 5,
  },
  six: { ipv4_address: '10.9.0.5', ipv6_address: 'fd00:9::5' },
};
const ports = [
  { target: 80, published: '8080', host_ip: '127.0.0.1', protocol: 'tcp' },
  { target: 443 },
  { target: 9000, published: '9000', protocol: 'udp' },
  { target: 9001, published: '9001', protocol: 'udp' },
];
const web: Service = { networks: attachments, ports };
const services: Services = {
  web,
  metrics: { network_mode: 'host' },
  // Left as it is: what Compose says of its ports is Compose's.
  plain: { network_mode: 'none', ports: [{ target: 7000, published: '7000' }] },
  cam: { networks: { macvlan_eth0: null } },
};
const networks: NonNullable<ResolvedModel['networks']> = {
  back: { name: 'shop_back' },
  six: { name: 'shop_six', driver: 'bridge' },
  other: { name: 'anything', driver: 'ipvlan' },
  macvlan_eth0: { name: 'netcompose-eth0', external: true },
};

const { plan, diagnostics } = planTexts(files, { facts: lanFacts });
const differences = (model: ResolvedModel) => compareResolved(plan!, model);
const inWeb = (changed: Service) => differences({ services: { ...services, web: { ...web, ...changed } }, networks });
const inBack = (changed: object) => inWeb({ networks: { ...attachments, back: { ...attachments.back, ...changed } } });

test('the model of these files agrees', () => {
  assert.not.ok(diagnostics.hasErrors);
  assert.equal(differences({ services, networks }), []);
});

test('a model without services has lost those of the plan, but not what only a profile starts', () => {
  const lost = (service: string): Difference => ({
    service,
    what: 'the service',
    planned: 'a service',
    resolved: 'nothing',
  });
  assert.equal(differences({}), ['web', 'metrics', 'plain', 'cam'].map(lost));
  assert.equal(differences({ services }), []);
});

test('a service that the plan does not have', () => {
  assert.equal(differences({ services: { ...services, extra: {} }, networks }), [
    { service: 'extra', what: 'the service', planned: 'nothing', resolved: 'a service' },
  ]);
});

test('a service that a profile leaves out is not compared', () => {
  assert.equal(differences({ services: { ...services, later: { network_mode: 'host' } }, networks }), []);
});

test('a service of a profile that the command line names may be missing: `config` does not know what it names', () => {
  const { plan: started } = planTexts(files, { facts: lanFacts, profiles: ['later'] });
  assert.ok(started!.services.get('later')!.service.active);
  assert.equal(compareResolved(started!, { services, networks }), []);
  const later = { networks: { default: null } };
  assert.equal(compareResolved(started!, { services: { ...services, later }, networks }), []);
});

test('network_mode', () => {
  const moded = (network_mode: string | undefined) =>
    differences({ services: { ...services, metrics: network_mode ? { network_mode } : {} }, networks });
  assert.equal(moded(undefined), [{ service: 'metrics', what: 'network_mode', planned: 'host', resolved: 'nothing' }]);
  assert.equal(moded('none'), [{ service: 'metrics', what: 'network_mode', planned: 'host', resolved: 'none' }]);
  assert.equal(inWeb({ network_mode: 'bridge' }), [
    { service: 'web', what: 'network_mode', planned: 'nothing', resolved: 'bridge' },
  ]);
});

test('the networks of a service, whatever their order', () => {
  const { back, six } = attachments;
  assert.equal(inWeb({ networks: { six, back } }), []);
  assert.equal(inWeb({ networks: { six } }), [
    { service: 'web', what: 'networks', planned: 'back, six', resolved: 'six' },
  ]);
  assert.equal(inWeb({ networks: { six, other: null, back } }), [
    { service: 'web', what: 'networks', planned: 'back, six', resolved: 'back, other, six' },
  ]);
  const { networks: _, ...without } = web;
  assert.equal(differences({ services: { ...services, web: without }, networks }), [
    { service: 'web', what: 'networks', planned: 'back, six', resolved: 'nothing' },
  ]);
});

test('each property of an attachment', () => {
  const planned = 'mac_address 02:42:0a:00:00:05, aliases api shop, interface_name eth7, gw_priority 5';
  for (const [changed, from, to] of [
    [{ mac_address: '02:42:0a:00:00:06' }, '00:05', '00:06'],
    [{ aliases: ['shop'] }, 'api shop', 'shop'],
    [{ aliases: undefined }, 'aliases api shop, ', ''],
    [{ interface_name: 'eth0' }, 'eth7', 'eth0'],
    [{ gw_priority: 0 }, ', gw_priority 5', ''],
    [{ ipv4_address: '10.8.0.5' }, 'mac_', 'ipv4_address 10.8.0.5, mac_'],
    [{ ipv6_address: 'fd00:8::5' }, 'mac_', 'ipv6_address fd00:8::5, mac_'],
  ] as const) {
    assert.equal(
      inBack(changed),
      [{ service: 'web', what: 'networks.back', planned, resolved: planned.replace(from, to) }],
      JSON.stringify(changed),
    );
  }
  assert.equal(inWeb({ networks: { ...attachments, back: null } }), [
    { service: 'web', what: 'networks.back', planned, resolved: 'nothing' },
  ]);
  assert.equal(inWeb({ networks: { ...attachments, six: {} } }), [
    {
      service: 'web',
      what: 'networks.six',
      planned: 'ipv4_address 10.9.0.5, ipv6_address fd00:9::5',
      resolved: 'nothing',
    },
  ]);
});

test('the order of aliases, one that is there twice, and a priority of 0 are no difference', () => {
  assert.equal(inBack({ aliases: ['shop', 'api', 'shop'] }), []);
  assert.equal(inWeb({ networks: { ...attachments, six: { ...attachments.six, gw_priority: 0, aliases: [] } } }), []);
});

test('a dollar, which Compose doubles', () => {
  const { plan: dollar } = planTexts(
    'services:\n  web:\n    image: x\n    networks: { back: { interface_name: "e$$0", aliases: ["a$$b"] } }\n' +
      '    x-netmode: bridge\nnetworks:\n  back:\n',
    { facts: lanFacts },
  );
  const model = (text: string) => ({
    services: { web: { networks: { back: { interface_name: text, aliases: ['a$$b'] } } } },
    networks: { back: { name: 'project_back' } },
  });
  assert.equal(compareResolved(dollar!, model('e$$0')), []);
  assert.equal(compareResolved(dollar!, model('e$$1')), [
    {
      service: 'web',
      what: 'networks.back',
      planned: 'aliases a$b, interface_name e$0',
      resolved: 'aliases a$b, interface_name e$1',
    },
  ]);
});

test('of many ports that differ the first three are named', () => {
  const three = '127.0.0.1:8080:80/tcp, 9000:9000/udp, 9001:9001/udp';
  const [first, chosen, ...udp] = ports;
  const other = { target: 1, published: '1' };
  assert.equal(inWeb({ ports: [chosen!] }), [{ service: 'web', what: 'ports', planned: three, resolved: 'nothing' }]);
  assert.equal(inWeb({ ports: [...udp, other, chosen!, first!, { target: 2, published: '5' }] }), [
    { service: 'web', what: 'ports', planned: 'nothing', resolved: '1:1/tcp, 5:2/tcp' },
  ]);
  assert.equal(inWeb({ ports: [{ target: 2, published: '5' }, other, ...ports] }), [
    { service: 'web', what: 'ports', planned: 'nothing', resolved: '1:1/tcp, 5:2/tcp' },
  ]);
  assert.equal(inWeb({ ports: [] }), [
    {
      service: 'web',
      what: 'ports',
      planned: '127.0.0.1:8080:80/tcp, 9000:9000/udp, 9001:9001/udp and 1 more',
      resolved: 'nothing',
    },
  ]);
});

test('ports, whatever their order', () => {
  // Only what differs is told.
  const planned = '127.0.0.1:8080:80/tcp';
  const differing = (changed: Service['ports'], resolved: string) =>
    assert.equal(inWeb({ ports: changed! }), [{ service: 'web', what: 'ports', planned, resolved }]);
  const [first, ...others] = ports;
  assert.equal(inWeb({ ports: [...others, first!] }), []);
  assert.equal(inWeb({ ports: [...others, { ...first!, published: 8080 }] }), []);
  differing(others, 'nothing');
  differing([...others, { ...first!, host_ip: '0.0.0.0' }], `0.0.0.0:8080:80/tcp`);
  differing([...others, { ...first!, published: '8081' }], `127.0.0.1:8081:80/tcp`);
  differing([...others, { ...first!, target: 81 }], `127.0.0.1:8080:81/tcp`);
  differing([...others, { ...first!, protocol: 'udp' }], `127.0.0.1:8080:80/udp`);
  assert.equal(differences({ services: { ...services, cam: { ...services['cam'], ports: [first!] } }, networks }), [
    { service: 'cam', what: 'ports', planned: 'nothing', resolved: '127.0.0.1:8080:80/tcp' },
  ]);
});

test('the networks of the project', () => {
  const changed = (network: keyof typeof networks, resolved: object) =>
    differences({ services, networks: { ...networks, [network]: resolved } });
  assert.equal(changed('macvlan_eth0', { name: 'netcompose-eth0' }), [
    { what: 'networks.macvlan_eth0', planned: 'external netcompose-eth0', resolved: 'netcompose-eth0' },
  ]);
  assert.equal(changed('macvlan_eth0', { external: true }), [
    { what: 'networks.macvlan_eth0', planned: 'external netcompose-eth0', resolved: 'external ' },
  ]);
  assert.equal(changed('six', { driver: 'macvlan' }), [
    { what: 'networks.six.driver', planned: 'bridge', resolved: 'macvlan' },
  ]);
  assert.equal(changed('six', {}), []);
});

const text = (of: string, profiles: readonly string[] = []) =>
  comparedText(planTexts(of, { facts: lanFacts, profiles }).plan!);

test('what is not compared has no part in the text', () => {
  assert.is(text(files.replaceAll('image: x', 'image: y')), text(files));
});

for (const [from, to] of [
  ['metrics:', 'metric:'],
  ['127.0.0.1:8080:80', '127.0.0.1:8081:80'],
  ['127.0.0.1:8080:80', '127.0.0.1:8080:81'],
  ['127.0.0.1:8080:80', '8080:80'],
  ['9001/udp', '9001/tcp'],
  ['aliases: [shop, api]', 'aliases: [shop]'],
  ['00:05', '00:06'],
  ['eth7', 'eth8'],
  ['gw_priority: 5', 'gw_priority: 6'],
  ['10.9.0.5', '10.9.0.6'],
  ['fd00:9::5', 'fd00:9::6'],
  ['x-netmode: host', 'x-netmode: none'],
  ['  plain: {', '  plain: { x-netmode: none,'],
  ['profiles: [later]', 'profiles: []'],
  ['  later: { image: x,', '  later: { image: x, x-netmode: "service:web",'],
  ['  later: {', '  more: { provider: { type: vm } }\n  later: {'],
  ['  other: { driver: macvlan', '  another: { driver: macvlan'],
  ['  other: { driver: macvlan', '  other: { driver: ipvlan'],
  ['  six: { x-netmode', '  six: { name: seven, x-netmode'],
  ['mode: macvlan,', 'mode: macvlan, scope: project,'],
] as const) {
  test(`the text of what is compared changes with it: ${from} → ${to}`, () => {
    assert.ok(files.includes(from));
    assert.is.not(text(files.replace(from, to)), text(files));
  });
}

test('the text of what is compared changes with what is started, and with what takes the place of a container', () => {
  assert.is.not(text(files, ['later']), text(files));
  const provided = (more: string) => `services:\n  vm: { ${more} }\n`;
  assert.is.not(text(provided('provider: { type: vm }, network_mode: none')), text(provided('network_mode: none')));
});

test('a network of which netcompose defines the driver must have one', () => {
  const mine =
    'services:\n  web: { image: x, x-netmode: { network: lan } }\nnetworks:\n  lan: { x-netmode: overlay }\n';
  const { plan: own } = planTexts(mine, { facts: lanFacts });
  const model = (driver: object) => ({
    services: { web: { networks: { lan: null } } },
    networks: { lan: { name: 'project_lan', ...driver } },
  });
  assert.equal(compareResolved(own!, model({ driver: 'overlay' })), []);
  assert.equal(compareResolved(own!, model({})), [
    { what: 'networks.lan.driver', planned: 'overlay', resolved: 'nothing' },
  ]);
});

test.run();
