/**
 * Writes `docs/rules/README.md`, the overview of all rules, from the table in `src/diagnostics/rules.ts`.
 *
 *     node --import tsx scripts/rule-index.ts            writes it
 *     node --import tsx scripts/rule-index.ts --check    exits with 1 where it is not up to date
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type RuleName, rules } from '../src/diagnostics/rules.ts';

const file = fileURLToPath(new URL('../docs/rules/README.md', import.meta.url));

const groups: Readonly<Record<string, string>> = {
  compose: 'Files that cannot be read as Compose would read them.',
  netmode: 'What is written in `x-netmode`.',
  service: 'What a netmode changes for a service and for those that depend on it.',
  ports: 'Two sockets on one port.',
  address: 'Fixed addresses and the ranges from which Docker takes others.',
  subnet: 'Subnets that collide.',
  parent: 'The host interface that macvlan and ipvlan containers share.',
  'driver-option': 'Options of native networks.',
  shim: 'The interface through which the host reaches its own containers.',
  host: 'Programs of this host that would take, rename or block a shim.',
  swarm: 'What a stack of a swarm cannot have.',
  engine: 'What the Docker engine and Compose can do.',
};

/** The whole text of the overview. */
export function ruleIndex(): string {
  const names = Object.keys(rules) as readonly RuleName[];
  const found = [...new Set(names.map((name) => name.split('/')[0]!))];
  const sections = found.map((group) => {
    const rows = names.filter((name) => name.startsWith(`${group}/`)).map(row);
    const about = groups[group] ? `${groups[group]}\n\n` : '';
    return `## ${group}/\n\n${about}| rule | severity | |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
  });
  return `# Rules

Everything that netcompose can say of your files, your host and your engine: one page for each rule, with an example.
\`netcompose explain RULE\` shows the same page. What the words mean is in [diagnostics](../diagnostics.md).

The severity is a rule's own; in some cases it is milder. This list is made from the program's own table:
\`node --import tsx scripts/rule-index.ts\`.

${sections.join('\n')}`;
}

function row(name: RuleName): string {
  const { severity, summary } = rules[name];
  return `| [\`${name}\`](${name}.md) | ${severity} | ${summary} |`;
}

function main(check: boolean): void {
  const index = ruleIndex();
  if (!check) writeFileSync(file, index);
  else if (readFileSync(file, 'utf8') !== index) {
    process.stderr.write('"docs/rules/README.md" is not up to date: node --import tsx scripts/rule-index.ts\n');
    process.exitCode = 1;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.includes('--check'));
