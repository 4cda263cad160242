/** Asks `reach` as a person and as a program at once: what the text says must be what JSON says. */
import * as assert from 'uvu/assert';
import { type Missing, readReach } from '../../support/reach-rows.ts';
import { type CallOptions, netcompose } from './netcompose.ts';
import type { Rig } from './rig.ts';

export interface Rows {
  /** Asserts that there is such a row, `lan > hosty 192.168.213.10:80: no`, and why; in the table and the text, too. */
  has(...row: Parameters<Missing>): void;
}

interface Asking extends CallOptions {
  /** The services. */
  readonly args: readonly string[];
  /** What stands before the command. */
  readonly before?: readonly string[];
}

export async function askedReach(
  rig: Pick<Rig, 'env'>,
  { args, before = [], ...options }: Asking,
): Promise<{ readonly code: number; readonly rows: Rows }> {
  const [text, json] = await Promise.all(
    [[], ['--format', 'json']].map((more) => netcompose(rig, [...before, 'reach', ...args, ...more], options)),
  );
  const { wrong, missing } = readReach(text!, json!);
  assert.is(wrong, undefined);
  return { code: json!.code, rows: { has: (...row) => assert.is(missing(...row), undefined) } };
}
