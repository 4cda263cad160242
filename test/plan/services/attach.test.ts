/** Cases of attachment that the fixtures do not show. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { placeText } from '../../../src/emit/text/reach-text.ts';
import { lanFacts, planTexts, told } from '../../support/in-memory.ts';

const lan = 'mode: macvlan, subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.192/27';

test('a service that lists only an underlay network publishes nothing, and is told so', () => {
  const outcome = planTexts(
    `services:\n  web: { image: x, ports: ["8080:80"], networks: ` +
      `[lan] }\nnetworks:\n  lan: { x-netmode: { ${lan} } }\n`,
    { facts: lanFacts },
  );
  assert.equal(told(outcome), [
    'warning service/port-remap-lost: "web": macvlan maps no ports: it answers on 80/tcp of the ' +
      "container's own address, not on 8080",
  ]);
  const { ports, reach } = outcome.plan!.services.get('web')!;
  assert.equal(ports, []);
  const places = reach.map((one) => ({ from: one.from, to: placeText(one) }));
  assert.equal(places, [
    { from: 'host', to: '<dynamic>:80' },
    { from: 'lan', to: '<dynamic>:80' },
  ]);
});

test('beside a bridge its ports stay', () => {
  const portsBeside = (back: string) =>
    planTexts(
      'services:\n  web: { image: x, ports: ["8080:80"], networks: [lan, back] }\n' +
        `networks:\n  back: { name: ${back} }\n  lan: { x-netmode: { ${lan} } }\n`,
      { facts: lanFacts },
    ).plan!.services.get('web')!.ports.length;
  // Where the bridge's name sorts first, the container leaves by it; else Docker binds no port.
  assert.is(portsBeside('back'), 1);
  assert.is(portsBeside('zone'), 0);
});

test('a VLAN of the project alone that is not there yet cannot have a shim', () => {
  const text = (extra: string) =>
    `services:\n  web: { image: x, x-netmode: { mode: macvlan, parent: eth0, vlan: 20, subnet: ` +
    `10.20.0.0/24, gateway: 10.20.0.1, ip_range: 10.20.0.192/27${extra} } }\n`;
  const late = planTexts(text(', scope: project'), { facts: lanFacts });
  assert.equal(told(late), [
    'error parent/not-found: network "macvlan_eth0.20": there is no interface "eth0.20" yet, and the shim ' +
      'needs it before Compose makes the network',
  ]);
  assert.equal(told(planTexts(text(', scope: project, host_access: none'), { facts: lanFacts })), []);
  // Docker makes the link with the shared network, which comes before the shim.
  assert.equal(told(planTexts(text(''), { facts: lanFacts })), []);
});

test('host_access belongs to the network that a service joins', () => {
  const outcome = planTexts(
    `services:\n  web: { image: x, x-netmode: { network: lan, ` +
      `host_access: none } }\nnetworks:\n  lan: { x-netmode: { ${lan} } }\n`,
    { facts: lanFacts },
  );
  assert.equal(told(outcome), [
    'error netmode/conflicting-network: "web": "host_access" differs from that of network "lan", which it joins',
  ]);
});

test.run();
