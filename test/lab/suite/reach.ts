/** One project with every netmode: who reaches whom, and whether what `plan` says is so. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { type Asked, askAll } from './asking.ts';
import { check, within } from './checks.ts';
import { inNamespace } from './lan.ts';
import {
  addressOf,
  containerOf,
  downAndCompare,
  makeProject,
  netcompose,
  ownAddresses,
  type Project,
  snapshot,
} from './machine.ts';
import { everyNetmode, rows, segments } from './netmodes.ts';
import { must, runBeside } from './process.ts';
import { isAnswered, questionsOf, shown, tableOf } from './table.ts';

/** Where the table is left for `docs/reachability.md`. */
const tableFile = '/out/reachability.json';

export async function everyoneAsksEveryone(): Promise<void> {
  within('every netmode');
  const before = snapshot();
  const project = makeProject('every', everyNetmode(rows));
  const planned = plan(project);
  routeOnRouter(planned);
  try {
    const up = netcompose(project, ['up', '-d']);
    check('up', up.code === 0, up.code === 0 ? '' : up.stderr);
    if (up.code !== 0) return;
    table(project);
    asPlanned(project, planned);
    await oneMac();
  } finally {
    routeOnRouter(planned, 'del');
    downAndCompare(project, before);
  }
}

interface Planned {
  readonly services: Readonly<
    Record<string, { readonly reach: readonly { readonly from: 'host' | 'lan'; readonly to: string }[] }>
  >;
  readonly routes: readonly { readonly destination: string; readonly command: readonly string[] }[];
}

function plan(project: Project): Planned {
  const { code, stdout, stderr } = netcompose(project, ['plan', '--format', 'json']);
  if (code !== 0) throw new Error(`there is no plan: ${stderr}${stdout.slice(0, 2000)}`);
  return JSON.parse(stdout) as Planned;
}

/** What `plan` says that the LAN's router needs is done there, word for word. */
function routeOnRouter({ routes }: Planned, verb: 'add' | 'del' = 'add'): void {
  const wanted = rows.flatMap(({ routed = [] }) => routed).sort();
  if (verb === 'add')
    check(
      "plan names the routes that the LAN's router needs",
      String(routes.map(({ destination }) => destination).sort()) === String(wanted),
      routes.map(({ command }) => command.join(' ')).join('\n'),
    );
  for (const { command } of routes)
    must(...inNamespace('router', ...command.map((word) => (word === 'add' ? verb : word))));
}

function table(project: Project): void {
  const shims = ownAddresses();
  const asked = askAll(rows.flatMap((one) => questionsOf(one, project, shims)));
  mkdirSync('/out', { recursive: true });
  writeFileSync(
    tableFile,
    JSON.stringify({ rows: rows.map(({ key, name }) => ({ key, name })), table: tableOf(rows, asked) }),
  );
  const answered = asked.filter(isAnswered);
  check('the table is filled', answered.length > 300, `${answered.length} of ${asked.length} questions are answered`);
  const wrong = asked.filter((one) => one.answer !== undefined && !isAnswered(one));
  check('nobody answers for another', wrong.length === 0, wrong.map(shown).join('\n'));
  const translated = answered.filter(
    ({ saw, answer }) => saw !== undefined && answer !== 'echo' && answer!.split(' saw ')[1] !== saw,
  );
  check(
    'the LAN sees the containers at their own addresses',
    translated.length === 0,
    translated.map(shown).join('\n'),
  );
}

/** Each place that `plan` names answers, to the one it is named for. */
function asPlanned(project: Project, { services }: Planned): void {
  const asked = Object.entries(services).flatMap(([service, { reach }]) =>
    reach.flatMap(({ from, to }): (Asked & { readonly who: string })[] => {
      const [, host, port, protocol = 'tcp'] = /^\[?(.*?)\]?:(\d+)(?:\/(.*))?$/.exec(to)!;
      const address =
        host === '<dynamic>' ? addressOf(containerOf(project, service)) : host === 'localhost' ? '127.0.0.1' : host!;
      return [
        {
          from: from === 'lan' ? 'neighbour' : 'host',
          protocol: protocol as 'tcp' | 'udp',
          address,
          port: Number(port),
          who: service,
        },
      ];
    }),
  );
  const missing = askAll(asked, 'none').filter(({ who, answer }) => answer?.split(' saw ')[0] !== who);
  check(
    'every place that plan names answers',
    asked.length >= 4 * rows.length && missing.length === 0,
    missing.map(({ who, from, address, port }) => `${who} from ${String(from)} at ${address}:${port}`).join('\n'),
  );
}

/** Asked for by ARP, the host's address is answered for by one MAC address, whatever interfaces the host has got. */
async function oneMac(): Promise<void> {
  const seen = await Promise.all(
    segments.map(async ({ parent, host }) => {
      const { stdout } = await runBeside(
        inNamespace('neighbour', 'busybox', 'arping', '-b', '-c', '3', '-w', '5', '-I', `e${host.split('.')[2]}`, host),
      );
      return { parent, macs: [...new Set(stdout.match(/\[[\da-f:]+\]/gi))] };
    }),
  );
  const wrong = seen.filter(({ macs }) => macs.length !== 1);
  check(
    "the LAN sees one MAC address for the host's",
    wrong.length === 0,
    wrong.map(({ parent, macs }) => `${parent}: ${macs.join(' ') || 'none'}`).join('\n'),
  );
}
