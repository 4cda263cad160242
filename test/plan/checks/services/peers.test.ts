/** Services that depend on others whose names they cannot resolve: what to write. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lanFacts, planTexts } from '../../../support/in-memory.ts';

/** `web` depends on `db`; netcompose attaches neither. */
function nameless(web: string, db: string) {
  const text =
    `services:\n  web: { image: x, depends_on: [db], ${web} }\n  db: { image: x, ${db} }\nnetworks:\n` +
    '  lan:\n    driver: macvlan\n    driver_opts: { parent: eth0 }\n    x-netmode: { host_access: shim }\n' +
    '    ipam: { config: [{ subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.192/27 }] }\n';
  return planTexts(text, { facts: lanFacts })
    .diagnostics.sorted()
    .filter(({ rule }) => rule === 'service/name-not-resolvable')
    .map(({ help }) => help);
}

const onLan = 'networks: { lan: { ipv4_address: 192.168.1.22 } }';

test('the entry that makes the name known, at the address where the other answers', () => {
  assert.equal(nameless('network_mode: host', onLan), ['write "extra_hosts": ["db:192.168.1.22"]']);
});

test('an entry in the file will do, but only one of this name', () => {
  assert.equal(nameless('network_mode: host, extra_hosts: ["db:192.168.1.22"]', onLan), []);
  assert.equal(nameless('network_mode: host, extra_hosts: ["cache:192.168.1.23"]', onLan), [
    'write "extra_hosts": ["db:192.168.1.22"]',
  ]);
});

test.run();
