/** What the help of a rule of `host/` says is to be done, taken word for word. */
export interface Cure {
  /** Commands to run. */
  readonly runs: readonly (readonly string[])[];
  readonly write?: {
    readonly path: string;
    readonly lines: readonly string[];
    /** The line that the first of them is to begin; absent: they stand above what is there. */
    readonly begins?: number;
  };
}

/** Reads `write "PATH":` or `begin line N of "PATH" with:` and `then: COMMAND`, or `run:` with one command a line. */
export function cureOf(help: string): Cure {
  const [where = '', ...lines] = help.split('\n');
  const text = lines.filter((line) => line.startsWith('  ')).map((line) => line.slice(2));
  if (where === 'run:') return { runs: text.map((line) => line.split(' ')) };
  const path = /"(\/[^"]+)"/.exec(where)?.[1];
  const then = /^then: (.*)$/m.exec(help)?.[1];
  const begins = /^begin line (\d+)/.exec(where)?.[1];
  if (path === undefined) throw new Error(`no file is named: ${help}`);
  return {
    runs: then === undefined ? [] : [then.split(' ')],
    write: { path, lines: text, ...(begins !== undefined && { begins: Number(begins) }) },
  };
}
