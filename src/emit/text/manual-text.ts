/** Manual pages, in the macros of man(7). Pure. */

export interface ManualOption {
  /** As `--help` lists it: `-m, --mode <netmode>`. */
  readonly flags: string;
  readonly purpose: string;
}

export interface ManualPage {
  /** As it is called: `shim up`. */
  readonly name: string;
  readonly purpose: string;
  /** What follows the name. */
  readonly synopsis: string;
  readonly description: string;
  readonly options: readonly ManualOption[];
  /** What it is divided into, each with its purpose and options of its own. */
  readonly commands: readonly (ManualOption & { readonly options?: readonly ManualOption[] })[];
  readonly seeAlso: readonly string[];
}

/** A page's source, ready for `man -l`. */
export function manualText(page: ManualPage, version: string): string {
  const name = `netcompose${page.name === '' ? '' : ` ${page.name}`}`;
  const file = name.replaceAll(' ', '-');
  return [
    `.TH ${escaped(file.toUpperCase())} 1 "" "netcompose ${escaped(version)}" "User Commands"`,
    '.SH NAME',
    `${escaped(file)} \\- ${escaped(page.purpose)}`,
    '.SH SYNOPSIS',
    `.B ${escaped(name)}`,
    line(page.synopsis),
    '.SH DESCRIPTION',
    line(page.description),
    ...section('OPTIONS', page.options.flatMap(entry)),
    ...section(
      'COMMANDS',
      page.commands.flatMap((one) => [
        ...entry(one),
        ...(one.options?.length ? ['.RS', ...one.options.flatMap(entry), '.RE'] : []),
      ]),
    ),
    ...section('EXIT STATUS', exits),
    '.SH SEE ALSO',
    page.seeAlso.map((one) => `.BR ${escaped(one)} (1)`).join(' ,\n'),
    '',
  ].join('\n');
}

const exits = [
  ["Compose's own", 'where Compose ran'],
  ['0', 'all is well'],
  ['1', 'what was found includes errors'],
  ['2', 'wrong usage, or a file that cannot be read'],
  ['3', 'a step on the host failed, and was undone'],
  ['4', 'the engine cannot be reached, or Compose is missing or too old'],
  ['130', 'interrupted'],
].flatMap(([code = '', meaning = '']) => ['.TP', `.B ${escaped(code)}`, line(meaning)]);

const section = (heading: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [`.SH ${heading}`, ...lines];

const entry = ({ flags, purpose }: ManualOption): readonly string[] => ['.TP', `.B ${escaped(flags)}`, line(purpose)];

/** A line of text: one that begins with a dot or a quote would be a request. */
function line(text: string): string {
  const plain = escaped(text.trim().replace(/\n/g, ' '));
  return /^[.']/.test(plain) ? `\\&${plain}` : plain;
}

function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('`', '\\(ga')
    .replaceAll("'", '\\(aq')
    .replaceAll('"', '\\(dq')
    .replaceAll('…', '...');
}
