/** `examples/vpn`: nothing is wrong with it, and its applications answer where its comments say. */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { networkModeText } from '../../src/compose/project/network-mode.ts';
import { reachText } from '../../src/emit/text/reach-text.ts';
import { planTexts, told } from '../support/in-memory.ts';
import { usual } from './situations.ts';

const text = readFileSync(new URL('../../examples/vpn/compose.yaml', import.meta.url), 'utf8');

function planned(env: Readonly<Record<string, string>>) {
  const outcome = planTexts(text, { facts: usual, env });
  assert.ok(outcome.plan, told(outcome).join('\n'));
  return { told: told(outcome), services: outcome.plan.services };
}

const addresses = (services: ReturnType<typeof planned>['services']) =>
  Object.fromEntries([...services].map(([name, { reach }]) => [name, reachText(reach, 'lan')]));

test('behind a VPN on a bridge, each application answers on its own port of this host', () => {
  const { told, services } = planned({});
  assert.equal(told, []);
  assert.equal(addresses(services), {
    gluetun: '192.168.1.10:8080, 192.168.1.10:9696',
    torrents: '192.168.1.10:8080',
    indexer: '192.168.1.10:9696',
    library: '192.168.1.10:8989',
  });
  for (const guest of ['torrents', 'indexer'])
    assert.is(networkModeText(services.get(guest)!.networkMode!), 'service:gluetun', guest);
  assert.equal(services.get('gluetun')!.networks.get('default')!.aliases, ['torrents', 'indexer']);
});

test('behind a VPN on macvlan, they answer at its address on the LAN', () => {
  const { told, services } = planned({ LAN_MODE: 'macvlan' });
  const ignored = (name: string, port: number) =>
    `info service/ports-ignored: "${name}": macvlan publishes no ports: ` +
    `it answers on ${port}/tcp of the container's own address`;
  assert.equal(told, [
    'warning address/no-range-on-lan: no "ip_range" is given on the LAN 192.168.1.0/24: ' +
      'containers will get addresses of 192.168.1.224/27',
    ignored('torrents', 8080),
    ignored('indexer', 9696),
  ]);
  assert.equal(services.get('gluetun')!.ports, []);
  assert.is(services.get('torrents')!.netmode, 'macvlan');
  assert.equal(addresses(services), {
    gluetun: '-',
    torrents: '<dynamic>:8080',
    indexer: '<dynamic>:9696',
    library: '192.168.1.10:8989',
  });
});

test.run();
