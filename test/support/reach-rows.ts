/** What `reach` says as a table and as JSON at once: the two must say the same, and so must the exit codes. */

interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Row {
  readonly from: string | { readonly service: string };
  readonly to: string;
  readonly place: string;
  readonly answer: string;
  readonly reason?: string;
  readonly help?: string;
}

/** Nothing where there is such a row, `lan > hosty 192.168.213.10:80: no`, and why; else what is wrong. */
export type Missing = (row: string | RegExp, reason?: RegExp, help?: string) => string | undefined;

/** @returns what is wrong with the two calls themselves, and what tells whether a row is in both */
export function readReach(text: Said, json: Said): { readonly wrong: string | undefined; readonly missing: Missing } {
  const whole = `${text.stdout}\n${json.stdout}\n${text.stderr}`;
  if (text.code !== json.code || json.stdout === '')
    return { wrong: `exit codes ${text.code} and ${json.code}\n${whole}`, missing: () => whole };
  const { answers, kept } = JSON.parse(json.stdout) as { readonly answers: readonly Row[]; readonly kept: boolean };
  const wrong = kept === (json.code === 0) ? undefined : `exit code ${json.code}, and kept is ${kept}`;
  const all = answers.map((one) => ({ ...one, shown: shown(one) }));
  // Told in the same words; how often something has happened may have changed from one call to the other.
  const lines = text.stdout.split('\n').map((line) => line.trim());
  const missing: Missing = (row, reason, help) => {
    const found = all.find((one) => (typeof row === 'string' ? one.shown === row : row.test(one.shown)));
    if (!found) return `there is no row ${row}\n${whole}`;
    const isNote = (line: string) => found.answer === 'yes' && line.endsWith(`: ${found.reason}`);
    const isTold = (of: RegExp) => lines.some((line) => of.test(line) || isNote(line));
    if (reason && !reason.test(found.reason ?? '')) return `${found.shown}: the reason is ${found.reason}\n${whole}`;
    if (help !== undefined && found.help !== help) return `${found.shown}: the help is ${found.help}\n${whole}`;
    if (!tableHas(text.stdout, found)) return `the table lacks ${found.shown}\n${whole}`;
    if (reason && !isTold(reason)) return `the text does not say ${reason}\n${whole}`;
    if (help !== undefined && !lines.includes(`help: ${help}`)) return `the text does not help: ${help}\n${whole}`;
    return undefined;
  };
  return { wrong, missing };
}

const asker = ({ from }: Row) => (typeof from === 'string' ? from : from.service);
const shown = (row: Row) => `${asker(row)} > ${row.to} ${row.place}: ${row.answer}`;

const tableHas = (text: string, row: Row): boolean => {
  const from = { host: 'this host', lan: 'the LAN' }[asker(row)] ?? asker(row);
  const words = [typeof row.from === 'string' ? from : asker(row), row.to, row.place, row.answer];
  return text.split('\n').some((line) => words.every((word, at) => line.split(/ {2,}/)[at]?.trim() === word));
};
