import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { probe } from '../../../src/host/observe/probe.ts';
import { fakeHost } from '../fake-host.ts';

const neigh = 'ip -j neigh';
const entry = (dst: string, state: string, dev = 'eth0') => ({ dst, dev, lladdr: '02:00:00:00:00:05', state: [state] });
const target = (address: string) => ({ address, interface: 'eth0' });

test('an unknown address is asked for with a packet; an answer ends the wait', async () => {
  const host = fakeHost({ commands: { [neigh]: ['[]', '[]', JSON.stringify([entry('192.168.1.53', 'REACHABLE')])] } });
  assert.equal(await probe(host, [target('192.168.1.53')], { pause: 0 }), [
    { address: '192.168.1.53', interface: 'eth0', mac: '02:00:00:00:00:05', state: 'reachable' },
  ]);
  assert.equal(host.ran, [neigh, 'datagram 192.168.1.53', neigh, neigh]);
});

test('a known one is asked for again by root', async () => {
  const again = 'ip neigh change 192.168.1.53 dev eth0 nud probe';
  const host = fakeHost({
    commands: {
      [neigh]: [JSON.stringify([entry('192.168.1.53', 'STALE')]), JSON.stringify([entry('192.168.1.53', 'REACHABLE')])],
      [again]: '',
    },
  });
  await probe(host, [target('192.168.1.53')], { pause: 0 });
  assert.equal(host.ran, [neigh, again, neigh]);
});

test('others can only send', async () => {
  const host = fakeHost({ uid: 1000, commands: { [neigh]: JSON.stringify([entry('192.168.1.53', 'STALE')]) } });
  await probe(host, [target('192.168.1.53')], { pause: 0 });
  assert.is(host.ran[1], 'datagram 192.168.1.53');
});

test('silence ends after a while, and an entry on another interface is no answer', async () => {
  const host = fakeHost({ commands: { [neigh]: JSON.stringify([entry('192.168.1.53', 'REACHABLE', 'wlan0')]) } });
  await probe(host, [target('192.168.1.53')], { pause: 0 });
  assert.is(host.ran.filter((command) => command === neigh).length, 11);
});

test('even what has just answered: it may be gone', async () => {
  const again = 'ip neigh change 192.168.1.53 dev eth0 nud probe';
  const host = fakeHost({
    commands: {
      [neigh]: [JSON.stringify([entry('192.168.1.53', 'REACHABLE')]), JSON.stringify([entry('192.168.1.53', 'PROBE')])],
      [again]: '',
    },
  });
  assert.equal(await probe(host, [target('192.168.1.53')], { pause: 0 }), []);
  assert.is(host.ran[1], again);
});

test('nothing is sent to what a shim has as a neighbour', async () => {
  const entries = [entry('192.168.1.53', 'STALE', 'nc-eth0'), entry('192.168.1.54', 'STALE', 'wlan0')];
  const host = fakeHost({ commands: { [neigh]: JSON.stringify(entries) } });
  await probe(host, [target('192.168.1.53'), target('192.168.1.54')], { shims: new Set(['nc-eth0']), pause: 0 });
  assert.equal(
    host.ran.filter((command) => command !== neigh),
    ['datagram 192.168.1.54'],
  );
});

test('what is written by hand is left alone', async () => {
  const host = fakeHost({ commands: { [neigh]: JSON.stringify([entry('192.168.1.53', 'PERMANENT')]) } });
  assert.is((await probe(host, [target('192.168.1.53')], { pause: 0 })).length, 1);
  assert.equal(new Set(host.ran), new Set([neigh]));
});

test.run();
