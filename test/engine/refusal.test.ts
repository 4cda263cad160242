/** What `up` refuses, and that nothing is left when it fails half-way. */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { saying } from '../support/hooks.ts';
import { inSequence } from '../support/pattern.ts';
import { testImage } from './rig/image.ts';
import { onPath } from './rig/installed.ts';
import { type Lan, makeLan } from './rig/lan.ts';
import { netcompose } from './rig/netcompose.ts';
import { type Rig, startRig } from './rig/rig.ts';
import { type Snapshot, snapshot } from './snapshot.ts';

interface Context {
  rig: Rig;
  lan: Lan;
  before: Snapshot;
}

const test = suite<Context>('refusal');

test.before(
  saying(async (context) => {
    context.lan = await makeLan({ name: 'refuse', defaultRoute: true });
    context.rig = await startRig();
    context.before = await snapshot(context.rig);
  }),
);
test.after(async ({ rig, lan }) => {
  await rig?.stop();
  await lan?.remove();
});

/** A folder with this Compose file. */
async function project({ rig }: Context, name: string, compose: string): Promise<string> {
  const cwd = join(rig.directory, name);
  await mkdir(cwd, { recursive: true });
  await writeFile(join(cwd, 'compose.yaml'), compose);
  return cwd;
}

/**
 * Puts a program in front of `ip`, or of the Compose plugin; `body` is JavaScript that may call the real one by
 * `real(args)`.
 */
async function inFrontOf(
  { rig }: Context,
  name: 'ip' | 'docker-compose',
  body: string,
): Promise<Readonly<Record<string, string>>> {
  const isPlugin = name === 'docker-compose';
  const front = join(rig.directory, `front-${name}`);
  const folder = isPlugin ? join(front, 'cli-plugins') : front;
  await mkdir(folder, { recursive: true });
  const target = isPlugin ? join(rig.env['DOCKER_CONFIG']!, 'cli-plugins', name) : onPath(name);
  const real = `
    const { spawnSync } = require('node:child_process');
    const real = (args) => spawnSync(${JSON.stringify(target)}, args, { encoding: 'utf8' });
    const passOn = ({ status, stdout, stderr }) => {
      process.stdout.write(stdout);
      process.stderr.write(stderr);
      process.exit(status);
    };`;
  await writeFile(join(folder, name), `#!${process.execPath}\n${real}\nconst args = process.argv.slice(2);\n${body}\n`);
  await chmod(join(folder, name), 0o755);
  return isPlugin ? { DOCKER_CONFIG: front } : { PATH: [front, rig.env['PATH']].join(delimiter) };
}

const web = (extra: string) =>
  `services:\n  web:\n    image: ${testImage}\n    command: ["sleep", "infinity"]\n    stop_signal: SIGKILL\n${extra}`;
const macvlan = web('    x-netmode: { mode: macvlan, ip_range: 192.168.213.192/27 }\n');

test('a model that Compose resolves differently is refused before anything is touched', async (context) => {
  const cwd = await project(context, 'different', macvlan);
  const env = await inFrontOf(
    context,
    'docker-compose',
    `const answer = real(args);
     // As docker starts it.
     if (args[0] !== 'compose' || !process.env.DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND) process.exit(99);
     if (!args.includes('config')) passOn(answer);
     const model = JSON.parse(answer.stdout);
     model.services = { web: { ...model.services.web, network_mode: 'host', networks: undefined } };
     passOn({ ...answer, stdout: JSON.stringify(model) });`,
  );
  const { code, stdout, stderr } = await netcompose(context.rig, ['up', '-d'], { cwd, env });
  assert.is(code, 1);
  assert.is(stdout, '');
  assert.match(
    stderr,
    'error[compose/resolved-differently]: "web": network_mode is planned as nothing, but Compose resolves it to host',
  );
  assert.match(stderr, 'compose.yaml:2:3');
  assert.equal(await snapshot(context.rig), context.before);
});

test('when the third step fails, the first two are undone', async (context) => {
  const cwd = await project(context, 'third', macvlan);
  // The network is made first, then the shim; its alias is the third step.
  const env = await inFrontOf(
    context,
    'ip',
    `if (args.includes('alias'))
       passOn({ status: 2, stdout: '', stderr: 'RTNETLINK answers: No buffer space available\\n' });
     passOn(real(args));`,
  );
  const { code, stderr } = await netcompose(context.rig, ['up', '-d'], { cwd, env });
  assert.is(code, 3);
  assert.match(
    stderr,
    inSequence(
      /netcompose: "ip link set dev nc-ncp-refuse alias \S+" failed with exit code 2: /,
      /RTNETLINK answers: No buffer space available/,
    ),
  );
  assert.not.match(stderr, /\n\s+at /);
  assert.equal(await snapshot(context.rig), context.before);
});

test('when Compose cannot start, what was prepared is undone', async (context) => {
  const cwd = await project(
    context,
    'image',
    macvlan.replace(testImage, 'no-such-image:latest').replace('    command', '    pull_policy: never\n    command'),
  );
  const { code, stderr } = await netcompose(context.rig, ['up', '-d'], { cwd });
  assert.is(code, 1, stderr);
  assert.match(stderr, /no-such-image/);
  assert.equal(await snapshot(context.rig), context.before);
});

test('two host-mode services on one port are refused', async (context) => {
  const service = (name: string) =>
    `  ${name}:\n    image: ${testImage}\n    command: ["httpd", "-f", "-p", "19100"]\n` +
    '    x-netmode: { mode: host, listen: [19100] }\n';
  const cwd = await project(context, 'clash', `services:\n${service('a')}${service('b')}`);
  const { code, stderr } = await netcompose(context.rig, ['up', '-d'], { cwd });
  assert.is(code, 1);
  assert.match(stderr, 'error[ports/host-clash]: "b" opens port 19100/tcp of the host, as "a" does');
  assert.equal(await snapshot(context.rig), context.before);
});

test('an interface of that name which is not ours is never touched', async (context) => {
  const cwd = await project(context, 'name', macvlan);
  const { execa } = await import('execa');
  await execa('ip', ['link', 'add', 'nc-ncp-refuse', 'type', 'veth', 'peer', 'name', 'other']);
  try {
    const { code, stderr } = await netcompose(context.rig, ['up', '-d'], { cwd });
    assert.is(code, 1);
    assert.match(stderr, 'error[shim/name-taken]: an interface "nc-ncp-refuse" exists that netcompose did not make');
  } finally {
    await execa('ip', ['link', 'del', 'nc-ncp-refuse']);
  }
  assert.equal(await snapshot(context.rig), context.before);
});

test('without an engine, up says so and exits with 4', async (context) => {
  const cwd = await project(context, 'no-engine', macvlan);
  const { code, stderr } = await netcompose(context.rig, ['up', '-d'], {
    cwd,
    env: { DOCKER_HOST: 'unix:///nowhere/docker.sock' },
  });
  assert.is(code, 4);
  assert.match(
    stderr,
    'error[engine/unreachable]: "unix:///nowhere/docker.sock" (DOCKER_HOST): there is no such socket',
  );
});

test.run();
