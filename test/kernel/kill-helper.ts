/**
 * Not a test: does one thing in the namespace that it runs in, or below a folder, and dies of SIGKILL at its nth
 * change; where it lives, it prints how many it made. Bundled by `killed.test.ts`, so that it starts quickly.
 */
import { posix } from 'node:path';
import { silent } from '../../src/cli/progress/progress.ts';
import { release } from '../../src/cli/steps/release.ts';
import { applyActions } from '../../src/host/execute/execute.ts';
import { removePersisted, writePersisted } from '../../src/host/persist/persisted-files.ts';
import type { Host } from '../../src/host/system/host.ts';
import { realHost } from '../../src/host/system/real-host.ts';
import { fakeEngine } from '../host/fake-engine.ts';
import { hostBelow, persistedFiles } from './persisted.ts';
import { everyStep } from './steps.ts';

const [what = '', count = '', root = ''] = process.argv.slice(2);
let points = 0;
const point = () => {
  points += 1;
  if (points === Number(count)) process.kill(process.pid, 'SIGKILL');
};

/** Dies behind every command that changes something; the engine has no networks. */
function inNamespace(): Host {
  const real = realHost();
  return {
    ...real,
    env: { ...real.env, ...fakeEngine().env },
    exists: () => false,
    run: async (argv, options) => {
      const result = await real.run(argv, options);
      if (!argv.includes('-j')) point();
      return result;
    },
  };
}

/** Dies in the middle of writing a file, and behind every change. */
function mortal(host: Host): Host {
  return {
    ...host,
    writeShared: (path, text, mode) => {
      if (points + 1 === Number(count)) {
        // What is there just before the file gets its name.
        const temporary = `.${posix.basename(path)}.${process.pid}.tmp`;
        host.writeShared(posix.join(posix.dirname(path), temporary), text, mode);
      }
      point();
      host.writeShared(path, text, mode);
      point();
    },
    remove: (path) => {
      host.remove(path);
      point();
    },
    run: async (argv, options) => {
      const result = await host.run(argv, options);
      point();
      return result;
    },
  };
}

const work: Readonly<Record<string, () => Promise<unknown>>> = {
  up: () => applyActions(everyStep, inNamespace()),
  down: () => release({ host: inNamespace(), progress: silent }),
  persist: () => writePersisted(mortal(hostBelow(root)), persistedFiles),
  unpersist: () => removePersisted(mortal(hostBelow(root))),
};
await work[what]!();
console.log(points);
