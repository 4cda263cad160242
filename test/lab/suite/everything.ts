/**
 * One project with every netmode, from its first `up` to its last `down`: who reaches whom, whether what `plan` says is so,
 * and whether it stays so, whatever happens to containers, parents, shims and the engine.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { askAll, patience, type Answered, type Asked } from './asking.ts';
import { check, within } from './checks.ts';
import { forgetContainers } from './containers.ts';
import { restartEngine } from './engine.ts';
import { inNamespace, type Segment } from './lan.ts';
import { addressOf, changes, containerOf, difference, identities, links, makeProject, netcompose, ownAddresses, snapshot, writeProject, type Project } from './machine.ts';
import { everyNetmode, row, rows, segments, type Row } from './netmodes.ts';
import { must, run } from './process.ts';
import { isAnswered, questionsOf, tableOf, type CellQuestion } from './table.ts';

/** Where the table is left for `docs/reachability.md`. */
const tableFile = '/out/reachability.json';
/** Rows whose services the host is promised to reach through a shim. */
const shimmed = rows.filter(({ key, without, published }) => !without && !published && !['private', 'vepa', 'passthru'].includes(key));

export async function everything(): Promise<void> {
  within('every netmode');
  for (const { segment, rpFilter = 0 } of rows) if (!segment.parent.includes('.')) must('sysctl', '-qw', `net.ipv4.conf.${segment.parent}.rp_filter=${rpFilter}`);
  must('sysctl', '-qw', 'net.ipv4.conf.all.rp_filter=0');
  const before = snapshot();
  const project = makeProject('every', everyNetmode());
  const planned = plan(project);
  routeOnRouter(planned);
  const up = netcompose(project, ['up', '-d']);
  check('up', up.code === 0, up.code === 0 ? `${changes().length} changing commands` : up.stderr);
  if (up.code === 0) {
    await table(project);
    await asPlanned(project, planned);
    oneMac();
    secondUp(project);
    await withoutShims(project);
    await containersRestarted(project);
    await parentsDown(project);
    await engineRestarted(project);
    await otherAddresses(project);
  }
  const down = netcompose(project, ['down']);
  check('down', down.code === 0, down.code === 0 ? '' : down.stderr);
  routeOnRouter(planned, 'del');
  const left = difference(before, snapshot());
  check('nothing is left', left === '', left);
}

interface Planned {
  readonly services: Readonly<Record<string, { readonly reach: readonly { readonly from: 'host' | 'lan'; readonly to: string }[] }>>;
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
  if (verb === 'add') check("plan names the routes that the LAN's router needs", String(routes.map(({ destination }) => destination).sort()) === String(wanted), routes.map(({ command }) => command.join(' ')).join('\n'));
  for (const { command } of routes) must(...inNamespace('router', ...command.map((word) => (word === 'add' ? verb : word))));
}

async function table(project: Project): Promise<void> {
  const shims = ownAddresses();
  const asked = await askAll(
    rows.flatMap((one) => questionsOf(one, project, shims)),
    patience.surprise,
  );
  mkdirSync('/out', { recursive: true });
  writeFileSync(tableFile, JSON.stringify({ rows: rows.map(({ key, name }) => ({ key, name })), table: tableOf(rows, asked) }));
  const answered = asked.filter(isAnswered);
  check('the table is filled', answered.length > 300, `${answered.length} of ${asked.length} questions are answered`);
  const wrong = asked.filter((one) => one.answer !== undefined && !isAnswered(one));
  check('nobody answers for another', wrong.length === 0, wrong.map(shown).join('\n'));
  const translated = answered.filter(({ saw, answer }) => saw !== undefined && answer !== 'echo' && answer!.split(' saw ')[1] !== saw);
  check('the LAN sees the containers at their own addresses', translated.length === 0, translated.map(shown).join('\n'));
}

const shown = ({ row: key, column, protocol, address, answer }: Answered<CellQuestion>) => `${key}: ${column} (${protocol} ${address}): ${answer ?? 'no answer'}`;

/** Each place that `plan` names answers, to the one it is named for. */
async function asPlanned(project: Project, { services }: Planned): Promise<void> {
  const asked = Object.entries(services).flatMap(([service, { reach }]) =>
    reach.flatMap(({ from, to }): (Asked & { readonly who: string })[] => {
      const [, host, port, protocol = 'tcp'] = /^\[?(.*?)\]?:(\d+)(?:\/(.*))?$/.exec(to)!;
      const address = host === '<dynamic>' ? addressOf(containerOf(project, service)) : host === 'localhost' ? '127.0.0.1' : host!;
      return [{ from: from === 'lan' ? 'neighbour' : 'host', protocol: protocol as 'tcp' | 'udp', address, port: Number(port), who: service }];
    }),
  );
  const missing = (await askAll(asked, patience.wanted)).filter(({ who, answer }) => answer?.split(' saw ')[0] !== who);
  check('every place that plan names answers', asked.length >= 2 * shimmed.length && missing.length === 0, missing.map(({ who, from, address, port }) => `${who} from ${String(from)} at ${address}:${port}`).join('\n'));
}

/** Asked for by ARP, the host's address is answered for by one MAC address, whatever interfaces the host has got. */
function oneMac(): void {
  const seen = segments.map(({ parent, host }, at) => {
    const { stdout } = run(inNamespace('neighbour', 'busybox', 'arping', '-b', '-c', '2', '-w', '3', '-I', `e${11 + at}`, host));
    return { parent, macs: [...new Set(stdout.match(/\[[\da-f:]+\]/gi))] };
  });
  const wrong = seen.filter(({ macs }) => macs.length !== 1);
  check("the LAN sees one MAC address for the host's", wrong.length === 0, wrong.map(({ parent, macs }) => `${parent}: ${macs.join(' ') || 'none'}`).join('\n'));
}

/** A second `up` runs no command that changes anything, and leaves containers as they are. */
function secondUp(project: Project): void {
  const [host, containers] = [snapshot(), identities()];
  const up = netcompose(project, ['up', '-d']);
  const changed = [...changes(), difference(host, snapshot()), ...(containers === identities() ? [] : ['containers were made or started again'])].filter(Boolean);
  check('a second up changes nothing', up.code === 0 && changed.length === 0, up.code === 0 ? changed.join('\n') : up.stderr);
}

/** The containers are there first, and the shims come to them. */
async function withoutShims(project: Project): Promise<void> {
  const containers = identities();
  const before = links();
  for (const name of ownAddresses().keys()) must('ip', 'link', 'del', 'dev', name);
  const up = netcompose(project, ['up', '-d']);
  check('up makes shims for containers that run', up.code === 0 && difference(before, links()) === '', up.code === 0 ? difference(before, links()) : up.stderr);
  check('and leaves the containers as they are', containers === identities(), '');
  await stillReached(project, 'where the containers were there first');
}

async function containersRestarted(project: Project): Promise<void> {
  must('docker', 'restart', '--time', '0', ...shimmed.map(({ key }) => containerOf(project, `${key}-a`)));
  forgetContainers();
  await stillReached(project, 'after docker restart');
}

/** The host's own route to the LAN goes with the parent; what leads to the containers must not. */
async function parentsDown(project: Project): Promise<void> {
  const parents = segments.map(({ parent }) => parent);
  for (const parent of parents) must('ip', 'link', 'set', 'dev', parent, 'down');
  for (const parent of parents) must('ip', 'link', 'set', 'dev', parent, 'up');
  must('ip', 'route', 'replace', 'default', 'via', segments[0]!.router);
  for (const { parent, host6 } of segments) must('ip', '-6', 'addr', 'replace', `${host6}/64`, 'dev', parent, 'nodad');
  await stillReached(project, 'after the parents were down and up');
}

async function engineRestarted(project: Project): Promise<void> {
  const before = links();
  restartEngine();
  forgetContainers();
  check('an engine restart leaves the shims as they are', difference(before, links()) === '', difference(before, links()));
  await stillReached(project, 'after the engine was restarted');
}

/** The file gives other addresses, in the range and outside: `up` makes the containers anew. */
async function otherAddresses(project: Project): Promise<void> {
  const file = structuredClone(everyNetmode()) as { services: Record<string, { networks?: Record<string, unknown> }> };
  const moved = [row('l2'), row('l3'), row('l3s'), row('mac')];
  for (const one of moved) file.services[`${one.key}-a`]!.networks = { [one.key]: { ipv4_address: elsewhereIn(one.segment, one) } };
  writeProject(project, file);
  const up = netcompose(project, ['up', '-d']);
  const wrong = moved.filter((one) => up.code !== 0 || addressOf(containerOf(project, `${one.key}-a`)) !== elsewhereIn(one.segment, one));
  check('up makes containers anew at other addresses', wrong.length === 0, up.code === 0 ? wrong.map(({ key }) => key).join(' ') : up.stderr);
  await stillReached(project, 'at other addresses');
}

/** Outside the range of its network, or, at layer 3, anywhere in it. */
const elsewhereIn = ({ host }: Segment, { routed }: Row) => (routed ? routed[0]!.replace('0/24', '77') : host.replace(/\d+$/, '77'));

/** From the host and from the LAN, by TCP, and the host from there. */
async function stillReached(project: Project, when: string): Promise<void> {
  const shims = ownAddresses();
  const wanted = ['host → it', 'neighbour → it', "it → host's own address", "it → shim's address"];
  const asked = shimmed
    .flatMap((one) => questionsOf(one, project, shims))
    .filter(({ protocol, column, family, row: key }) => protocol === 'tcp' && family === 4 && wanted.includes(column) && !isNotPromised(key, column));
  const missing = (await askAll(asked, patience.wanted)).filter((one) => !isAnswered(one));
  check(`host and LAN reach the containers, and they the host, ${when}`, asked.length >= 2 * shimmed.length && missing.length === 0, missing.map(shown).join('\n'));
}

/** Where the shim has an address of its own because of strict `rp_filter`, or a VLAN in which the host is not. */
const isNotPromised = (key: string, column: string) => ['l2strict', 'l2vlan'].includes(key) && column === "it → host's own address";
