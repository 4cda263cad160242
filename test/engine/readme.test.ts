/** The README's promises: its file, its commands and their output, on a real engine, word for word. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { saying } from '../support/hooks.ts';
import { testImage } from './rig/image.ts';
import { type Lan, makeLan } from './rig/lan.ts';
import { netcompose } from './rig/netcompose.ts';
import { type Rig, startRig } from './rig/rig.ts';
import { type Snapshot, snapshot } from './snapshot.ts';

const text = await readFile(fileURLToPath(new URL('../../README.md', import.meta.url)), 'utf8');
const fences = (language: string) =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map((match) => match[1]!);

interface Call {
  readonly args: readonly string[];
  /** The lines shown below it; those of `…` stand for any others. */
  readonly shown: readonly string[];
}

const calls: readonly Call[] = fences('console').flatMap((block) =>
  block
    .split(/^\$ netcompose /m)
    .slice(1)
    .map((part) => {
      const [command = '', ...lines] = part.split('\n');
      return { args: command.split(' '), shown: lines.filter((line) => line !== '' && line.trim() !== '…') };
    }),
);

interface Context {
  rig: Rig;
  lan: Lan;
  cwd: string;
  before: Snapshot;
}

const test = suite<Context>('README');

test.before(
  saying(async (context) => {
    context.lan = await makeLan({ name: 'readme', third: 1, defaultRoute: true });
    context.rig = await startRig();
    for (const name of ['pihole/pihole', 'nginx']) await context.rig.docker('tag', testImage, name);
    context.cwd = join(context.rig.directory, 'readme');
    await mkdir(context.cwd);
    context.before = await snapshot(context.rig);
  }),
);
test.after(async ({ rig, lan }) => {
  await rig?.stop();
  await lan?.remove();
});

test('is under two screens', () => {
  assert.ok(text.split('\n').length <= 100);
  assert.equal(
    calls.map(({ args }) => args.join(' ')),
    ['plan', 'up -d', 'down', 'check'],
  );
});

for (const { args, shown } of calls) {
  test(`netcompose ${args.join(' ')}`, async ({ rig, lan, cwd }) => {
    const [file] = fences('yaml');
    const broken = args[0] === 'check';
    await writeFile(join(cwd, 'compose.yaml'), broken ? file!.replace('macvlan', 'macvaln') : file!);
    const { code, stdout, stderr } = await netcompose(rig, args, { cwd });
    assert.is(code, broken ? 1 : 0, stderr);
    const printed = `${stdout}\n${stderr}`.replaceAll(lan.parent, 'eth0').split('\n').map(squeezed);
    for (const line of shown)
      assert.ok(printed.includes(squeezed(line)), `${line}\nis not printed:\n${stdout}\n${stderr}`);
  });
}

/**
 * Columns are as wide as the interface's name makes them, which here is not `eth0`; MAC addresses are made from it and
 * from the folder's.
 */
function squeezed(line: string): string {
  return line
    .trim()
    .replace(/ +/g, ' ')
    .replace(/\baddress 02(?::[\da-f]{2}){5}\b/, "address <the shim's>")
    .replace(/\b[\da-f]2(?::[\da-f]{2}){5}$/, "<the service's>");
}

test('and nothing is left', async ({ rig, before }) => {
  assert.equal(await snapshot(rig), before);
});

test.run();
