/** Files that are none, that lead in circles, or that hold what nobody means well by, on a real file system. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { run } from '../../src/cli/run.ts';
import { realHost } from '../../src/host/system/real-host.ts';
import { isHarmless } from '../laws/everything.ts';
import { patiently } from '../support/patiently.ts';

const root = mkdtempSync(join(tmpdir(), 'netcompose-hostile-'));
test.after(() => rmSync(root, { recursive: true, force: true }));

const tsx = import.meta.resolve('tsx');
const program = fileURLToPath(new URL('program.ts', import.meta.url));
const service = (more: string) => `services:\n  web: { image: nginx, x-netmode: host${more} }\n`;
const utf16 = (text: string, swapped: boolean) => {
  const bytes = Buffer.from(`\uFEFF${text}`, 'utf16le');
  return swapped ? bytes.swap16() : bytes;
};

interface Case {
  readonly name: string;
  readonly make: (at: (name: string) => string) => void;
  readonly argv?: readonly string[];
  readonly code: number;
  readonly says?: RegExp;
}

const write = (text: string | Buffer) => (at: (name: string) => string) => writeFileSync(at('compose.yaml'), text);
const fifo = (path: string) => void execFileSync('mkfifo', [path]);
const noFile = /a pipe, a socket or a device, and no file/;

const cases: readonly Case[] = [
  { name: 'a pipe that nobody writes to', make: (at) => fifo(at('compose.yaml')), code: 2, says: noFile },
  {
    name: 'a device without an end',
    make: (at) => symlinkSync('/dev/zero', at('compose.yaml')),
    code: 2,
    says: noFile,
  },
  {
    name: 'an included pipe',
    make: (at) => {
      write('include: [b.yaml]\n')(at);
      fifo(at('b.yaml'));
    },
    code: 2,
    says: noFile,
  },
  {
    name: 'an extended pipe',
    make: (at) => {
      write('services: { a: { extends: { service: a, file: b.yaml } } }\n')(at);
      fifo(at('b.yaml'));
    },
    code: 2,
    says: noFile,
  },
  {
    name: 'variables in a pipe',
    make: (at) => {
      write(service(''))(at);
      fifo(at('.env'));
    },
    code: 2,
    says: noFile,
  },
  {
    name: 'facts in a pipe',
    make: (at) => {
      write(service(''))(at);
      fifo(at('facts.json'));
    },
    argv: ['plan', '--facts', 'facts.json'],
    code: 2,
    says: noFile,
  },
  {
    name: 'a directory',
    make: (at) => void mkdirSync(at('here')),
    argv: ['-f', 'here', 'check', '--offline'],
    code: 2,
    says: /compose\/missing-file|EISDIR/,
  },
  {
    name: 'links in a circle',
    make: (at) => {
      symlinkSync('b', at('compose.yaml'));
      symlinkSync('compose.yaml', at('b'));
    },
    argv: ['-f', 'compose.yaml', 'check', '--offline'],
    code: 2,
    says: /ELOOP|compose\/missing-file/,
  },
  {
    name: 'a link to a file',
    make: (at) => {
      writeFileSync(at('real.yaml'), service(''));
      symlinkSync('real.yaml', at('compose.yaml'));
    },
    code: 0,
  },
  {
    name: 'files that include each other',
    make: (at) => {
      write('include: [b.yaml]\n')(at);
      writeFileSync(at('b.yaml'), 'include: [compose.yaml]\n');
    },
    code: 1,
    says: /include each other in a circle/,
  },
  {
    name: 'services of two files that extend each other',
    make: (at) => {
      write('services: { a: { extends: { service: b, file: b.yaml } } }\n')(at);
      writeFileSync(at('b.yaml'), 'services: { b: { extends: { service: a, file: compose.yaml } } }\n');
    },
    code: 1,
    says: /extend each other in a circle/,
  },
  { name: 'UTF-16', make: write(utf16(service(', nonsense: 1'), false)), code: 1, says: /additional|nonsense/ },
  { name: 'UTF-16, the other way round', make: write(utf16(service(''), true)), code: 0 },
  { name: 'an empty file by name', make: () => undefined, argv: ['-f', '/dev/null', 'check', '--offline'], code: 1 },
  { name: 'bytes that are no text', make: write(Buffer.from([0xc3, 0x28, 0x00, 0xff, 0x1b, 0x5b])), code: 2 },
  {
    name: 'a value of a megabyte',
    make: write(service('').replace('host', `{ mode: host, parent: "${'A'.repeat(1_500_000)}" }`)),
    code: 1,
    says: /A… \(1\d{6} more\) …A/,
  },
  {
    name: 'a key of a megabyte',
    make: write(`services:\n  web: { image: nginx, x-netmode: { ? ${'k'.repeat(1_500_000)} : 1 } }\n`),
    code: 1,
    says: /k… \(1\d{6} more\) …k/,
  },
  {
    name: 'many words of a megabyte',
    make: write(service('').replace('host', `{ mode: "${'so '.repeat(500_000)}" }`)),
    code: 1,
    says: /more\) …/,
  },
  {
    name: 'keys written twice',
    make: write('services:\n  web: { image: a }\n  web: { image: b }\n'),
    code: 2,
    says: /compose\/invalid-yaml/,
  },
  {
    name: 'names of what every object has',
    make: write(
      `services:\n${['__proto__', 'constructor', 'toString', 'hasOwnProperty']
        .map(
          (name) =>
            `  ${name}: { image: x, networks: [${name}], labels: { ${name}: a }, ` +
            `environment: { ${name}: b }, depends_on: [] }\n`,
        )
        .join('')}networks:\n  __proto__: {}\n  constructor: {}\n  toString: {}\n  hasOwnProperty: {}\n`,
    ),
    argv: ['plan', '--offline'],
    code: 0,
    says: /__proto__/,
  },
  {
    name: 'names that look like options and like shell',
    make: write('services:\n  "-f": { image: x }\n  "$(reboot)": { image: x }\n  "; reboot": { image: x }\n'),
    code: 1,
    says: /"-f"|\$\(reboot\)/,
  },
  {
    name: 'escapes in names and values',
    make: write('services:\n  "a\\e[2J": { image: "\\e]0;x\\a", x-netmode: "\\x9b31m" }\n'),
    code: 1,
    says: /␛/,
  },
];

/** The program, in this process, on this machine's files. */
async function runHere(cwd: string, argv: readonly string[]) {
  let said = '';
  const say = (text: string) => void (said += text);
  const host = { ...realHost(), cwd, env: { PATH: process.env['PATH'], HOME: cwd, PWD: cwd }, home: cwd };
  const code = await run(argv, host, { out: say, err: say, color: { out: false, err: false } });
  return { code, said };
}

for (const [at, { name, make, argv = ['check', '--offline'], code, says }] of cases.entries()) {
  test(name, async () => {
    const folder = join(root, String(at));
    mkdirSync(folder);
    make((file) => join(folder, file));
    const { code: exit, said } = await runHere(folder, argv);
    assert.is(exit, code, said.slice(0, 2000));
    if (says) assert.match(said, says);
    isHarmless(said);
    assert.ok(said.length < 60_000, `${said.length} characters`);
    assert.not.match(said, /\n\s+at .*:\d+:\d+/);
  });
}

test('a file that may not be read, by a user who is not root', async () => {
  const folder = join(root, 'unreadable');
  mkdirSync(folder);
  writeFileSync(join(folder, 'compose.yaml'), service(''));
  chmodSync(join(folder, 'compose.yaml'), 0o000);
  const { read } = await import('../../src/host/system/files.ts');
  const found = read(join(folder, 'compose.yaml'));
  // Root may read everything.
  if (process.geteuid?.() === 0) assert.ok('text' in found);
  else assert.match('error' in found ? found.detail : '', 'EACCES');
});

test('what another program hands over is read once; what Compose is to read too is refused', async () => {
  const folder = join(root, 'pipes');
  mkdirSync(folder);
  writeFileSync(join(folder, 'file.yaml'), service(''));
  const call = (words: string) =>
    patiently('bash', ['-c', `"$0" --import "$2" "$1" -f <(cat file.yaml) ${words}`, process.execPath, program, tsx], {
      cwd: folder,
      env: { ...process.env, HOME: folder },
    });
  const checked = await call('check --offline');
  assert.is(checked.code, 0, checked.stderr);
  const up = await call('up -d');
  assert.is(up.code, 2, up.stderr);
  assert.match(up.stderr, 'is a pipe, which can be read only once');
});

test.run();
