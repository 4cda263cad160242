/** What is said of something that takes long, once, and in lines that fit the terminal. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { sayingWhatIsAwaited } from '../../../../src/cli/steps/progress/waiting.ts';
import { fakeScreen } from '../../progress/screen.ts';

const what = '"docker compose config"; Ctrl-C ends it, nothing was changed yet';

/** What is said while work takes so long. */
async function said(milliseconds: number, columns?: number): Promise<string> {
  const screen = fakeScreen(columns === undefined ? undefined : { columns, rows: 24 });
  let text = '';
  const terminal = {
    ...{ out: () => undefined, err: (more: string) => void (text += more), color: { out: false, err: false }, screen },
  };
  await sayingWhatIsAwaited({ terminal }, what, async () => screen.pass(milliseconds));
  return text;
}

test('nothing is said of what is quick, and once of what is not', async () => {
  assert.is(await said(4000), '');
  assert.is(await said(60_000), `netcompose: still waiting for ${what}\n`);
});

test('it fits the terminal', async () => {
  assert.is(
    await said(60_000, 80),
    'netcompose: still waiting for "docker compose config"; Ctrl-C ends it, nothing\n  was changed yet\n',
  );
});

test.run();
