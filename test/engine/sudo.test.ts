/** A member of the engine's group with the real sudo: what it is asked for, and what is to be done without it. */
import { spawn } from 'node:child_process';
import { appendFile, chmod, chown, copyFile, cp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { saying } from '../support/hooks.ts';
import { endWhereItHangs, type Output, patiently } from '../support/patiently.ts';
import { testImage } from './rig/image.ts';
import { findEngine } from './rig/installed.ts';
import { type Lan, makeLan } from './rig/lan.ts';
import { type Rig, startRig } from './rig/rig.ts';
import { type Snapshot, snapshot } from './snapshot.ts';

interface Context {
  rig: Rig;
  lan: Lan;
  /** The user's own: his programs, his project, his state. */
  home: string;
  env: Readonly<Record<string, string>>;
  before: Snapshot;
  undo: (() => Promise<unknown>)[];
}

const user = { name: 'nct-member', id: 54_322, group: 54_323, password: 'open sesame' } as const;
const root = fileURLToPath(new URL('../..', import.meta.url));
const compose = `services:
  web:
    image: ${testImage}
    command: ["sleep", "infinity"]
    stop_signal: SIGKILL
    x-netmode: { mode: macvlan, ip_range: 192.168.214.192/27 }
`;
const allowed = ['ip', 'sysctl'].flatMap((name) =>
  ['/usr/sbin', '/sbin', '/usr/bin', '/bin'].map((at) => `${at}/${name}`),
);

const test = suite<Context>('sudo');

test.before(
  saying(async (context) => {
    context.undo = [];
    context.lan = await makeLan({ name: 'sudo', third: 214, defaultRoute: true });
    context.rig = await startRig();
    await addUser(context);
    context.before = await snapshot(context.rig);
  }),
);
test.after(async ({ rig, lan, undo }) => {
  for (const step of undo.reverse()) await step();
  await rig?.stop();
  await lan?.remove();
});

test('only ip and sysctl go through sudo, which asks once', async (context) => {
  await sudoers(context, `${user.name} ALL = (root) ${allowed.join(', ')}`);
  const { code, shown } = await onTerminal(context, ['check', 'up -d', 'down']);
  assert.is(code, 0, shown);
  assert.match(shown, '"up" asks sudo for it');
  assert.is(shown.split('[sudo] password for').length - 1, 1, shown);
  assert.match(shown, 'netcompose needs root to set up nc-');
  const commands = await sudoLog(context);
  assert.ok(commands.length > 5, commands.join('\n'));
  const others = commands.filter((command) => !/^\/\S*\/(?:ip|sysctl) /.test(command));
  assert.equal(others, []);
  // As it would be where sudo is asked in advance whether it wants a password.
  assert.is(await readFile(mailOf(context), 'utf8'), '', 'nothing for root to worry about');
  assert.equal(await snapshot(context.rig), context.before);
});

test('an address that a device of the LAN has is found, by "up" as by "check --probe"', async (context) => {
  await sudoers(context, `${user.name} ALL = (root) NOPASSWD: ${allowed.join(', ')}`);
  const taken = '192.168.214.53';
  const fixed = compose.replace('mode: macvlan,', `mode: macvlan, ipv4_address: ${taken},`);
  await writeFile(join(context.home, 'compose.yaml'), fixed);
  await context.lan.exec(['ip', 'address', 'add', `${taken}/24`, 'dev', 'ncl-sudo']);
  try {
    for (const words of [
      ['check', '--probe'],
      ['up', '-d'],
    ]) {
      await patiently('ip', ['neigh', 'flush', 'dev', context.lan.parent]);
      const { code, stdout, stderr } = await asMember(context, words, context.env);
      assert.is(code, 1, stdout + stderr);
      assert.match(stdout + stderr, `error[address/answers-on-lan]: "web": ${taken}`);
    }
  } finally {
    await context.lan.exec(['ip', 'address', 'del', `${taken}/24`, 'dev', 'ncl-sudo']);
    await writeFile(join(context.home, 'compose.yaml'), compose);
  }
  assert.equal(await snapshot(context.rig), context.before);
});

for (const [what, prepare] of [
  ['refuses', (context: Context) => sudoers(context, '').then(() => context.env)],
  // A PATH without it.
  [
    'is not there',
    async ({ env, home }: Context) => ({ ...env, PATH: [join(home, 'bin'), join(home, 'without')].join(delimiter) }),
  ],
] as const)
  test(`where sudo ${what}, the commands are printed, and after them "up" succeeds`, async (context) => {
    const env = await prepare(context);
    const up = await asMember(context, ['up', '-d'], env);
    assert.ok(up.code !== 0, up.stderr);
    const commands = commandsIn(up.stderr);
    assert.ok(commands.length > 5, up.stderr);
    assert.equal(await snapshot(context.rig), context.before, 'nothing is left');
    if (what === 'is not there') {
      const check = await asMember(context, ['check'], env);
      assert.is(check.code, 1);
      assert.equal(commandsIn(check.stderr + check.stdout), commands, '"check" says what "up" says');
    } else {
      const check = await asMember(context, ['check'], env);
      assert.is(check.code, 0, check.stderr);
      assert.match(check.stdout, 'help: if sudo may refuse: "netcompose plan" lists the commands');
      assert.equal(
        commandsIn((await asMember(context, ['plan'], env)).stdout),
        commands,
        '"plan" lists what "up" says',
      );
    }
    // As somebody pastes them into root's shell.
    const pasted = await patiently('sh', ['-euc', commands.join('\n')], { env: context.rig.env });
    assert.is(pasted.code, 0, pasted.stderr);
    const again = await asMember(context, ['up', '-d'], env);
    assert.is(again.code, 0, again.stderr);
    await hasLearned(context);
    const stop = await asMember(context, ['stop'], env);
    assert.is(stop.code, 0, stop.stderr);
    assert.match(await neighbours(), 'lladdr', 'what the host has learned is left to go by itself');
    // Without a question, as there is no terminal.
    await sudoers(context, `${user.name} ALL = (root) NOPASSWD: ${allowed.join(', ')}`);
    const down = await asMember(context, ['down'], context.env);
    assert.is(down.code, 0, down.stderr);
    assert.equal(await snapshot(context.rig), context.before);
  });

test.run();

const neighbours = async () => (await patiently('ip', ['neigh', 'show', 'to', '192.168.214.192/27'])).stdout;

/** Has the host learn where the container is. */
async function hasLearned({ rig }: Context): Promise<void> {
  const [, address = ''] = /"IPv4Address": "([\d.]+)\//.exec(
    (await rig.docker('network', 'inspect', 'netcompose-ncp-sudo')).stdout,
  ) ?? [''];
  await patiently('busybox', ['ping', '-c', '1', '-w', '10', address]);
  assert.match(await neighbours(), 'lladdr');
}

/** Adds the user to the sandbox's own view of /etc, with programs of his: root's home is closed to him. */
async function addUser(context: Context): Promise<void> {
  const { rig } = context;
  const home = join(rig.directory, 'home');
  context.home = home;
  const { bin, compose: plugin } = findEngine(rig.engine)!;
  await mkdir(join(home, 'bin'), { recursive: true });
  await mkdir(join(home, '.docker/cli-plugins'), { recursive: true });
  await copyFile(join(bin, 'docker'), join(home, 'bin/docker'));
  await copyFile(plugin, join(home, '.docker/cli-plugins/docker-compose'));
  await copyFile(process.execPath, join(home, 'bin/node'));
  // What there is without sudo.
  await mkdir(join(home, 'without'));
  for (const name of ['ip', 'sysctl', 'sh']) await symlink(await pathOf(name), join(home, 'without', name));
  for (const part of ['bin', 'dist', 'schema', 'package.json'])
    await cp(join(root, part), join(home, 'netcompose', part), { recursive: true });
  await writeFile(join(home, 'compose.yaml'), compose);
  await execa('chown', ['-R', `${user.id}:${user.id}`, home]);
  // Nothing but the way to it, and the engine's socket, as Docker's packages make it.
  await chmod(rig.directory, 0o711);
  const socket = rig.env['DOCKER_HOST']!.slice('unix://'.length);
  await chown(socket, 0, user.group);
  await chmod(socket, 0o660);
  context.env = {
    HOME: home,
    PATH: [join(home, 'bin'), '/usr/sbin', '/usr/bin', '/sbin', '/bin'].join(delimiter),
    DOCKER_HOST: rig.env['DOCKER_HOST']!,
    DOCKER_CONFIG: join(home, '.docker'),
    TERM: 'xterm',
  };
  const { stdout: hash } = await execa('openssl', ['passwd', '-6', user.password]);
  await overlay(context, '/etc/passwd', `${user.name}:x:${user.id}:${user.id}::${home}:/bin/sh\n`);
  await overlay(context, '/etc/shadow', `${user.name}:${hash}:19000:0:99999:7:::\n`);
  await overlay(context, '/etc/group', `${user.name}:x:${user.id}:\nnct-docker:x:${user.group}:${user.name}\n`);
  await overlay(context, '/etc/sudoers', '');
}

const pathOf = async (name: string): Promise<string> => (await execa('which', [name])).stdout;

/** A file of this machine's with more in it, for the sandbox alone. */
async function overlay({ rig, undo }: Context, path: string, more: string): Promise<void> {
  const copy = join(rig.directory, path.replaceAll('/', '-'));
  await copyFile(path, copy);
  await appendFile(copy, more);
  await execa('chmod', ['--reference', path, copy]);
  await execa('mount', ['--bind', copy, path]);
  undo.push(() => execa('umount', [path]));
}

const logOf = ({ rig }: Context) => join(rig.directory, 'sudo.log');

const mailOf = ({ rig }: Context) => join(rig.directory, 'sudo.mail');

/** What the user may do; sudo writes down what he does, and sends root a mail as Debian sets it up. */
async function sudoers(context: Context, rule: string): Promise<void> {
  await rm(logOf(context), { force: true });
  await writeFile(mailOf(context), '');
  const mailer = join(context.rig.directory, 'mailer');
  await writeFile(mailer, `#!/bin/sh\ncat >> ${mailOf(context)}\n`, { mode: 0o755 });
  const text = [
    'Defaults !syslog, !lecture, loglinelen=0, mail_badpass, mailto=root',
    `Defaults logfile=${logOf(context)}`,
    `Defaults mailerpath=${mailer}`,
    rule,
    '',
  ].join('\n');
  // The mount is on the file: another in its place would not be seen.
  await writeFile('/etc/sudoers', text);
}

async function sudoLog(context: Context): Promise<readonly string[]> {
  const text = await readFile(logOf(context), 'utf8');
  return [...text.matchAll(/COMMAND=(.*)/g)].map(([, command]) => command!);
}

const program = (home: string) => [join(home, 'bin/node'), join(home, 'netcompose/bin/netcompose.cjs')] as const;
const as = ['setpriv', `--reuid=${user.id}`, `--regid=${user.id}`, '--init-groups'] as const;

function asMember({ home }: Context, args: readonly string[], env: Readonly<Record<string, string>>): Promise<Output> {
  const [setpriv, ...rest] = as;
  return patiently(`/usr/bin/${setpriv}`, [...rest, ...program(home), ...args], { cwd: home, env });
}

/** Runs netcompose a few times on one terminal, and types the password where it is asked for. */
async function onTerminal({ home, env }: Context, calls: readonly string[]) {
  const line = calls.map((words) => `${program(home).join(' ')} ${words}`).join(' && ');
  const terminal = spawn(
    'script',
    ['--quiet', '--return', '--command', `${as.join(' ')} sh -c '${line}'`, '/dev/null'],
    {
      cwd: home,
      env: { ...env, SHELL: '/bin/sh' },
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  endWhereItHangs(terminal);
  let shown = '';
  let answered = 0;
  terminal.stdout.on('data', (data) => {
    shown += String(data);
    const asked = shown.split('[sudo] password for').length - 1;
    for (; answered < asked; answered += 1) terminal.stdin.write(`${user.password}\n`);
  });
  const code = await new Promise<number | null>((resolve) => terminal.on('close', resolve));
  return { code, shown };
}

/** The commands that a message says to run: the lines that are indented, from the first `ip` or `docker` on. */
const commandsIn = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^(?:ip|sysctl|docker) \S/.test(line));
