/**
 * Finds the lines that the formatter leaves too wide: long strings and comments.
 *
 *     node --import tsx scripts/width.ts
 *
 * Prints a line for each; the exit code is 1 where there are any.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folders = ['bin', 'scripts', 'src', 'test'];
const endings = ['.ts', '.mjs', '.cjs', '.sh', '.py'];
/** Goldens, and Compose files as people write them. */
const data = 'test/fixtures/';

interface WideLine {
  /** Counts from 1. */
  readonly line: number;
  /** How many code points it has. */
  readonly columns: number;
}

/** The lines of a text that are wider than `most` columns. */
export function wideLines(text: string, most: number): readonly WideLine[] {
  return text
    .split('\n')
    .map((line, index) => ({ line: index + 1, columns: [...line].length }))
    .filter(({ columns }) => columns > most);
}

/** The width that the formatter keeps to. */
function widthOf(configuration: string): number {
  return (JSON.parse(configuration) as { readonly formatter: { readonly lineWidth: number } }).formatter.lineWidth;
}

function main(): void {
  const most = widthOf(readFileSync(join(root, 'biome.json'), 'utf8'));
  const files = folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
    )
    .filter((file) => endings.includes(extname(file)) && !file.startsWith(data) && !file.includes('.generated.'))
    .sort();
  for (const file of files) {
    for (const { line, columns } of wideLines(readFileSync(join(root, file), 'utf8'), most)) {
      process.stdout.write(`${file}:${line} has ${columns} columns, more than ${most}\n`);
      process.exitCode = 1;
    }
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]!).href) main();
