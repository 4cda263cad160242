/** Compose may let its heap grow where it soon ends, and where nobody would notice the variable that says so. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { machine } from '../../machine.ts';

const service = 'name: p\nservices:\n  web:\n    image: nginx\n    x-netmode: host\n';

/** What the last Compose that had the terminal was told of it. */
async function told(files: Readonly<Record<string, string>>, words: readonly string[], env = {}) {
  const on = machine(files);
  Object.assign(on.host.env, env);
  const { code, err } = await on.run(...words);
  assert.is(code, 0, err);
  return on.host.attached.at(-1)?.env?.['GOGC'];
}

test('up -d: it soon ends', async () => {
  assert.is(await told({ 'compose.yaml': service }, ['up', '-d']), '800');
});

for (const [name, files, words, env] of [
  ['an up that stays', { 'compose.yaml': service }, ['up']],
  ['a value that is set', { 'compose.yaml': service }, ['up', '-d'], { GOGC: '50' }],
  ['a container that gets it', { 'compose.yaml': `${service}    environment: [GOGC]\n` }, ['up', '-d']],
  ['a text that has its value', { 'compose.yaml': `${service}    labels: { a: "\${GOGC:-}" }\n` }, ['up', '-d']],
  [
    'a file that only Compose reads',
    { 'compose.yaml': `${service}    env_file: web.env\n`, 'web.env': 'GOGC\n' },
    ['up', '-d'],
  ],
] as const) {
  test(`not with ${name}`, async () => {
    assert.is(await told(files, words, env), undefined);
  });
}

test.run();
