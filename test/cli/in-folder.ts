/** Runs the program inside the test: real files in a folder of their own, everything else of the outside faked. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run } from '../../src/cli/run.ts';
import { type FakeHost, type FakeOptions, fakeHost } from '../host/fake-host.ts';

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly host: FakeHost;
  readonly folder: string;
}

/** @param texts by path relative to the folder, which is the current one */
export async function runIn(
  texts: Readonly<Record<string, string>>,
  argv: readonly string[],
  options: FakeOptions = {},
): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'netcompose-cli-'));
  try {
    for (const [path, text] of Object.entries(texts)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const host = fakeHost({ cwd: folder, ...options });
    let [out, err] = ['', ''];
    const terminal = {
      out: (text: string) => void (out += text),
      err: (text: string) => void (err += text),
      color: { out: false, err: false },
    };
    const code = await run(argv, host, terminal);
    return { code, out, err, host, folder };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
