/** `up --confirm` on a terminal: who loses the connection by it gets it back. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { saying } from '../support/hooks.ts';
import { testImage } from './rig/image.ts';
import { type Lan, makeLan } from './rig/lan.ts';
import { netcompose, program } from './rig/netcompose.ts';
import { type Rig, startRig } from './rig/rig.ts';
import { type Snapshot, snapshot } from './snapshot.ts';

interface Context {
  rig: Rig;
  lan: Lan;
  cwd: string;
  before: Snapshot;
}

const test = suite<Context>('confirm');
const compose = `services:
  web:
    image: ${testImage}
    command: ["sleep", "infinity"]
    stop_signal: SIGKILL
    x-netmode: { mode: macvlan, ip_range: 192.168.214.192/27 }
`;

test.before(
  saying(async (context) => {
    context.lan = await makeLan({ name: 'confirm', third: 214, defaultRoute: true });
    context.rig = await startRig();
    context.cwd = join(context.rig.directory, 'confirm');
    await mkdir(context.cwd, { recursive: true });
    await writeFile(join(context.cwd, 'compose.yaml'), compose);
    context.before = await snapshot(context.rig);
  }),
);
test.after(async ({ rig, lan }) => {
  await rig?.stop();
  await lan?.remove();
});

interface OnTerminal {
  readonly terminal: ChildProcess;
  /** What has been shown so far. */
  readonly shown: () => string;
  readonly ended: Promise<number | null>;
}

/** Starts `up` on a terminal of its own (`script`, util-linux), and comes back when it asks. */
async function asking({ rig, cwd }: Context, seconds: number): Promise<OnTerminal> {
  const command = [process.execPath, program, 'up', '--confirm', String(seconds), '-d'].join(' ');
  const terminal = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    cwd,
    env: { ...rig.env, CI: '', TERM: 'xterm' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let shown = '';
  terminal.stdout!.on('data', (data) => (shown += data));
  const ended = new Promise<number | null>((resolve) => terminal.on('close', resolve));
  const gone = ended.then((code) => assert.unreachable(`ended with ${code} before it asked: ${shown}`));
  const asked = async () => {
    while (!shown.includes('Keep it so?')) await sleep(50);
  };
  await Promise.race([asked(), gone]);
  return { terminal, shown: () => shown, ended };
}

test('without an answer the host is as it was, and no container was started', async (context) => {
  const { shown, ended } = await asking(context, 2);
  assert.is(await ended, 3, shown());
  assert.match(shown(), 'were not confirmed: they are undone, and nothing was started');
  assert.equal(await snapshot(context.rig), context.before);
});

test('when the terminal goes, too', async (context) => {
  const { terminal, ended } = await asking(context, 3600);
  terminal.kill('SIGKILL');
  await ended;
  let now = await snapshot(context.rig);
  for (let looks = 0; looks < 100 && JSON.stringify(now) !== JSON.stringify(context.before); looks++) {
    await sleep(200);
    now = await snapshot(context.rig);
  }
  assert.equal(now, context.before);
});

test('Enter keeps it', async (context) => {
  const { terminal, shown, ended } = await asking(context, 3600);
  terminal.stdin!.write('\r');
  assert.is(await ended, 0, shown());
  const { code, stderr } = await netcompose(context.rig, ['down'], { cwd: context.cwd });
  assert.is(code, 0, stderr);
  assert.equal(await snapshot(context.rig), context.before);
});

test.run();
