/** What a person sees while netcompose works, on a terminal and elsewhere. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ProgressMode } from '../../../src/cli/progress/mode.ts';
import { createProgress } from '../../../src/cli/progress/progress.ts';
import { type FakeScreen, fakeScreen } from './screen.ts';

const narrow = { columns: 42, rows: 24 };
const onScreen = (screen: FakeScreen, mode: ProgressMode = 'tty', color = false) =>
  createProgress(screen, { mode, color, title: 'Preparing' });

/** Work that ends when the test says so. */
function work(): { readonly begun: () => Promise<void>; readonly end: () => Promise<void> } {
  let finish: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    finish = resolve;
  });
  return {
    begun: () => ended,
    async end() {
      finish();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

test('on a terminal: a block with a spinner and the time, which stays', () => {
  const screen = fakeScreen(narrow);
  const progress = onScreen(screen);
  progress.event({ id: 'Network netcompose-eth0', state: 'working', text: 'Creating' });
  assert.equal(screen.seen(), ['[+] Preparing 0/1', ' ⠋ Network netcompose-eth0  Creating 0.0s']);
  screen.pass(200);
  progress.event({ id: 'Network netcompose-eth0', state: 'done', text: 'Created' });
  progress.event({ id: 'Shim nc-eth0', state: 'working', text: 'Creating' });
  screen.pass(300);
  assert.equal(screen.seen(), [
    '[+] Preparing 1/2',
    ' ✔ Network netcompose-eth0  Created  0.2s',
    ' ⠸ Shim nc-eth0             Creating 0.3s',
  ]);
  progress.event({ id: 'Shim nc-eth0', state: 'done', text: 'Created' });
  progress.end();
  screen.write('Compose\n');
  assert.equal(screen.seen(), [
    '[+] Preparing 2/2',
    ' ✔ Network netcompose-eth0  Created  0.2s',
    ' ✔ Shim nc-eth0             Created  0.3s',
    'Compose',
  ]);
});

test('in the colours of Compose', () => {
  const screen = fakeScreen(narrow);
  const progress = onScreen(screen, 'tty', true);
  progress.event({ id: 'Shim a', state: 'done', text: 'Created' });
  progress.event({ id: 'Shim b', state: 'failed', text: 'Error' });
  for (const part of ['\x1b[32m✔\x1b[39m', '\x1b[32mCreated\x1b[39m', '\x1b[31m✘\x1b[39m', '\x1b[34m0.0s\x1b[39m'])
    assert.ok(screen.written().includes(part), part);
});

test('what is looked at is said once it takes long, and nothing of it stays', async () => {
  const screen = fakeScreen(narrow);
  const progress = onScreen(screen);
  const { begun, end } = work();
  const looking = progress.during('Host and engine', 'Looking', begun);
  screen.pass(200);
  assert.is(screen.written(), '');
  screen.pass(200);
  assert.equal(screen.seen(), ['[+] Preparing 0/1', ' ⠼ Host and engine  Looking          0.4s']);
  await end();
  await looking;
  assert.equal(screen.seen(), []);
});

test('after the first word there is never more than half a second without another', async () => {
  const screen = fakeScreen(narrow);
  const progress = onScreen(screen);
  const [first, second] = [work(), work()];
  const one = progress.during('One', 'Looking', first.begun);
  screen.pass(250);
  await first.end();
  await one;
  const two = progress.during('Two', 'Looking', second.begun);
  screen.pass(100);
  assert.match(screen.seen().join('\n'), 'Two');
  for (let step = 0; step < 5; step++) {
    const before = screen.written().length;
    screen.pass(200);
    assert.ok(screen.written().length > before);
  }
  await second.end();
  await two;
});

test('a message stands above what is drawn', async () => {
  const screen = fakeScreen(narrow);
  const progress = onScreen(screen);
  const { begun, end } = work();
  progress.event({ id: 'Shim nc-eth0', state: 'working', text: 'Creating' });
  const waiting = progress.during('Engine', 'Looking', begun);
  progress.beside(() => screen.write('netcompose: waiting\n'));
  assert.equal(screen.seen().slice(0, 3), [
    'netcompose: waiting',
    '[+] Preparing 0/2',
    ' ⠋ Shim nc-eth0  Creating            0.0s',
  ]);
  await end();
  await waiting;
});

test('while sudo asks, nothing is drawn; then what was said is said below', async () => {
  const screen = fakeScreen(narrow);
  const progress = onScreen(screen);
  const { begun, end } = work();
  progress.event({ id: 'Shim nc-eth0', state: 'working', text: 'Creating' });
  const asking = progress.aside(begun);
  screen.write('[sudo] password for me: \n');
  screen.pass(5000);
  progress.event({ id: 'Network x', state: 'done', text: 'Created' });
  assert.equal(screen.seen(), ['[sudo] password for me: ']);
  await end();
  await asking;
  assert.is(screen.seen()[0], '[sudo] password for me: ');
  assert.is(screen.seen().length, 4);
});

test('what has not ended when the terminal is given away has failed', () => {
  const screen = fakeScreen(narrow);
  const progress = onScreen(screen);
  progress.event({ id: 'Shim nc-eth0', state: 'working', text: 'Creating' });
  progress.end();
  assert.match(screen.seen()[1]!, /^ ✘ Shim nc-eth0 {2}Creating/);
});

test('a narrow terminal, and a low one: no line is too long, and no block too high', () => {
  const screen = fakeScreen({ columns: 20, rows: 5 });
  const progress = onScreen(screen);
  for (let at = 0; at < 8; at++)
    progress.event({ id: `Network netcompose-enp0s31f6.${at}`, state: 'working', text: 'Creating' });
  assert.equal(screen.seen(), ['[+] Preparing 0/8', ...Array(3).fill(' ⠋ Network ne… 0.0s')]);
  progress.end();
  assert.is(screen.seen().length, 4);
});

test('in a pipe: Compose’s lines for what is changed, nothing for what is looked at', async () => {
  const screen = fakeScreen();
  const progress = onScreen(screen, 'plain');
  const { begun, end } = work();
  const looking = progress.during('Host and engine', 'Looking', begun);
  screen.pass(5000);
  await end();
  await looking;
  progress.event({ id: 'Network netcompose-eth0', state: 'working', text: 'Creating' });
  progress.event({ id: 'Network netcompose-eth0', state: 'done', text: 'Created' });
  assert.is(screen.written(), ' Network netcompose-eth0  Creating\n Network netcompose-eth0  Created\n');
});

test('plain on a terminal: one line also for a look that takes long', async () => {
  const screen = fakeScreen(narrow);
  const progress = onScreen(screen, 'plain');
  const { begun, end } = work();
  const looking = progress.during('Host and engine', 'Looking', begun);
  screen.pass(5000);
  await end();
  await looking;
  assert.is(screen.written(), ' Host and engine  Looking\n');
});

test('as JSON', () => {
  const screen = fakeScreen();
  const progress = onScreen(screen, 'json');
  progress.event({ id: 'Shim nc-eth0', state: 'working', text: 'Creating' });
  progress.event({ id: 'Shim nc-eth0', state: 'failed', text: 'Error' });
  assert.equal(
    screen
      .written()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
    [
      { id: 'Shim nc-eth0', status: 'Creating' },
      { id: 'Shim nc-eth0', status: 'Error', error: true },
    ],
  );
});

test('quiet: nothing', async () => {
  const screen = fakeScreen(narrow);
  const progress = onScreen(screen, 'quiet');
  progress.event({ id: 'Shim nc-eth0', state: 'working', text: 'Creating' });
  assert.is(await progress.during('Engine', 'Looking', async () => 1), 1);
  progress.end();
  assert.is(screen.written(), '');
});

test.run();
