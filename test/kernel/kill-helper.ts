/** Not a test: applies the steps in a namespace and dies of SIGKILL behind its nth changing command. */
import { applyActions } from '../../src/host/execute/execute.ts';
import { labHost } from './lab.ts';
import { everyStep } from './steps.ts';

const [namespace = '', count = ''] = process.argv.slice(2);
await applyActions(
  everyStep,
  labHost(namespace, (done) => {
    if (done === Number(count)) process.kill(process.pid, 'SIGKILL');
  }),
);
