/** netcompose in the machine that has systemd as process 1, in the folder of the one project there. */
import { check } from '../suite/checks.ts';
import { quickerNode } from '../suite/node.ts';
import { type Output, run } from '../suite/process.ts';

export const folder = '/root/project';

export const netcompose = (...args: readonly string[]): Output =>
  run([...quickerNode, '/src/netcompose/bin/netcompose.cjs', ...args], {
    cwd: folder,
    env: { NETCOMPOSE_ENGINE_SECONDS: '60', GOGC: 'off', GOMEMLIMIT: '256MiB' },
  });

/** The same, and a check that it ends well. */
export function succeeds(...args: readonly string[]): Output {
  const output = netcompose(...args);
  const isFine = output.code === 0;
  check(`\`${args.join(' ')}\``, isFine, isFine ? '' : `${output.code}: ${output.stderr} ${output.stdout}`);
  return output;
}
