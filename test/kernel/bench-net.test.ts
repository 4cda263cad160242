/** `bench-net` for real. No figure is compared with another: this machine may be busy. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { kernelTests } from './layer.ts';

const helper = fileURLToPath(new URL('bench-helper.ts', import.meta.url));
const short = ['--rounds', '1', '--seconds', '0.05'];

const test = suite('kernel: bench-net');

kernelTests(test, {
  async 'measures what this kernel has, names what it lacks, and leaves the network as it was'() {
    const before = network();
    const { code, out, err } = await start('--rounds', '2', '--seconds', '0.05', '--format', 'json').ended;
    assert.is(code, 0, err);
    const { netmodes } = JSON.parse(out) as { netmodes: readonly (Record<string, unknown> & { netmode: string })[] };
    assert.equal(
      netmodes.map(({ netmode }) => netmode),
      ['host', 'bridge', 'macvlan', 'ipvlan-l2', 'ipvlan-l3'],
    );
    for (const { netmode, reason, ...figures } of netmodes) {
      if (netmode.startsWith('ipvlan') && !hasIpvlan()) {
        assert.is(reason, 'this kernel has no ipvlan');
        continue;
      }
      assert.is(reason, undefined, netmode);
      const numbers = numbersIn(figures);
      assert.is(numbers.length, 2 * (2 * 3 + 2), netmode);
      assert.ok(
        numbers.every((number) => Number.isFinite(number) && number > 0),
        `${netmode}: ${numbers.join(' ')}`,
      );
    }
    assert.equal(left(), []);
    assert.equal(network(), before);
  },

  async 'SIGINT and SIGTERM end it with 130, and nothing is left'() {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const run = start('--rounds', '100');
      await run.says('Round 1 of');
      assert.ok(left().length > 0);
      run.child.kill(signal);
      const { code, out } = await run.ended;
      assert.equal({ code, out, left: left() }, { code: 130, out: '', left: [] });
    }
  },

  async 'after kill -9 the services end by themselves, and the next run removes what is left'() {
    const run = start('--rounds', '100');
    await run.says('Round 1 of');
    run.child.kill('SIGKILL');
    await run.ended;
    assert.ok(left().some((one) => one.startsWith('nc-bench-')));
    for (let waited = 0; traffic().length > 0; waited += 100) {
      assert.ok(waited < 60_000, 'a service outlives its starter');
      await sleep(100);
    }
    const { code, out, err } = await start(...short).ended;
    assert.is(code, 0, err);
    for (const netmode of ['host', 'bridge', 'macvlan'])
      assert.match(out, new RegExp(`^${netmode} +\\d+\\.\\d\\d .*µs .*Gbit/s$`, 'm'));
    assert.equal(left(), []);
  },

  async 'of two at once one waits for the other'() {
    const runs = [start(...short), start(...short)];
    const ended = await Promise.all(runs.map((run) => run.ended));
    assert.equal(
      ended.map(({ code }) => code),
      [0, 0],
    );
    assert.is(
      ended.filter(({ err }) => /waiting for another one \(process \d+\) to end its measurement/.test(err)).length,
      1,
    );
    assert.equal(left(), []);
  },
});

test.run();

interface Run {
  readonly child: ChildProcess;
  /** Resolves once it has written this to standard error. */
  says(text: string): Promise<void>;
  readonly ended: Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>;
}

function start(...args: readonly string[]): Run {
  const child = spawn(process.execPath, ['--import', 'tsx', helper, 'bench-net', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (text) => void (out += text));
  child.stderr.on('data', (text) => void (err += text));
  // Not `close`: what a killed run has started holds the streams a moment longer.
  const ended = new Promise<Awaited<Run['ended']>>((resolve) =>
    child.on('exit', (code) => setImmediate(() => resolve({ code, out, err }))),
  );
  const says = async (text: string) => {
    while (!err.includes(text)) {
      assert.ok(child.exitCode === null, `it never says "${text}": ${err}`);
      await sleep(20);
    }
  };
  return { child, says, ended };
}

/** Namespaces and processes of `bench-net`. */
function left(): readonly string[] {
  const names = execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' }).split('\n');
  return [...names.filter((name) => name.startsWith('nc-bench-')), ...traffic()];
}

/** The command lines of its traffic programs, in this process namespace. */
function traffic(): readonly string[] {
  return readdirSync('/proc').flatMap((pid) => {
    try {
      const line = /^\d+$/.test(pid) ? readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ') : '';
      return line.includes('/traffic.ts ') ? line : [];
    } catch {
      return []; // it has ended
    }
  });
}

/** What there is in this namespace's own network. */
function network(): readonly string[] {
  const commands = [
    ['ip', '-d', 'link'],
    ['ip', 'addr'],
    ['ip', 'route', 'show', 'table', 'all'],
    ['ip', 'neigh'],
    ['iptables-save'],
    ['sysctl', '-a', '--pattern', '^net.ipv[46].(conf|ip_forward)'],
  ];
  return commands.flatMap(([file = '', ...args]) =>
    execFileSync(file, args, { encoding: 'utf8' })
      .split('\n')
      .filter((line) => !line.startsWith('#')),
  );
}

function hasIpvlan(): boolean {
  try {
    execFileSync('unshare', ['--net', 'ip', '-batch', '-'], {
      input: 'link add v0 type veth peer name v1\nlink add link v0 name i0 type ipvlan mode l2\n',
      stdio: 'pipe',
    });
    return true;
  } catch {
    return false;
  }
}

function numbersIn(value: unknown): readonly number[] {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}
