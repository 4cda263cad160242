/** Completion in the real shells: what they offer, asked for by a script, and typed on a terminal. */
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { patiently } from '../support/patiently.ts';
import { makePlace, type Place, root } from './place.ts';
import { onTerminal } from './terminal.ts';

const test = suite<{ place: Place }>('completion');
test.before((context) => {
  context.place = makePlace();
});
test.after(({ place }) => place.remove());

const file = (name: string) => join(root, 'completions', name);

/** The words typed, the last one to be completed, and what must and must not be among what is offered. */
const cases: readonly {
  readonly line: string;
  readonly offered: readonly string[];
  readonly not?: readonly string[];
}[] = [
  { line: 'netcompose ', offered: ['check', 'up', 'logs', 'install-plugin', 'shim'], not: ['compose.yaml'] },
  { line: 'netcompose check --', offered: ['--format', '--offline', '--facts', '--help'] },
  { line: 'netcompose check --format ', offered: ['pretty', 'json', 'github', 'sarif'], not: ['compose.yaml'] },
  { line: 'netcompose up --t', offered: ['--timeout', '--trust-hooks'] },
  { line: 'netcompose up --trust-hooks we', offered: ['web'], not: ['dns'] },
  { line: 'netcompose annotate web --mode ', offered: ['host', 'macvlan', 'ipvlan-l2'] },
  { line: 'netcompose annotate --set ipv4', offered: ['ipv4_address='] },
  { line: 'netcompose explain parent/d', offered: ['parent/down', 'parent/driver-clash'], not: ['parent/wireless'] },
  { line: 'netcompose shim persist --format ', offered: ['systemd', 'networkd'] },
  { line: 'netcompose --profile ', offered: ['lan'] },
  { line: 'netcompose -f ', offered: ['compose.yaml'] },
];

/** With bash-completion's words, and with bash's own alone. */
for (const library of ['/usr/share/bash-completion/bash_completion', '/dev/null']) {
  test(`bash offers what fits (${library})`, async ({ place }) => {
    for (const { line, offered, not = [] } of library === '/dev/null' ? cases.slice(0, 3) : cases) {
      const words = line.split(' ');
      const script = `source ${library}; source '${file('netcompose.bash')}'
        COMP_LINE=$1 COMP_POINT=\${#1}; shift; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _netcompose 2> /dev/null
        printf '%s\\n' "\${COMPREPLY[@]}"`;
      const { stdout } = await patiently('bash', ['--norc', '-c', script, 'bash', line, ...words], {
        cwd: place.folder,
        env: place.env,
      });
      const found = stdout.split('\n').map((word) => word.trim());
      for (const word of offered) assert.ok(found.includes(word), `${line}: ${word} is not among ${stdout}`);
      for (const word of not) assert.not.ok(found.includes(word), `${line}: ${word} is among ${stdout}`);
    }
  });
}

test('bash: what follows "=" and ":" is completed by itself, as readline replaces only that', async ({ place }) => {
  const script = `source /usr/share/bash-completion/bash_completion; source '${file('netcompose.bash')}'
    COMP_LINE=$1 COMP_POINT=\${#1}; shift; COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)); _netcompose 2> /dev/null
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const asked = async (line: string, ...words: readonly string[]) =>
    (
      await patiently('bash', ['--norc', '-c', script, 'bash', line, ...words], { cwd: place.folder, env: place.env })
    ).stdout.trim();
  assert.is(await asked('netcompose check --format=gi', 'netcompose', 'check', '--format', '=', 'gi'), 'github');
  const modes = ['netcompose', 'annotate', '--mode', 'service', ':', 'w'];
  assert.is(await asked('netcompose annotate --mode service:w', ...modes), 'web');
  const set = ['netcompose', 'annotate', '--set', 'mode', '=', 'macv'];
  assert.is(await asked('netcompose annotate --set mode=macv', ...set), 'macvlan');
});

test('nothing of the line is run', async ({ place }) => {
  const line = 'netcompose -f $(touch${IFS}ran) ';
  const script = `source '${file('netcompose.bash')}'; COMP_WORDS=(netcompose -f '$(touch\${IFS}ran)' up '')
    COMP_LINE='${line} up ' COMP_POINT=99 COMP_CWORD=4; _netcompose 2> /dev/null; [ ! -e ran ]`;
  const { code } = await patiently('bash', ['--norc', '-c', script], { cwd: place.folder, env: place.env });
  assert.is(code, 0);
});

test('fish offers what fits, each with what it is', async ({ place }) => {
  for (const { line, offered, not = [] } of cases) {
    const script = `source '${file('netcompose.fish')}'; complete -C '${line}'`;
    const { stdout } = await patiently('fish', ['--no-config', '-c', script], { cwd: place.folder, env: place.env });
    const found = stdout.split('\n').map((each) => each.split('\t')[0]);
    for (const word of offered) assert.ok(found.includes(word), `${line}: ${word} is not among ${stdout}`);
    for (const word of not) assert.not.ok(found.includes(word), `${line}: ${word} is among ${stdout}`);
  }
  const script = `source '${file('netcompose.fish')}'; complete -C 'netcompose check --format=gi'`;
  const { stdout } = await patiently('fish', ['--no-config', '-c', script], { cwd: place.folder, env: place.env });
  assert.is(stdout, '--format=github');
});

const interactive = {
  bash: {
    start: 'bash --norc -i',
    ready:
      "source /usr/share/bash-completion/bash_completion; bind 'set bell-style none'; " +
      `source '${file('netcompose.bash')}'`,
  },
  zsh: {
    start: 'zsh -f -i',
    ready: `setopt no_beep; autoload -Uz compinit; compinit -u -D; source '${file('_netcompose')}'`,
  },
} as const;

for (const [shell, { start, ready }] of Object.entries(interactive)) {
  test(`${shell} on a terminal: typed with the tabulator, the command runs`, async ({ place }) => {
    const typing = onTerminal(start, place.folder, place.env);
    try {
      await typing.type(`${ready}; echo ready-$((6*7))\n`, /ready-42/);
      await typing.type('netcompose expl\t', /explain /);
      await typing.type('parent/driver-cl\t', /driver-clash/);
      await typing.type('\n', /macvlan and ipvlan cannot be on one parent/);
      await typing.type('netcompose check --offl\t', /--offline/);
      await typing.type(' --format=gi\t', /github/);
      await typing.type('; echo done-$((6*7))\n', /done-42/);
      await typing.type('netcompose annotate d\t', /dns/);
      await typing.type(' --dry-run --mode ho\t', /host/);
      await typing.type('\n', /\+ .*x-netmode: host/);
      await typing.type('netcompose annotate web --m\t', /--mode/);
      await typing.type(' service:d\t', /service:dns/);
      await typing.type(' --set ipv4\t', /ipv4_address=/);
    } finally {
      typing.end();
    }
  });
}

test('zsh, from a folder of $fpath, offers services with files left out', async ({ place }) => {
  const typing = onTerminal('zsh -f -i', place.folder, place.env);
  try {
    const path = `fpath=('${join(root, 'completions')}' $fpath)`;
    const ready = `setopt no_beep; ${path}; autoload -Uz compinit; compinit -u -D`;
    await typing.type(`${ready}; echo ready-$((6*7))\n`, /ready-42/);
    const shown = await typing.type('netcompose logs \t\t', /web/);
    assert.not.match(shown, 'compose.yaml');
  } finally {
    typing.end();
  }
});

test.run();
