/** What `up -d` prints last. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { silent } from '../../../../src/cli/progress/progress.ts';
import { reachTable } from '../../../../src/cli/steps/reach/reach-table.ts';
import { fakeHost } from '../../../host/fake-host.ts';
import { lanFacts, planTexts } from '../../../support/in-memory.ts';

const ignored = () => undefined;
const shown = (netmode: string, more = '') =>
  reachTable(
    { host: fakeHost(), progress: silent, terminal: { out: ignored, err: ignored, color: { out: false, err: false } } },
    {
      plan: planTexts(`services:\n  web: { image: x, expose: ["80"], ${more} x-netmode: ${netmode} }\n`, {
        facts: lanFacts,
      }).plan!,
      facts: lanFacts,
    },
  );

test('at layer 3, what the LAN needs stands below the table', async () => {
  const text = await shown('{ mode: ipvlan-l3, subnet: 10.7.1.0/24, ipv4_address: 10.7.1.5 }');
  assert.is(
    text,
    [
      '',
      'SERVICE  NETMODE    FROM THIS HOST  FROM THE LAN',
      'web      ipvlan-l3  10.7.1.5:80     10.7.1.5:80',
      '',
      "On the LAN's router, so that the LAN finds the containers:",
      '  # ipvlan-l3 on eth0',
      '  ip route add 10.7.1.0/24 via 192.168.1.10',
      '',
    ].join('\n'),
  );
});

test('elsewhere nothing does', async () => {
  const text = await shown(
    '{ mode: ipvlan-l2, subnet: 192.168.1.0/24, ip_range: 192.168.1.192/27, ipv4_address: 192.168.1.53 }',
  );
  assert.is(
    text,
    '\nSERVICE  NETMODE    FROM THIS HOST   FROM THE LAN\nweb      ipvlan-l2  192.168.1.53:80  192.168.1.53:80\n',
  );
});

test('no service, no text', async () => {
  assert.is(await shown('ipvlan-l3', 'profiles: [later],'), '');
});

test.run();
