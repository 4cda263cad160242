/**
 * Writes `docs/commands.md`, the reference of netcompose's own commands, from what `--help` is made of.
 *
 *     node --import tsx scripts/command-index.ts            writes it
 *     node --import tsx scripts/command-index.ts --check    exits with 1 where it is not up to date
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { type CommandEntry, commands } from '../src/cli/commands.ts';
import { addedOptions, optionsOf } from '../src/cli/options/service-words.ts';
import type { Session } from '../src/cli/session.ts';

const file = fileURLToPath(new URL('../docs/commands.md', import.meta.url));

/** The page that tells more, without its ending. */
const pages: Readonly<Record<string, string>> = {
  check: 'diagnostics',
  plan: 'plan',
  render: 'outputs',
  graph: 'graph',
  annotate: 'annotate',
  explain: 'diagnostics',
  doctor: 'doctor',
  advise: 'advise',
  reach: 'reach',
  'bench-net': 'bench-net',
  shim: 'keeping-shims',
  facts: 'facts',
  completion: 'plugin',
  'install-plugin': 'plugin',
  schema: 'editors',
};

/** The whole text of the reference. */
export async function commandIndex(): Promise<string> {
  const sections: string[] = [];
  for (const [name, entry] of Object.entries(commands)) {
    if (!entry.usage) continue;
    const command = await described(name, entry);
    sections.push(section(name, command, entry.usage[1]));
  }
  return `# Commands

Every command of docker compose works as it does there, with its own options; its global options (\`-f\`, \`-p\`, …)
stand before the command. This page lists what netcompose adds. It is made from the program's own \`--help\`:
\`node --import tsx scripts/command-index.ts\`.

## Of docker compose

\`up\`, \`create\`, \`run\`, \`start\`, \`restart\`, \`scale\` and \`watch\` check the files and
[prepare the host](host-actions.md) before Compose starts; \`down\` removes what nothing needs any more; \`config\` and
\`convert\` show the project with the [override](outputs.md). These take more options than Compose's:

${table(composesRows(), 'for')}

${sections.join('\n')}`;
}

/** The command's options; nothing is run. */
async function described(name: string, { load }: CommandEntry): Promise<Command> {
  let found: Command | undefined;
  // Of a session that only asks for the options, nothing else is looked at.
  const session = { command: name, args: [], inspect: (command: Command) => void (found = command) };
  await (await load()).run(session as unknown as Session);
  if (!found) throw new Error(`"${name}" does not tell its options`);
  return found;
}

function section(name: string, command: Command, purpose: string): string {
  const text = `## ${name}\n\n${about(command, purpose)} [More](${pages[name]}.md).\n\n`;
  const call = `\`netcompose ${name}${usage(command)}\`\n`;
  const own = optionRows(command);
  const subcommands = command.commands.map(
    (one) =>
      `\n### ${name} ${one.name()}\n\n${about(one, '')}\n\n` +
      `\`netcompose ${name} ${one.name()}${usage(one)}\`\n${tableOf(one)}`,
  );
  return `${text}${call}${own.length > 0 ? tableOf(command) : ''}${subcommands.join('')}`;
}

const about = (command: Command, otherwise: string) => (command.description() || otherwise).replaceAll('\n', ' ');

const usage = ({ registeredArguments, commands: inner }: Command): string =>
  inner.length > 0
    ? ' COMMAND'
    : registeredArguments
        .map((one) => {
          const name = `${one.name()}${one.variadic ? '...' : ''}`;
          return one.required ? ` <${name}>` : ` [${name}]`;
        })
        .join('');

type Row = readonly [option: string, purpose: string, more?: string];

const optionRows = ({ options }: Command): readonly Row[] =>
  options.map(({ flags, description, argChoices }) => [
    flags,
    argChoices ? `${description}: ${argChoices.join(', ')}` : description,
  ]);

function tableOf(command: Command): string {
  const rows = optionRows(command);
  return rows.length > 0 ? `\n${table(rows)}\n` : '';
}

/** netcompose's own options of Compose's commands. */
function composesRows(): readonly Row[] {
  const found = new Map<string, { purpose: string; of: string[] }>();
  for (const command of Object.keys(optionsOf))
    for (const [option, purpose] of addedOptions(command)) {
      const before = found.get(option) ?? { purpose, of: [] };
      found.set(option, { purpose, of: [...before.of, command] });
    }
  return [...found].map(([option, { purpose, of }]) => [option, purpose, of.map((one) => `\`${one}\``).join(', ')]);
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');

function table(rows: readonly Row[], more?: string): string {
  const head = more === undefined ? '| option | |\n| --- | --- |' : `| option | | ${more} |\n| --- | --- | --- |`;
  const lines = rows.map(([option, purpose, of]) =>
    [
      '',
      ` \`${option.replaceAll('|', '\\|')}\` `,
      ` ${cell(purpose)} `,
      ...(of === undefined ? [] : [` ${of} `]),
      '',
    ].join('|'),
  );
  return `${head}\n${lines.join('\n')}`;
}

async function main(check: boolean): Promise<void> {
  const index = await commandIndex();
  if (!check) writeFileSync(file, index);
  else if (readFileSync(file, 'utf8') !== index) {
    process.stderr.write('"docs/commands.md" is not up to date: node --import tsx scripts/command-index.ts\n');
    process.exitCode = 1;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.includes('--check'));
