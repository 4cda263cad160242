/** `npm run demo` where an engine answers: the example comes up and goes, on a LAN of the demo's own. */
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { saying } from '../support/hooks.ts';
import { patiently } from '../support/patiently.ts';
import { type Rig, startRig } from './rig/rig.ts';
import { snapshot } from './snapshot.ts';

const cwd = fileURLToPath(new URL('../..', import.meta.url));
const test = suite<{ rig: Rig }>('demo');

test.before(
  saying(async (context) => {
    context.rig = await startRig();
  }),
);
test.after(async ({ rig }) => rig?.stop());

test('brings the example up and down, and leaves nothing', async ({ rig }) => {
  const before = await snapshot(rig);
  const { code, stdout, stderr } = await patiently(process.execPath, ['--import', 'tsx', 'scripts/demo.ts'], {
    cwd,
    env: rig.env,
  });
  const all = `${stdout}\n${stderr}`;
  assert.is(code, 0, all);
  assert.match(all, /dns\s+macvlan\s+192\.168\.213\.53:53\/udp/);
  assert.match(all, 'Container home-lab-worker-1  Removed');
  assert.equal(await snapshot(rig), before);
});

test('without an engine it says why nothing is started', async ({ rig }) => {
  const env = { ...rig.env, DOCKER_HOST: 'unix:///nowhere' };
  const { code, stdout, stderr } = await patiently(process.execPath, ['--import', 'tsx', 'scripts/demo.ts'], {
    cwd,
    env,
  });
  const all = `${stdout}\n${stderr}`;
  assert.is(code, 0, all);
  assert.match(all, 'Nothing was started, because no Docker engine answers.');
});

test.run();
