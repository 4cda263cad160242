/** What is compared without an engine: netcompose by itself, against an empty Node process and against Compose. */
import { join } from 'node:path';
import type { growing } from './files.ts';
import type { Command, Row } from './measure.ts';
import { netcompose } from './programs.ts';

export const sizes = [3, 1_000, 10_000] as const;
const node: Command = { name: 'node -e 0', argv: [process.execPath, '-e', '0'] };
const offline = ['check', '--offline'] as const;
const render = ['render'] as const;

/** Ten times as much of one thing. */
export const steps = {
  ports: [1_000, 10_000],
  networks: [100, 1_000],
  conflicts: [1_000, 10_000],
} as const satisfies Readonly<Record<keyof typeof growing, readonly [number, number]>>;

export const growingFileOf = (folder: string, what: string, count: number): string =>
  join(folder, `${what}-${count}`, 'compose.yaml');

export const fileOf = (folder: string, size: number): string => join(folder, `${size}`, 'compose.yaml');

const onFile = (folder: string, size: number, args: readonly string[]): Command =>
  netcompose(`${args.join(' ')}, ${size.toLocaleString('en')} services`, '-f', fileOf(folder, size), ...args);

export function rowsWithoutCompose(folder: string): readonly Row[] {
  return [
    {
      measured: netcompose('--version', '--version'),
      ...{ yardstick: node, quantity: 'CPU', atMost: 1.3, times: 21 },
    },
    ...[offline, render].map(
      (args): Row => ({
        measured: onFile(folder, 3, args),
        ...{ yardstick: node, quantity: 'CPU', atMost: 2, times: 15 },
      }),
    ),
    ...[offline, render].map(
      (args): Row => ({
        measured: onFile(folder, 10_000, args),
        yardstick: onFile(folder, 1_000, args),
        ...{ quantity: 'CPU', atMost: 12, times: 3 },
      }),
    ),
    ...Object.entries(steps).map(([what, [fewer, more]]): Row => {
      const check = (count: number) => {
        const name = `check --offline, ${count.toLocaleString('en')} ${what}`;
        return netcompose(name, '-f', growingFileOf(folder, what, count), 'check', '--offline');
      };
      return { measured: check(more), yardstick: check(fewer), quantity: 'CPU', atMost: 12, times: 3 };
    }),
  ];
}

/** @param compose how Compose is called by users, and by itself: memory is that of one process */
export function rowsWithCompose(
  folder: string,
  compose: { readonly called: readonly string[]; readonly binary: string },
): readonly Row[] {
  const config = (argv: readonly string[]): Command => ({
    name: 'docker compose config -q',
    argv: [...argv, '-f', fileOf(folder, 1_000), 'config', '-q'],
  });
  const bars = [
    [offline, 'CPU', 0.15],
    [render, 'CPU', 0.25],
    [offline, 'memory', 0.8],
    [render, 'memory', 1],
  ] as const;
  return bars.map(([args, quantity, atMost]) => ({
    measured: onFile(folder, 1_000, args),
    yardstick: config(quantity === 'memory' ? [compose.binary] : compose.called),
    ...{ quantity, atMost, times: 5 },
  }));
}
