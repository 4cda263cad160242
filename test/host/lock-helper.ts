/** Not a test: takes a lock or a lease, says so, and keeps it until it is killed. */

import { holdLease, withLock } from '../../src/host/lock.ts';
import { realHost } from '../../src/host/system/real-host.ts';

const [what, name = '', wait] = process.argv.slice(2);
const options = wait === 'no wait' ? { longestWait: 0 } : {};
const say = async () => {
  console.log('held');
  await new Promise((resolve) => setTimeout(resolve, 60_000));
};
if (what === 'lock') await withLock(realHost(), name, say, options).catch(({ message }) => console.log(message));
else {
  await holdLease(realHost(), name);
  await say();
}
