/** A project without x-netmode is Compose's alone: the same containers, networks, labels, streams and exit codes. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerInspectInfo, NetworkInspectInfo } from 'dockerode';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { saying } from '../support/hooks.ts';
import { endWhereItHangs, type Output, patiently } from '../support/patiently.ts';
import { testImage } from './rig/image.ts';
import { netcompose, program } from './rig/netcompose.ts';
import { type Rig, startRig } from './rig/rig.ts';

const compose = `
name: plain
services:
  web:
    image: ${testImage}
    command: ["sh", "-c", "echo ready; exec httpd -f -h /www"]
    stop_signal: SIGKILL
    ports: ["18081:80"]
    networks: [front, back]
    labels: { role: web }
  worker:
    image: ${testImage}
    command: ["sleep", "infinity"]
    stop_signal: SIGKILL
    depends_on: [web]
    networks:
      back:
        aliases: [w]
  exporter:
    image: ${testImage}
    command: ["sleep", "infinity"]
    stop_signal: SIGKILL
    network_mode: host
networks:
  front:
  back:
    internal: true
`;

interface Context {
  rig: Rig;
  cwd: string;
}

const test = suite<Context>('a project without x-netmode');

test.before(
  saying(async (context) => {
    context.rig = await startRig();
    context.cwd = join(context.rig.directory, 'plain');
    await mkdir(context.cwd);
    await writeFile(join(context.cwd, 'compose.yaml'), compose);
    await writeFile(join(context.cwd, 'broken.yaml'), 'services:\n  web: [\n');
    await writeFile(join(context.cwd, 'wrong.yaml'), 'services:\n  web:\n    image: x\n    networks: [nowhere]\n');
  }),
);
test.after(async ({ rig }) => rig?.stop());

/** The same call of Compose itself. */
function itself({ rig, cwd }: Context, args: readonly string[]): Promise<Output> {
  return patiently('docker', ['compose', ...args], { cwd, env: rig.env });
}

/** What Compose has made, without what differs from one creation to the next. */
async function made({ rig }: Context): Promise<unknown> {
  const json = async <T>(...args: string[]) => JSON.parse((await rig.docker(...args)).stdout) as readonly T[];
  const names = async (...args: string[]) => (await rig.docker(...args)).stdout.split('\n').filter(Boolean);
  const containers = await json<ContainerInspectInfo>('inspect', ...(await names('ps', '-aq')));
  const networks = await json<NetworkInspectInfo>(
    'network',
    'inspect',
    ...(await names('network', 'ls', '--filter', 'label=com.docker.compose.project', '-q')),
  );
  const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
  return {
    containers: containers
      .map(({ Name, Config, HostConfig, State, NetworkSettings }) => ({
        name: Name,
        labels: Config.Labels,
        command: Config.Cmd,
        networkMode: HostConfig.NetworkMode,
        ports: HostConfig.PortBindings,
        running: State.Running,
        networks: Object.entries(NetworkSettings.Networks).map(([name, { Aliases, IPAMConfig }]) => ({
          name,
          Aliases,
          IPAMConfig,
        })),
      }))
      .sort(byName),
    networks: networks
      .map(({ Name, Driver, Internal, Labels, Options }) => ({
        name: Name,
        Driver,
        Internal,
        Labels,
        Options,
      }))
      .sort(byName),
  };
}

test('up -d makes the same', async (context) => {
  const expected = await itself(context, ['up', '-d']);
  const expectedModel = await made(context);
  await itself(context, ['down']);
  const actual = await netcompose(context.rig, ['up', '-d'], context);
  assert.is(actual.code, expected.code);
  assert.equal(await made(context), expectedModel);
});

test('commands, their output and their exit codes go through', async (context) => {
  const calls: readonly (readonly string[])[] = [
    ['config'],
    ['ps', '--format', '{{.Service}} {{.State}}'],
    ['exec', '-T', 'web', 'sh', '-c', 'echo out; echo err >&2; exit 7'],
    ['run', '--rm', '-T', '--no-deps', 'worker', 'sh', '-c', 'exit 9'],
    ['exec', '-T', 'nobody', 'true'],
    ['port', 'web', '80'],
    ['no-such-command'],
    ['ps', '--no-such-flag'],
    ['--no-such-flag', 'ps'],
    ['-f', 'broken.yaml', 'config'],
    ['-f', 'wrong.yaml', 'up', '-d'],
    ['-f', 'missing.yaml', 'up', '-d'],
    ['version', '--short'],
  ];
  for (const call of calls) {
    const [expected, actual] = [await itself(context, call), await netcompose(context.rig, call, context)];
    assert.is(actual.code, expected.code, call.join(' '));
    assert.is(actual.stdout, expected.stdout, call.join(' '));
  }
});

test("help is Compose's, with netcompose's options below it", async (context) => {
  const call = ['up', '--help'];
  const [expected, actual] = [await itself(context, call), await netcompose(context.rig, call, context)];
  assert.is(actual.code, expected.code);
  assert.ok(actual.stdout.startsWith(expected.stdout), actual.stdout);
  assert.match(actual.stdout.slice(expected.stdout.length), '--wait-reach');
});

test('standard input goes through', async (context) => {
  const { stdout, code } = await netcompose(context.rig, ['exec', '-T', 'web', 'cat'], {
    ...context,
    input: 'hello\n',
  });
  assert.equal({ stdout, code }, { stdout: 'hello', code: 0 });
});

test('a project read from standard input', async (context) => {
  const { stdout, code } = await netcompose(context.rig, ['-f', '-', 'config', '--services'], {
    ...context,
    input: compose,
  });
  assert.equal({ stdout: stdout.split('\n').sort(), code }, { stdout: ['exporter', 'web', 'worker'], code: 0 });
});

test('an interrupt ends a command in the foreground as it ends Compose', async (context) => {
  const interrupted = async (command: string, args: readonly string[]) => {
    const child = execa(command, [...args, 'logs', '--follow', 'web'], {
      cwd: context.cwd,
      env: context.rig.env,
      extendEnv: false,
      reject: false,
      stdin: 'ignore',
    });
    endWhereItHangs(child);
    // By then all three are there: the program, Docker's and its plugin, which hears of the interrupt through a socket.
    child.stdout.once('data', () => child.kill('SIGINT'));
    const { exitCode, signal } = await child;
    return { exitCode, signal };
  };
  const expected = await interrupted('docker', ['compose']);
  assert.equal(await interrupted(process.execPath, [program]), expected);
});

test('down removes the same', async (context) => {
  assert.is((await netcompose(context.rig, ['down'], context)).code, 0);
  assert.is((await context.rig.docker('ps', '-aq')).stdout, '');
});

test.run();
