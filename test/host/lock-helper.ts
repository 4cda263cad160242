/** Not a test: takes a lock or a lease, says so, and keeps it until it is killed. */

import { holdLease, withLock } from '../../src/host/lock.ts';
import { realHost } from '../../src/host/system/real-host.ts';

const [what, name = ''] = process.argv.slice(2);
const say = async () => {
  console.log('held');
  await new Promise((resolve) => setTimeout(resolve, 60_000));
};
if (what === 'lock') await withLock(realHost(), name, say);
else {
  await holdLease(realHost(), name);
  await say();
}
