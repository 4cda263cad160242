/** Runs the program inside the test, on a project in memory; nothing of the outside is reached. */
import type { Questions } from '../../src/cli/questions.ts';
import { run } from '../../src/cli/run.ts';
import { type FakeHost, type FakeOptions, fakeHost } from '../host/fake-host.ts';
import type { FakeScreen } from './progress/screen.ts';

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly host: FakeHost;
  readonly folder: string;
}

export const folder = '/project';

/** @param texts by path relative to the folder, which is the current one */
export async function runIn(
  texts: Readonly<Record<string, string>>,
  argv: readonly string[],
  { files = {}, ...options }: FakeOptions = {},
): Promise<Outcome> {
  const project = Object.fromEntries(Object.entries(texts).map(([path, text]) => [`${folder}/${path}`, text]));
  return runOn(fakeHost({ cwd: folder, ...options, files: { ...project, ...files } }), argv);
}

/**
 * Runs the program on a host that may have been run on before.
 *
 * @param questions answers what is asked; absent: nobody is at the terminal
 * @param screen where progress is shown, and what is written to standard error too; absent: nobody looks at progress
 */
export async function runOn(
  host: FakeHost,
  argv: readonly string[],
  questions?: Questions,
  screen?: FakeScreen,
): Promise<Outcome> {
  let [out, err] = ['', ''];
  const terminal = {
    out: (text: string) => void (out += text),
    err: (text: string) => {
      err += text;
      screen?.write(text);
    },
    color: { out: false, err: false },
    ...(questions && { questions }),
    ...(screen && { screen }),
  };
  const code = await run(argv, host, terminal);
  return { code, out, err, host, folder };
}
