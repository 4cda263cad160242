/**
 * `netcompose bench-net` where ipvlan exists: that every netmode is measured, and the order is not absurd; never how
 * fast.
 */
import { check, within } from './checks.ts';
import { difference, makeProject, netcompose, snapshot } from './machine.ts';
import { must } from './process.ts';

interface Figures {
  readonly latency: { readonly ratio: { readonly median: number } };
  readonly throughput: { readonly ratio: { readonly median: number } };
}

interface Measured {
  readonly netmodes: readonly (
    | { readonly netmode: string; readonly reason: string }
    | { readonly netmode: string; readonly host: Figures; readonly lan: Figures }
  )[];
}

/**
 * Beyond this ratio to host mode, either way, something else was measured: under emulation, two rounds may well differ
 * by five.
 */
const absurd = 20;

export function benchNet(): Promise<void> {
  within('bench-net');
  const before = snapshot();
  const { code, stdout, stderr } = netcompose(makeProject('bench', {}), [
    'bench-net',
    '--rounds',
    '1',
    '--seconds',
    '0.05',
    '--format',
    'json',
  ]);
  const { netmodes } = (code === 0 ? JSON.parse(stdout) : { netmodes: [] }) as Measured;
  const missing = netmodes.flatMap((one) => ('reason' in one ? [`${one.netmode}: ${one.reason}`] : []));
  check(
    'every netmode is measured',
    netmodes.length === 5 && missing.length === 0,
    code === 0 ? missing.join('\n') : stderr,
  );
  const ratios = netmodes.flatMap((one) =>
    'reason' in one
      ? []
      : [one.host, one.lan].flatMap(({ latency, throughput }) => [latency.ratio.median, throughput.ratio.median]),
  );
  check(
    'no netmode is out of all proportion to host mode',
    ratios.length === 20 && ratios.every((ratio) => ratio > 1 / absurd && ratio < absurd),
    ratios.join(' '),
  );
  const namespaces = must('ip', 'netns', 'list')
    .split('\n')
    .filter((line) => line.startsWith('nc-bench'));
  const left = [difference(before, snapshot()), ...namespaces].filter(Boolean).join('\n');
  check('nothing is left', left === '', left);
  return Promise.resolve();
}
