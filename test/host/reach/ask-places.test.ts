/** Places asked: for real on this machine's loopback interface, and by faked commands out of containers. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { askPlaces } from '../../../src/host/reach/ask-places.ts';
import { realHost } from '../../../src/host/system/real-host.ts';
import type { Outcome, Probe } from '../../../src/plan/reach/probe.ts';
import { fakeHost } from '../fake-host.ts';

const source = fileURLToPath(new URL('../../../src/host/reach/ask.ts', import.meta.url));
const program = [process.execPath, '--import', 'tsx', source];

const portOf = ({ port }: AddressInfo) => port;

test('TCP, a proxy that closes, DNS, NTP, and nobody', async () => {
  const open = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
  const proxy = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
  const dns = createSocket('udp4');
  dns.on('message', (query, { port }) => {
    const answer = Buffer.from(query);
    answer[2]! |= 0x80;
    dns.send(answer, port);
  });
  dns.bind(0, '127.0.0.1');
  const ntp = createSocket('udp4');
  ntp.on('message', (_, { port }) => ntp.send(Buffer.concat([Buffer.from([0x24]), Buffer.alloc(47)]), port));
  ntp.bind(0, '127.0.0.1');
  await Promise.all([
    once(open, 'listening'),
    once(proxy, 'listening'),
    once(dns, 'listening'),
    once(ntp, 'listening'),
  ]);
  const closed = createServer().listen(0, '127.0.0.1');
  await once(closed, 'listening');
  const free = portOf(closed.address() as AddressInfo);
  closed.close();
  try {
    const address = '127.0.0.1';
    const probes: readonly Probe[] = [
      { kind: 'tcp', address, port: portOf(open.address() as AddressInfo) },
      { kind: 'tcp', address, port: portOf(open.address() as AddressInfo), proxied: true },
      { kind: 'tcp', address, port: portOf(proxy.address() as AddressInfo), proxied: true },
      ...[portOf(open.address() as AddressInfo), free].map(
        (port): Probe => ({
          ...{ kind: 'tcp', address, port: portOf(proxy.address() as AddressInfo), proxied: true },
          behind: [{ address, port }],
        }),
      ),
      { kind: 'udp', address, port: portOf(dns.address()), protocol: 'dns' },
      { kind: 'udp', address, port: portOf(ntp.address()), protocol: 'ntp' },
      { kind: 'tcp', address, port: free },
      { kind: 'udp', address, port: free, protocol: 'dns' },
    ];
    const [outcomes] = await askPlaces(realHost(), program, [{ probes }]);
    const said = (outcome: Outcome) => (outcome.kind === 'no' ? outcome.why : outcome.kind);
    assert.equal(outcomes!.map(said), ['yes', 'yes', 'closed', 'yes', 'refused', 'yes', 'yes', 'refused', 'refused']);
  } finally {
    open.close();
    proxy.close();
    dns.close();
    ntp.close();
  }
});

const probe: Probe = { kind: 'ping', address: '10.0.0.1' };
const yes = '[{"kind":"yes","milliseconds":1}]';

test('out of a container: in its network namespace, by a program of the host', async () => {
  const host = fakeHost({ commands: { 'nsenter --net --target 71 -- ask': yes, ask: yes } });
  const outcomes = await askPlaces(host, ['ask'], [{ pid: 71, probes: [probe] }, { probes: [probe] }]);
  assert.equal(outcomes, [[{ kind: 'yes', milliseconds: 1 }], [{ kind: 'yes', milliseconds: 1 }]]);
});

test('through sudo, which is asked once where it refuses', async () => {
  const line = 'sudo -- nsenter --net --target 71 -- ask';
  const refusing = { code: 1, stderr: 'sudo: a terminal is required to read the password\n' };
  const host = fakeHost({ uid: 1000, executables: ['/usr/bin/sudo'], commands: { [line]: refusing } });
  const outcomes = await askPlaces(
    host,
    ['ask'],
    [
      { pid: 71, probes: [probe] },
      { pid: 72, probes: [probe] },
    ],
  );
  const reason = 'asking from the network of a container needs root';
  assert.equal(outcomes, [[{ kind: 'not-asked', reason }], [{ kind: 'not-asked', reason }]]);
  assert.equal(host.ran, [line]);
});

test('where there is no sudo, or no nsenter, that is the reason', async () => {
  const batch = { pid: 71, probes: [probe] };
  const [without] = await askPlaces(fakeHost({ uid: 1000 }), ['ask'], [batch]);
  assert.equal(without, [{ kind: 'not-asked', reason: 'asking from the network of a container needs root' }]);
  const missing = { code: 127, stderr: '"nsenter" is not installed, or not on PATH' };
  const [lacking] = await askPlaces(fakeHost({ answer: () => missing }), ['ask'], [batch]);
  assert.equal(lacking, [
    { kind: 'not-asked', reason: 'it could not be asked: "nsenter" is not installed, or not on PATH' },
  ]);
});

test.run();
