/** Asks `reach` as a person and as a program at once: what the text says must be what JSON says. */
import * as assert from 'uvu/assert';
import { type CallOptions, netcompose } from './netcompose.ts';
import type { Rig } from './rig.ts';

interface Row {
  readonly from: string | { readonly service: string };
  readonly to: string;
  readonly place: string;
  readonly answer: string;
  readonly reason?: string;
  readonly help?: string;
}

export interface Rows {
  /** Asserts that there is such a row, `lan > hosty 192.168.213.10:80: no`, and why; in the table and the text, too. */
  has(row: string | RegExp, reason?: RegExp, help?: string): void;
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
  assert.is(text!.code, json!.code, `${text!.stderr}${text!.stdout}${json!.stdout}`);
  const { answers, kept } = JSON.parse(json!.stdout) as { readonly answers: readonly Row[]; readonly kept: boolean };
  assert.is(kept, json!.code === 0);
  const all = answers.map((one) => ({ ...one, shown: shown(one) }));
  const whole = `${text!.stdout}\n${json!.stdout}`;
  const has: Rows['has'] = (row, reason, help) => {
    const found = all.find((one) => (typeof row === 'string' ? one.shown === row : row.test(one.shown)));
    if (!found) return assert.unreachable(`there is no row ${row}\n${whole}`);
    if (reason) assert.match(found.reason ?? '', reason, whole);
    if (help !== undefined) assert.is(found.help, help);
    assert.ok(tableHas(text!.stdout, found), `the table lacks ${found.shown}\n${whole}`);
    // Told in the same words; how often something has happened may have changed from one call to the other.
    const lines = text!.stdout.split('\n').map((line) => line.trim());
    const isNote = (line: string) => found.answer === 'yes' && line.endsWith(`: ${found.reason}`);
    if (reason)
      assert.ok(
        lines.some((line) => reason.test(line) || isNote(line)),
        whole,
      );
    if (help !== undefined) assert.ok(lines.includes(`help: ${help}`), whole);
  };
  return { code: json!.code, rows: { has } };
}

const asker = ({ from }: Row) => (typeof from === 'string' ? from : from.service);
const shown = (row: Row) => `${asker(row)} > ${row.to} ${row.place}: ${row.answer}`;

const tableHas = (text: string, row: Row): boolean => {
  const from = { host: 'this host', lan: 'the LAN' }[asker(row)] ?? asker(row);
  const words = [typeof row.from === 'string' ? from : asker(row), row.to, row.place, row.answer];
  return text.split('\n').some((line) => words.every((word, at) => line.split(/ {2,}/)[at]?.trim() === word));
};
