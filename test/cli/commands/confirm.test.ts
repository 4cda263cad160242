/** `up --confirm`: the host's network is put back unless somebody says that it is to stay. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Questions } from '../../../src/cli/questions.ts';
import { type Machine, machine } from '../machine.ts';

const lan = 'mode: macvlan, parent: eth0, subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.224/27';
const web = { 'compose.yaml': `name: shop\nservices:\n  web: { image: nginx, x-netmode: { ${lan} } }\n` };
const nothing = { networks: [], shims: [], containers: [] };

/** A person who answers so, and what they were asked. */
function answering(confirm: Questions['confirm']): { readonly questions: Questions; readonly asked: string[] } {
  const asked: string[] = [];
  const choose = () => Promise.reject(new Error('nothing is to be chosen'));
  return {
    asked,
    questions: {
      choose,
      confirm: (question, end) => {
        asked.push(question);
        return confirm(question, end);
      },
    },
  };
}

const silent: Questions['confirm'] = (_, end) =>
  new Promise((resolve) => end!.addEventListener('abort', () => resolve(false), { once: true }));

const composeCalls = (on: Machine) => on.changes().filter((line) => line.startsWith('compose'));

test('yes: all goes on, and Compose knows nothing of the option', async () => {
  const on = machine(web);
  const { questions, asked } = answering(async () => true);
  on.questions = questions;
  const { code, err } = await on.run('up', '--confirm', '60', '-d');
  assert.is(code, 0, err);
  assert.equal(composeCalls(on), ['compose up -d']);
  assert.equal(asked, ["This host's network has been changed. Keep it so? (in 60 s it is put back)"]);
  assert.equal(on.left().shims, ['nc-eth0']);
});

for (const [what, confirm] of [
  ['no', async () => false],
  ['no answer in time', silent],
] as const) {
  test(`${what}: what was changed is put back, and nothing started`, async () => {
    const on = machine(web);
    on.questions = answering(confirm).questions;
    const { code, err } = await on.run('up', '--confirm', '1', '-d');
    assert.is(code, 3);
    assert.match(err, 'were not confirmed: they are undone, and nothing was started');
    assert.equal(composeCalls(on), []);
    assert.equal(on.left(), nothing);
  });
}

for (const signal of ['SIGHUP', 'SIGTERM'] as const) {
  test(`${signal} while it is asked: put back at once`, async () => {
    const on = machine(web);
    on.questions = answering((question, end) => {
      setImmediate(() => process.emit(signal, signal));
      return silent(question, end);
    }).questions;
    assert.is((await on.run('up', '--confirm', '3600', '-d')).code, 130);
    assert.equal(composeCalls(on), []);
    assert.equal(on.left(), nothing);
  });
}

test('where nothing is to be changed nothing is asked', async () => {
  const on = machine(web);
  await on.run('up', '-d');
  const { questions, asked } = answering(async () => false);
  on.questions = questions;
  assert.is((await on.run('up', '--confirm', '60', '-d')).code, 0);
  assert.equal(asked, []);
  assert.equal(on.left().shims, ['nc-eth0']);
});

for (const [words, message] of [
  [['--confirm', 'soon'], '"--confirm soon" gives no time'],
  [['-d', '--confirm'], '"--confirm" gives no time'],
  [['--confirm=0'], '"--confirm 0" gives no time'],
  [['--confirm', '100000'], '"--confirm 100000" gives no time'],
] as const) {
  test(`"${words.join(' ')}" is refused before anything is done`, async () => {
    const on = machine(web);
    on.questions = answering(async () => true).questions;
    const { code, err } = await on.run('up', ...words);
    assert.is(code, 2);
    assert.match(err, message);
    assert.equal(on.changes(), []);
  });
}

test('without a terminal it is refused', async () => {
  const on = machine(web);
  const { code, err } = await on.run('up', '--confirm', '60');
  assert.is(code, 2);
  assert.match(err, 'asks on a terminal, and there is none');
  assert.equal(on.changes(), []);
});

test.run();
