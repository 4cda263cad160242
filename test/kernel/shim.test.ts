import { spawn } from 'node:child_process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { applyActions } from '../../src/host/execute/execute.ts';
import { withLock } from '../../src/host/lock.ts';
import { HostError } from '../../src/host/system/errors.ts';
import type { Step } from '../../src/plan/actions/action.ts';
import { type Frame, foreignClaims } from '../support/frames.ts';
import { listen } from '../support/listener.ts';
import { answers, difference, hostAddress, inNamespace, labHost, lanAddress, parent, snapshot } from './lab.ts';
import { kernelTests } from './layer.ts';
import {
  everyStep,
  network,
  range,
  refusedSteps,
  shim,
  spare,
  steps,
  stepsWithAddress,
  stepsWithTable,
} from './steps.ts';

const container = '192.168.77.193';

const test = suite('kernel: shim');

kernelTests(test, {
  async 'host and container reach each other over a shim without an address'(lab) {
    const inside = lab.addContainer('c1', container);
    assert.not(answers(lab.host, container), 'without a shim the host reaches nothing');
    const applied = await applyActions(steps, labHost(lab.host));
    assert.is(applied.changed.length, steps.length);
    assert.ok(answers(lab.host, container), 'host to container');
    assert.ok(answers(inside, hostAddress), "container to the host's own address");
    assert.ok(answers(lab.lan, container), 'LAN to container');
    assert.ok(answers(lab.lan, hostAddress), 'LAN to host');
    assert.ok(answers(inside, lanAddress), 'container to LAN');
    assert.is(await fetchFrom(lab.host, inside, container), 'hello');
    assert.is(await fetchFrom(inside, lab.host, hostAddress), 'hello');
  },

  async "the LAN sees one MAC address for the host's own address"(lab) {
    const mac = (
      JSON.parse(inNamespace(lab.host, 'ip', '-j', 'link', 'show', 'dev', parent)) as { address: string }[]
    )[0]!.address;
    await applyActions(steps, labHost(lab.host));
    assert.equal(macsSeen(lab.lan), [mac]);
    // That the test can see two at all:
    inNamespace(lab.host, 'sysctl', '-w', `net/ipv4/conf/${shim}/arp_filter=0`);
    assert.is(macsSeen(lab.lan).length, 2);
  },

  async 'a second run changes nothing'(lab) {
    await applyActions(everyStep, labHost(lab.host));
    const before = snapshot(lab.host);
    const again = labHost(lab.host);
    const applied = await applyActions(everyStep, again);
    assert.equal(again.changes, []);
    assert.equal(applied.changed, []);
    assert.equal(await applied.undo(), []);
    assert.equal(difference(before, snapshot(lab.host)), []);
  },

  async 'undo leaves links, routes and settings as they were'(lab) {
    const before = snapshot(lab.host);
    const applied = await applyActions(everyStep, labHost(lab.host));
    assert.ok(difference(before, snapshot(lab.host)).length > 0);
    assert.equal(await applied.undo(), []);
    assert.equal(difference(before, snapshot(lab.host)), []);
  },

  async 'undo is exact step by step: each leaves what the steps before it had made'(lab) {
    const host = labHost(lab.host);
    for (const step of everyStep) {
      const before = snapshot(lab.host);
      const applied = await applyActions([step], host);
      assert.equal(await applied.undo(), [], step.action.id);
      assert.equal(difference(before, snapshot(lab.host)), [], step.action.id);
      await applyActions([step], host);
    }
  },

  async 'a failure at any step undoes the steps before it'(lab) {
    const before = snapshot(lab.host);
    for (const at of everyStep.keys()) {
      const broken: Step = { ...everyStep[at]!, command: ['ip', 'link', 'set', 'dev', 'no-such-device', 'up'] };
      const events: string[] = [];
      try {
        await applyActions([...everyStep.slice(0, at), broken, ...everyStep.slice(at + 1)], labHost(lab.host), {
          onStep: (step, event) => void (event === 'undone' && events.push(step.action.id)),
        });
        assert.unreachable();
      } catch (error) {
        assert.instance(error, HostError);
        assert.match((error as HostError).message, 'Cannot find device');
        assert.not.match((error as HostError).message, 'still to be undone');
      }
      assert.equal(
        events,
        everyStep
          .slice(0, at)
          .map(({ action }) => action.id)
          .reverse(),
      );
      assert.equal(difference(before, snapshot(lab.host)), []);
    }
  },

  async 'rp_filter turned to 1 afterwards changes nothing for a shim on macvlan'(lab) {
    const inside = lab.addContainer('c1', container);
    for (const wanted of [steps, stepsWithTable, stepsWithAddress]) {
      await applyActions(wanted, labHost(lab.host));
      for (const name of ['all', parent, shim])
        inNamespace(lab.host, 'sysctl', '-q', '-w', `net/ipv4/conf/${name}/rp_filter=1`);
      for (const namespace of [lab.host, inside]) inNamespace(namespace, 'ip', 'neigh', 'flush', 'all');
      assert.ok(answers(lab.host, container), 'host to container');
      assert.ok(answers(inside, wanted === stepsWithAddress ? spare : hostAddress), 'container to host');
      assert.ok(answers(lab.lan, hostAddress), 'LAN to host');
      inNamespace(lab.host, 'ip', 'link', 'del', 'dev', shim);
      inNamespace(lab.host, 'ip', 'rule', 'flush', 'table', '28259');
    }
  },

  async 'a kernel that refuses is told in its own words, and nothing is left'(lab) {
    const before = snapshot(lab.host);
    const message = await failure(() => applyActions(refusedSteps, labHost(lab.host)));
    assert.match(
      message,
      new RegExp(`^"ip route replace ${range} dev ${shim} src 192.168.77.99 table 28259" failed with exit code 2: \\S`),
    );
    assert.not.match(message, 'still to be undone');
    assert.equal(difference(before, snapshot(lab.host)), []);
  },

  async 'a half-made shim is completed'(lab) {
    inNamespace(lab.host, ...steps[0]!.command);
    const host = labHost(lab.host);
    await applyActions(steps, host);
    assert.equal(
      host.changes,
      steps.slice(1).map(({ command }) => command.join(' ')),
    );
  },

  async 'a shim of ours in another mode is made anew'(lab) {
    inNamespace(lab.host, 'ip', 'link', 'add', 'link', parent, 'name', shim, 'type', 'macvlan', 'mode', 'private');
    inNamespace(lab.host, 'ip', 'link', 'set', 'dev', shim, 'alias', `netcompose:${network}`);
    const host = labHost(lab.host);
    await applyActions(steps, host);
    assert.equal(host.changes.slice(0, 2), [`ip link del dev ${shim}`, steps[0]!.command.join(' ')]);
    assert.match(inNamespace(lab.host, 'ip', '-d', 'link', 'show', 'dev', shim), 'mode bridge');
  },

  async 'a shim as it was made once is mended: the cure first, then the route, in one command'(lab) {
    for (const wanted of [steps, stepsWithTable]) {
      makeOldShim(lab.host);
      inNamespace(lab.host, 'sysctl', '-w', `net/ipv4/conf/${shim}/arp_filter=0`);
      const before = snapshot(lab.host);
      const host = labHost(lab.host);
      const applied = await applyActions(wanted, host);
      const command = (id: string) => wanted.find(({ action }) => action.id === id)!.command.join(' ');
      assert.equal(host.changes, [
        ...['arp', 'announce', 'multicast', 'sender'].map(command),
        ...(wanted === stepsWithTable ? ['table-route', 'rule'].map(command) : []),
        `ip route replace ${range} dev ${shim} scope global`,
      ]);
      const again = labHost(lab.host);
      await applyActions(wanted, again);
      assert.equal(again.changes, []);
      assert.equal(await applied.undo(), []);
      // With the last address the kernel drops the routes; the next run adds them.
      assert.equal(difference(before, snapshot(lab.host)), [
        `- route dst=${range} dev=${shim} prefsrc=${hostAddress} scope=link`,
      ]);
      inNamespace(lab.host, 'ip', 'link', 'del', 'dev', shim);
    }
  },

  async "no frame leaves with the host's address and another MAC, in any form and on a shim of the old kind"(lab) {
    const inside = lab.addContainer('c1', container);
    const parentMac = macOf(lab.host, parent);
    const heard = async (wanted: readonly Step[] | undefined) => {
      const listener = await listen(lab.lan, 'l0');
      let frames: readonly Frame[] = [];
      try {
        if (wanted) await applyActions(wanted, labHost(lab.host));
        for (const [from, to] of [
          [lab.host, container],
          [inside, wanted === stepsWithAddress ? spare : hostAddress],
          [lab.lan, hostAddress],
        ] as const) {
          // The container too, or it would know the host by the shim before.
          for (const namespace of [lab.host, inside]) inNamespace(namespace, 'ip', 'neigh', 'flush', 'all');
          assert.ok(answers(from, to), `${from} reaches ${to}`);
        }
        // Nobody has it: asked three times, by broadcast.
        answers(lab.host, '192.168.77.200');
      } finally {
        frames = await listener.stop();
      }
      assert.ok(frames.length > 0, 'it hears at all');
      return [...new Set(foreignClaims(frames, hostAddress, parentMac).map(({ mac }) => mac))];
    };
    for (const wanted of [steps, stepsWithTable, stepsWithAddress]) {
      assert.equal(await heard(wanted), []);
      inNamespace(lab.host, 'ip', 'link', 'del', 'dev', shim);
      inNamespace(lab.host, 'ip', 'rule', 'flush', 'table', '28259');
    }
    // That the test can hear one at all, and that mending it is enough:
    makeOldShim(lab.host);
    assert.equal(await heard(undefined), [macOf(lab.host, shim)]);
    assert.equal(await heard(steps), []);
  },

  async "the host's address away for a moment: the way and its source are there again"(lab) {
    lab.addContainer('c1', container);
    for (const wanted of [steps, stepsWithTable]) {
      await applyActions(wanted, labHost(lab.host));
      inNamespace(lab.host, 'ip', 'addr', 'del', `${hostAddress}/24`, 'dev', parent);
      inNamespace(lab.host, 'ip', 'addr', 'add', `${hostAddress}/24`, 'dev', parent);
      assert.ok(answers(lab.host, container));
      const [route] = JSON.parse(inNamespace(lab.host, 'ip', '-j', 'route', 'get', container)) as { prefsrc: string }[];
      assert.is(route?.prefsrc, hostAddress);
      const again = labHost(lab.host);
      await applyActions(wanted, again);
      assert.equal(again.changes, []);
    }
  },

  async 'an address of the right spelling and the wrong scope is made anew'(lab) {
    await applyActions(steps, labHost(lab.host));
    inNamespace(lab.host, 'ip', 'addr', 'del', '169.254.255.28/32', 'dev', shim);
    inNamespace(lab.host, 'ip', 'addr', 'add', '169.254.255.28/32', 'dev', shim);
    await applyActions(steps, labHost(lab.host));
    assert.match(inNamespace(lab.host, 'ip', 'addr', 'show', 'dev', shim), '169.254.255.28/32 scope link');
    assert.ok(inNamespace(lab.host, 'ip', 'route').includes(range), 'its routes went with it, and are there again');
  },

  async 'what went meanwhile counts as undone'(lab) {
    const before = snapshot(lab.host);
    const applied = await applyActions(everyStep, labHost(lab.host));
    // With its last address, an interface loses its routes.
    inNamespace(lab.host, 'ip', 'addr', 'flush', 'dev', shim);
    assert.equal(await applied.undo(), []);
    assert.equal(difference(before, snapshot(lab.host)), []);
    const again = await applyActions(everyStep, labHost(lab.host));
    inNamespace(lab.host, 'ip', 'link', 'del', 'dev', shim);
    assert.equal(await again.undo(), []);
    assert.equal(difference(before, snapshot(lab.host)), []);
  },

  async 'an interface that is not ours is never touched'(lab) {
    inNamespace(lab.host, 'ip', 'link', 'add', 'link', parent, 'name', shim, 'type', 'macvlan', 'mode', 'private');
    const before = snapshot(lab.host);
    const host = labHost(lab.host);
    assert.is(await failure(() => applyActions(steps, host)), `"${shim}" is an interface that netcompose did not make`);
    assert.is(
      await failure(() => applyActions(steps.slice(4), host)),
      `"${shim}" is an interface that netcompose did not make`,
    );
    assert.equal(host.changes, []);
    assert.equal(difference(before, snapshot(lab.host)), []);
  },

  async 'a route of somebody else is never touched'(lab) {
    inNamespace(lab.host, 'ip', 'route', 'add', range, 'via', lanAddress);
    const before = snapshot(lab.host);
    assert.is(
      await failure(() => applyActions(steps, labHost(lab.host))),
      `"${range}" has a route already, by "${parent}"`,
    );
    assert.equal(difference(before, snapshot(lab.host)), []);
  },

  async 'of two runs at once one does the work, the other finds it done'(lab) {
    const hosts = [labHost(lab.host), labHost(lab.host)] as const;
    const applied = await Promise.all(
      hosts.map((host) => withLock(host, lab.host, () => applyActions(everyStep, host))),
    );
    assert.equal(applied.map(({ changed }) => changed.length).sort(), [0, everyStep.length]);
    assert.equal(
      hosts.flatMap(({ changes }) => changes),
      everyStep.map(({ command }) => command.join(' ')),
    );
  },

  async 'a shim with an address: host to container, container to that address'(lab) {
    const inside = lab.addContainer('c1', container);
    await applyActions(stepsWithAddress, labHost(lab.host));
    assert.ok(answers(lab.host, container));
    assert.ok(answers(inside, spare));
    const again = labHost(lab.host);
    await applyActions(stepsWithAddress, again);
    assert.equal(again.changes, []);
  },
});

test.run();

/** A shim as `up` made it before: the route names its source, and nothing else is set. */
function makeOldShim(namespace: string): void {
  for (const command of [
    `ip link add link ${parent} name ${shim} group 28259 type macvlan mode bridge`,
    `ip link set dev ${shim} alias netcompose:${network}`,
    `sysctl -w net/ipv4/conf/${shim}/arp_filter=1`,
    `sysctl -w net/ipv6/conf/${shim}/disable_ipv6=1`,
    `ip link set dev ${shim} up`,
    `ip route add ${range} dev ${shim} src ${hostAddress}`,
  ])
    inNamespace(namespace, ...command.split(' '));
}

const macOf = (namespace: string, name: string): string =>
  (JSON.parse(inNamespace(namespace, 'ip', '-j', 'link', 'show', 'dev', name)) as { address: string }[])[0]!.address;

/** The text of the HostError that is thrown. */
async function failure(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
  } catch (error) {
    assert.instance(error, HostError);
    return (error as HostError).message;
  }
  return assert.unreachable('nothing was thrown') as never;
}

/** The MAC addresses that answer on the LAN for the host's address. */
function macsSeen(lan: string): readonly string[] {
  const text = inNamespace(lan, 'busybox', 'arping', '-b', '-c', '3', '-w', '4', '-I', 'l0', hostAddress);
  return [...new Set([...text.matchAll(/\[([0-9a-f:]{17})\]/g)].map(([, mac]) => mac!))].sort();
}

/** What a TCP server in one namespace says to a client in another. */
async function fetchFrom(client: string, server: string, address: string): Promise<string> {
  const serve = 'require("net").createServer((s) => s.end("hello")).listen(8080, () => console.log("ready"))';
  const listening = spawn('ip', ['netns', 'exec', server, process.execPath, '-e', serve], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await new Promise((resolve) => listening.stdout.once('data', resolve));
    const to = JSON.stringify({ host: address, port: 8080, timeout: 5000 });
    const read = `require("net").connect(${to}).on("timeout", () => process.exit(1)).pipe(process.stdout)`;
    return inNamespace(client, process.execPath, '-e', read);
  } finally {
    listening.kill('SIGKILL');
  }
}
