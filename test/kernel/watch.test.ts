/** `shim watch` against a real kernel: whatever becomes of a shim, it is put back, and the container answers again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { mendShims } from '../../src/cli/steps/shims/mend-shims.ts';
import { surveyShims } from '../../src/cli/steps/shims/survey-shims.ts';
import { watchShims } from '../../src/cli/steps/shims/watch-shims.ts';
import { withLock } from '../../src/host/lock.ts';
import { realHost } from '../../src/host/system/real-host.ts';
import { type FakeEngine, fakeEngine } from '../host/fake-engine.ts';
import { difference, inNamespace, type Lab, labHost, lanAddress, parent, snapshot } from './lab.ts';
import { kernelTests } from './layer.ts';

const network = `netcompose-${parent}`;
const shim = `nc-${parent}`;
const range = '192.168.77.192/27';
const inRange = '192.168.77.193';
const beside = '192.168.77.80';

interface Watching {
  readonly engine: FakeEngine;
  /** What was mended since the last call. */
  mended(): readonly string[];
  readonly failed: string[];
  end(): Promise<void>;
}

/** An engine with the shared network of the lab's parent, and a container on it. */
function engineWith(
  addresses: readonly string[],
  ipRange: string | undefined = range,
  others: readonly Readonly<Record<string, unknown>>[] = [],
): FakeEngine {
  const engine = fakeEngine();
  engine.networks.set(network, {
    Driver: 'macvlan',
    Options: { parent },
    Labels: { 'netcompose.network': network },
    IPAM: {
      Config: [{ Subnet: '192.168.77.0/24', Gateway: lanAddress, ...(ipRange && { IPRange: ipRange }) }, ...others],
    },
  });
  setContainers(engine, addresses);
  return engine;
}

function setContainers(engine: FakeEngine, addresses: readonly string[], mac?: string): void {
  engine.containers.splice(
    0,
    Infinity,
    ...addresses.map((IPAddress) => ({
      name: `c-${IPAddress}`,
      networks: { [network]: { IPAddress, ...(mac !== undefined && { MacAddress: mac }) } },
    })),
  );
}

/** Watches as `shim watch` does; the first look is over when it returns. */
async function watching(lab: Lab, engine: FakeEngine): Promise<Watching> {
  const end = new AbortController();
  const mended: string[] = [];
  const failed: string[] = [];
  let ready: () => void = () => undefined;
  const isReady = new Promise<void>((resolve) => (ready = resolve));
  const tells = {
    mended: (name: string, fault: string) => void mended.push(`${name}: ${fault}`),
    failed: ({ message }: Error) => void failed.push(message),
    watching: ready,
  };
  const host = labHost(lab.host, undefined, engine);
  const ended = watchShims(host, tells, end.signal);
  await Promise.race([isReady, ended]);
  return {
    ...{ engine, failed, mended: () => mended.splice(0) },
    end: async () => {
      end.abort();
      await ended;
    },
  };
}

/** Waits for as long as a slow machine may take; what does not come true fails with what was seen last. */
async function until<T>(ask: () => T | Promise<T>, isWanted: (answer: T) => boolean, what: string): Promise<T> {
  let answer = await ask();
  for (let tries = 0; tries < 150 && !isWanted(answer); tries++) {
    await sleep(100);
    answer = await ask();
  }
  assert.ok(isWanted(answer), `${what}: ${JSON.stringify(answer)}`);
  return answer;
}

/** Whether an address answers. Unlike the lab's, it lets the watch, which is in this process, go on meanwhile. */
async function answers(namespace: string, address: string): Promise<boolean> {
  const ping = ['busybox', 'ping', '-c', '1', '-w', '2', address];
  return (await realHost().run(['ip', 'netns', 'exec', namespace, ...ping])).code === 0;
}

const onHost = (lab: Lab, ...argv: readonly string[]) => inNamespace(lab.host, ...argv);
/** Once the watch has nothing left to do, the shim is line by line what it was. */
const isAsBefore = (lab: Lab, before: readonly string[], what = 'the host is as it was') =>
  until(
    () => difference(before, snapshot(lab.host)),
    (lines) => lines.length === 0,
    what,
  );

/** What is done to the host, with one container in the range; afterwards all is as it was. */
const harms: Readonly<Record<string, (lab: Lab) => void>> = {
  'the shim is deleted': (lab) => onHost(lab, 'ip', 'link', 'del', 'dev', shim),
  'its addresses are flushed': (lab) => onHost(lab, 'ip', 'addr', 'flush', 'dev', shim),
  'its routes are flushed': (lab) => onHost(lab, 'ip', 'route', 'flush', 'dev', shim),
  'it is set down': (lab) => onHost(lab, 'ip', 'link', 'set', 'dev', shim, 'down'),
  'it is down and up again': (lab) => {
    onHost(lab, 'ip', 'link', 'set', 'dev', shim, 'down');
    onHost(lab, 'ip', 'link', 'set', 'dev', shim, 'up');
  },
  'multicast is turned on': (lab) => onHost(lab, 'ip', 'link', 'set', 'dev', shim, 'multicast', 'on'),
  'its alias is taken': (lab) => onHost(lab, 'ip', 'link', 'set', 'dev', shim, 'alias', ''),
  'its route names a source': (lab) =>
    onHost(lab, 'ip', 'route', 'replace', range, 'dev', shim, 'src', '192.168.77.10'),
  'a route too many': (lab) => onHost(lab, 'ip', 'route', 'add', '192.168.77.99/32', 'dev', shim, 'scope', 'global'),
  'its mode is changed': (lab) => onHost(lab, 'ip', 'link', 'set', 'dev', shim, 'type', 'macvlan', 'mode', 'vepa'),
  'the address of the host goes and comes back': (lab) => {
    onHost(lab, 'ip', 'addr', 'del', '192.168.77.10/24', 'dev', parent);
    onHost(lab, 'ip', 'addr', 'add', '192.168.77.10/24', 'dev', parent);
  },
  'the parent goes down and up': (lab) => {
    onHost(lab, 'ip', 'link', 'set', 'dev', parent, 'down');
    onHost(lab, 'ip', 'link', 'set', 'dev', parent, 'up');
  },
};

const test = suite('kernel: shim watch');

kernelTests(test, {
  async 'makes what is missing when it starts, and leaves it when it ends'(lab) {
    lab.addContainer('c1', inRange);
    const watch = await watching(lab, engineWith([inRange]));
    assert.ok(await answers(lab.host, inRange));
    assert.equal(watch.mended(), [`${shim}: there is no macvlan interface in mode bridge on ${parent}`]);
    await watch.end();
    assert.ok(await answers(lab.host, inRange));
    assert.equal(watch.failed, []);
  },

  async 'puts back whatever is done to the shim'(lab) {
    lab.addContainer('c1', inRange);
    const watch = await watching(lab, engineWith([inRange]));
    const before = snapshot(lab.host);
    for (const [name, harm] of Object.entries(harms)) {
      harm(lab);
      await isAsBefore(lab, before, name);
      await until(
        () => answers(lab.host, inRange),
        (yes) => yes,
        name,
      );
    }
    await watch.end();
    assert.equal(watch.failed, []);
  },

  async 'puts back the way of what the shim answers as its IPv6 address'(lab) {
    lab.addContainer('c1', inRange);
    const AuxiliaryAddresses = { 'netcompose-shim6': 'fd00:77::cf' };
    const pool = { Subnet: 'fd00:77::/64', IPRange: 'fd00:77::c0/124', AuxiliaryAddresses };
    const watch = await watching(lab, engineWith([inRange], range, [pool]));
    const before = snapshot(lab.host);
    assert.ok(before.some((line) => line.includes('src=fd00:77::cf') && line.includes('table=28259')));
    const table = ['table', '28259'];
    for (const [harm, ...argv] of [
      ['its rule goes', 'rule', 'flush', ...table],
      ['its route goes', 'route', 'flush', ...table],
      ['a rule of a shim that is gone', 'rule', 'add', 'from', 'fd00:77::ce', 'lookup', '28259', 'pref', '32765'],
      ['its address goes', 'addr', 'del', 'fd00:77::cf/128', 'dev', shim],
    ] as const) {
      onHost(lab, 'ip', '-6', ...argv);
      await isAsBefore(lab, before, harm);
    }
    await watch.end();
    assert.equal(watch.failed, []);
  },

  async 'follows the host to another lease'(lab) {
    const inside = lab.addContainer('c1', inRange);
    const watch = await watching(lab, engineWith([inRange]));
    onHost(lab, 'ip', 'addr', 'del', '192.168.77.10/24', 'dev', parent);
    onHost(lab, 'ip', 'addr', 'add', '192.168.77.11/24', 'dev', parent);
    await until(
      async () => (await answers(lab.host, inRange)) && (await answers(inside, '192.168.77.11')),
      (yes) => yes,
      'both ways',
    );
    await watch.end();
  },

  async 'follows the host to another lease where the source must be named'(lab) {
    // An interface that came before the parent: it is the loopback's address here that the kernel would take.
    onHost(lab, 'ip', 'addr', 'add', '10.9.9.9/32', 'dev', 'lo', 'scope', 'global');
    lab.addContainer('c1', inRange);
    const watch = await watching(lab, engineWith([inRange]));
    const sources = () => onHost(lab, 'ip', 'route', 'show', 'table', '28259');
    assert.match(sources(), 'src 192.168.77.10');
    onHost(lab, 'ip', 'addr', 'del', '192.168.77.10/24', 'dev', parent);
    onHost(lab, 'ip', 'addr', 'add', '192.168.77.11/24', 'dev', parent);
    await until(
      () => (sources().includes('src 192.168.77.11') ? 'yes' : sources()),
      (answer) => answer === 'yes',
      'the source',
    );
    onHost(lab, 'ip', 'rule', 'del', 'to', range, 'lookup', '28259');
    await until(
      () => onHost(lab, 'ip', 'rule'),
      (rules) => rules.includes(`to ${range} lookup 28259`),
      'the rule',
    );
    assert.ok(await answers(lab.host, inRange));
    await watch.end();
  },

  async "raises the MTU with the parent's, and the MAC address of the parent may change"(lab) {
    lab.addContainer('c1', inRange);
    const watch = await watching(lab, engineWith([inRange]));
    const link = () =>
      (JSON.parse(onHost(lab, 'ip', '-j', 'link', 'show', 'dev', shim)) as { mtu: number; address: string }[])[0]!;
    const { address } = link();
    onHost(lab, 'ip', 'link', 'set', 'dev', parent, 'mtu', '1400');
    await until(link, ({ mtu }) => mtu === 1400, 'lowered');
    onHost(lab, 'ip', 'link', 'set', 'dev', parent, 'mtu', '1500');
    await until(link, ({ mtu }) => mtu === 1500, 'raised');
    onHost(lab, 'ip', 'link', 'set', 'dev', parent, 'address', '02:00:00:00:77:77');
    assert.ok(await answers(lab.host, inRange));
    assert.is(link().address, address);
    await watch.end();
  },

  async 'makes a shim anew with the MAC address that it had'(lab) {
    const watch = await watching(lab, engineWith([inRange]));
    const address = () => (/link\/ether (\S+)/.exec(onHost(lab, 'ip', 'link', 'show', 'dev', shim)) ?? [])[1];
    const before = address();
    watch.mended();
    onHost(lab, 'ip', 'link', 'del', 'dev', shim);
    await until(
      () => watch.mended().length,
      (count) => count > 0,
      'mended',
    );
    assert.match(before ?? '', /^02:/);
    assert.is(address(), before);
    await watch.end();
  },

  async 'makes it anew when the parent was deleted and made again'(lab) {
    const watch = await watching(lab, engineWith([inRange]));
    onHost(lab, 'ip', 'link', 'del', 'dev', parent);
    onHost(lab, 'ip', 'link', 'add', 'name', parent, 'type', 'veth', 'peer', 'name', 'l0', 'netns', lab.lan);
    inNamespace(lab.lan, 'ip', 'addr', 'add', `${lanAddress}/24`, 'dev', 'l0');
    inNamespace(lab.lan, 'ip', 'link', 'set', 'dev', 'l0', 'up');
    onHost(lab, 'ip', 'addr', 'add', '192.168.77.10/24', 'dev', parent);
    onHost(lab, 'ip', 'link', 'set', 'dev', parent, 'up');
    lab.addContainer('c2', inRange);
    await until(
      () => answers(lab.host, inRange),
      (yes) => yes,
      'the container answers',
    );
    await watch.end();
    assert.equal(watch.failed, []);
  },

  async 'leads to containers of a network without a range, and no longer when they are gone'(lab) {
    lab.addContainer('c1', beside);
    const engine = engineWith([], undefined);
    setContainers(engine, ['192.168.77.81']);
    const watch = await watching(lab, engine);
    const routes = () => onHost(lab, 'ip', 'route', 'show', 'dev', shim);
    setContainers(engine, [beside]);
    engine.tell();
    await until(routes, (text) => text.includes(beside) && !text.includes('192.168.77.81'), 'the way to the new one');
    assert.ok(await answers(lab.host, beside));
    await watch.end();
  },

  async 'forgets the MAC address of a container that was made anew'(lab) {
    const engine = engineWith([inRange]);
    setContainers(engine, [inRange], '02:00:00:00:00:01');
    const watch = await watching(lab, engine);
    onHost(lab, 'ip', 'neigh', 'replace', inRange, 'lladdr', '02:00:00:00:00:01', 'dev', shim, 'nud', 'reachable');
    setContainers(engine, [inRange], '02:00:00:00:00:02');
    engine.tell();
    await until(
      () => onHost(lab, 'ip', 'neigh', 'show', 'dev', shim),
      (text) => !text.includes('02:00:00:00:00:01'),
      'the old answer',
    );
    await watch.end();
  },

  async 'an engine that restarts is found again; meanwhile shims are kept by what it said last'(lab) {
    lab.addContainer('c1', inRange);
    lab.addContainer('c2', beside);
    const engine = engineWith([inRange]);
    const watch = await watching(lab, engine);
    await engine.stop();
    onHost(lab, 'ip', 'route', 'flush', 'dev', shim);
    await until(
      () => answers(lab.host, inRange),
      (yes) => yes,
      'kept without the engine',
    );
    setContainers(engine, [inRange, beside]);
    await engine.start();
    await until(
      () => answers(lab.host, beside),
      (yes) => yes,
      'found again',
    );
    await watch.end();
    assert.equal(watch.failed, []);
  },

  async 'waits for an up that is under way, and then looks again'(lab) {
    const engine = engineWith([inRange]);
    const watch = await watching(lab, engine);
    const host = labHost(lab.host, undefined, engine);
    const other = { ...host, pid: host.pid + 1 };
    watch.mended();
    await withLock(other, 'host', async () => {
      onHost(lab, 'ip', 'route', 'flush', 'dev', shim);
      await sleep(1000);
      assert.equal(watch.mended(), []);
      onHost(lab, 'ip', 'route', 'add', range, 'dev', shim, 'scope', 'global');
    });
    // What it finds after the other is done is what there is to mend: nothing.
    onHost(lab, 'ip', 'link', 'set', 'dev', shim, 'multicast', 'on');
    await until(watch.mended, (lines) => lines.length > 0, 'the next thing');
    await watch.end();
    assert.equal((await surveyShims(host)).shims[0]?.missing, []);
  },

  async 'two at once do not disturb each other, and either goes on alone'(lab) {
    lab.addContainer('c1', inRange);
    const engine = engineWith([inRange]);
    const [one, two] = await Promise.all([watching(lab, engine), watching(lab, engine)]);
    const before = snapshot(lab.host);
    onHost(lab, 'ip', 'link', 'del', 'dev', shim);
    await isAsBefore(lab, before);
    await one.end();
    onHost(lab, 'ip', 'link', 'del', 'dev', shim);
    await isAsBefore(lab, before);
    await two.end();
    assert.equal([...one.failed, ...two.failed], []);
  },

  async 'shim up does the same once'(lab) {
    lab.addContainer('c1', inRange);
    const host = labHost(lab.host, undefined, engineWith([inRange]));
    const mended: string[] = [];
    const onMended = (_: string, fault: string) => void mended.push(fault);
    await mendShims(host, { onMended });
    assert.ok(await answers(lab.host, inRange));
    onHost(lab, 'ip', 'route', 'flush', 'dev', shim);
    mended.length = 0;
    await mendShims(host, { onMended });
    assert.equal(mended, [`no route to ${range}`]);
    const { length } = host.changes;
    await mendShims(host, { onMended });
    assert.is(host.changes.length, length);
  },
});

test.run();
