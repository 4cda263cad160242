/** One answer to what this host's address is, wherever a plan names it. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { planText } from '../../../src/emit/text/plan-text.ts';
import { diagnose } from '../../../src/plan/doctor/doctor.ts';
import type { Facts } from '../../../src/plan/facts/facts.ts';
import { hostAddress, lanOf } from '../../../src/plan/facts/host-address.ts';
import { formatAddress, formatCidr } from '../../../src/plan/facts/ip.ts';
import { interfaceOf, parseFacts } from '../../../src/plan/facts/parsed-facts.ts';
import { cidr } from '../../support/addresses.ts';
import { lanFacts, planTexts } from '../../support/in-memory.ts';

/** eth0 with these addresses, behind 192.168.1.1. */
function hostWith(...addresses: readonly string[]): Facts {
  const interfaces = lanFacts.host!.interfaces.map((one) => (one.name === 'eth0' ? { ...one, addresses } : one));
  return { ...lanFacts, host: { ...lanFacts.host!, interfaces } };
}

const several = hostWith('169.254.7.7/16', '172.16.0.9/16', '192.168.1.10/24', '192.168.1.11/24');

test('every part of a plan names the same address of a host that has several', () => {
  const { plan } = planTexts(
    'services:\n' +
      '  web: { image: x, x-netmode: { mode: ipvlan-l3, parent: eth0, subnet: 10.7.1.0/24 }, expose: [80] }\n' +
      '  api: { image: x, x-netmode: bridge, ports: ["8080:80"] }\n' +
      '  dns: { image: x, x-netmode: { mode: host, listen: [53] } }\n',
    { facts: several },
  );
  const text = planText(plan!);
  for (const line of [
    '192.168.1.10:8080',
    '192.168.1.10:53',
    // The kernel would choose 172.16.0.9.
    'ip addr add 10.7.1.254/32 dev nc-eth0',
    'ip route add 10.7.1.0/24 via 192.168.1.10',
  ])
    assert.ok(text.includes(line), `${line}\n${text}`);
  for (const other of ['169.254', '172.16', '192.168.1.11']) assert.not(text.includes(other), text);
  const { netmodes } = diagnose(several);
  const layer3 = netmodes.find(({ netmode }) => netmode === 'ipvlan-l3')!;
  assert.match(layer3.findings.map(({ reason }) => reason).join('\n'), /via 192\.168\.1\.10$/m);
});

test('the subnet is that of the address by which the LAN knows the host', () => {
  const { plan } = planTexts('services:\n  web: { image: x, x-netmode: macvlan }\n', { facts: several });
  assert.equal(
    plan!.networks.get('macvlan_eth0')!.pools.map(({ subnet }) => formatCidr(subnet)),
    ['192.168.1.0/24'],
  );
});

for (const [name, wanted, facts, expected] of [
  ['within a subnet', { family: 4, within: cidr('172.16.0.0/16') }, several, '172.16.0.9'],
  ['within a subnet that it is not on', { family: 4, within: cidr('10.0.0.0/8') }, several, undefined],
  ['nothing but what the LAN gave itself', { family: 4 }, hostWith('169.254.7.7/16'), undefined],
  ['of the other family', { family: 6 }, several, undefined],
] as const) {
  test(name, () => {
    const { host } = parseFacts(facts);
    const found = hostAddress(wanted, interfaceOf(host, 'eth0'), host);
    assert.is(found && formatAddress(found), expected);
  });
}

test('nobody looked: no address', () => {
  assert.is(hostAddress({ family: 4 }, undefined, undefined), undefined);
  assert.is(lanOf({ family: 4 }, undefined, parseFacts(several).host), undefined);
});

test.run();
