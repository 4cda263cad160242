/** `netcompose graph`: a picture of who reaches whom; nothing is touched but the file that is asked for. */
import { extname } from 'node:path';
import { Option } from 'commander';
import { dotOf } from '../../../emit/graph/dot.ts';
import { mermaidOf } from '../../../emit/graph/mermaid.ts';
import { parseFacts } from '../../../plan/facts/parsed-facts.ts';
import type { Graph } from '../../../plan/graph/graph.ts';
import { graphOf } from '../../../plan/graph/graph-of.ts';
import { exitCodes } from '../../exit-codes.ts';
import { factsOptions, ownOptions } from '../../options/own-options.ts';
import { exitCodeOf, reportBriefly } from '../../report.ts';
import type { Session } from '../../session.ts';
import { planned } from '../../steps/plan-project.ts';
import { UsageError } from '../../usage-error.ts';
import { writeOutput } from './write-output.ts';

interface Format {
  /** How files are named that hold it. */
  readonly endings: readonly string[];
  /** The large ones are files of their own in the build: the other commands must not read them. */
  readonly writer: () => Promise<(graph: Graph) => string>;
}

const formats: Readonly<Record<string, Format>> = {
  mermaid: { endings: ['.mmd', '.mermaid'], writer: async () => mermaidOf },
  dot: { endings: ['.dot', '.gv'], writer: async () => dotOf },
  svg: { endings: ['.svg'], writer: async () => (await import('../../../emit/graph/drawn/svg.ts')).svgOf },
  html: { endings: ['.html', '.htm'], writer: async () => (await import('../../../emit/graph/page/html.ts')).pageOf },
};

const examples = `
Examples:
  netcompose graph -o graph.svg            a picture, for light and dark
  netcompose graph -o graph.html           a page, with filter and search
  netcompose graph --format dot | dot -Tpdf > graph.pdf
`;

export async function run(session: Session): Promise<number> {
  const options = ownOptions(session, (command) => {
    command
      .description('Draw who reaches whom: this host, the LAN and the services. Changes nothing.')
      .addOption(
        new Option('--format <format>', 'how to draw it (default: what the file is named for, else mermaid)').choices(
          Object.keys(formats),
        ),
      )
      .option('-o, --output <file>', 'write it into this file');
    factsOptions(command);
    command.addHelpText('after', examples);
  });
  if (!options) return exitCodes.fine;
  const file = options.values['output'] as string | undefined;
  const { writer } = formatFor(options.values['format'] as string | undefined, file);
  const { plan, facts, ...read } = await planned(session, options);
  reportBriefly(session, read.diagnostics);
  if (!plan || !facts) return exitCodeOf(read.diagnostics.sorted());
  const factsFile = options.values['facts'] as string | undefined;
  const text = (await writer())(graphOf(plan, parseFacts(facts)));
  writeOutput(session, read, factsFile === undefined ? [] : [factsFile], file ?? '-', text);
  return exitCodeOf(read.diagnostics.sorted());
}

/** What was asked for, else what the file's name says, else Mermaid. */
function formatFor(name: string | undefined, file: string | undefined): Format {
  if (name !== undefined) return formats[name]!;
  if (file === undefined || file === '-') return formats['mermaid']!;
  const ending = extname(file).toLowerCase();
  const found = Object.values(formats).find(({ endings }) => endings.includes(ending));
  if (found) return found;
  const known = Object.values(formats).flatMap(({ endings }) => endings);
  throw new UsageError(
    `"${file}": ${ending === '' ? 'no ending tells the format' : `there is no format for "${ending}"`}`,
    `one of ${known.join(', ')}; or say it with --format`,
  );
}
