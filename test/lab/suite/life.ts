/**
 * A project on its way through time: what is reached stays reached, whatever happens to containers, shims, parents and
 * the engine; and nothing is done twice.
 */
import { check, within } from './checks.ts';
import { forgetContainers } from './containers.ts';
import { restartEngine } from './engine.ts';
import { hear } from './hearing.ts';
import { askedAnew, routerAdvertises, temporaryAddresses } from './lan-events.ts';
import { lived, plain, stillReached } from './lived.ts';
import {
  addressOf,
  changes,
  containerOf,
  difference,
  downAndCompare,
  identities,
  links,
  makeProject,
  netcompose,
  noted,
  ownAddresses,
  type Project,
  snapshot,
  writeProject,
} from './machine.ts';
import { everyNetmode, type Row, row } from './netmodes.ts';
import { must } from './process.ts';

/** Whose containers get other addresses. */
const moved = lived.filter(({ key }) => ['l2', 'l3', 'mac'].includes(key));

/**
 * `rp_filter` 1 for all interfaces is what counts, whatever each has: on ipvlan L2 the shim has an address then, also
 * on the first parent, where it needs none otherwise.
 */
export async function strict(): Promise<void> {
  within('rp_filter 1 for all');
  must('sysctl', '-qw', 'net.ipv4.conf.all.rp_filter=1');
  try {
    await whileUp('strict', (project) => {
      const own = (ownAddresses().get(`nc-${plain.segment.parent}`) ?? []).filter((one) => !one.includes(':'));
      check("of IPv4, the first parent's shim has an address", own.length === 1, String(own));
      stillReached(project, 'nevertheless', ['l2', 'l2plain', 'l2strict', 'native']);
    });
  } finally {
    must('sysctl', '-qw', 'net.ipv4.conf.all.rp_filter=0');
  }
}

/** The LANs are listened to meanwhile. */
export async function life(): Promise<void> {
  within('in the course of time');
  const hearing = await hear(lived);
  try {
    await whileUp('life', async (project) => {
      for (const happen of happenings) {
        await happen(project);
        hearing.note(project);
      }
    });
  } finally {
    await hearing.end();
  }
}

/**
 * Brings a project of these services up, with the routes that the LAN needs, and takes it down again, whatever comes of
 * it.
 */
async function whileUp(name: string, work: (project: Project) => void | Promise<void>): Promise<void> {
  const before = snapshot();
  const project = makeProject(name, everyNetmode(lived));
  const { routed, segment } = row('l3');
  const [four, six] = routed as [string, string];
  must('ip', '-n', 'router', 'route', 'add', four, 'via', segment.host);
  must('ip', '-n', 'router', 'route', 'add', six, 'via', segment.host6);
  try {
    const up = netcompose(project, ['up', '-d']);
    check('up', up.code === 0, up.code === 0 ? '' : up.stderr);
    if (up.code === 0) await work(project);
  } finally {
    for (const subnet of [four, six]) must('ip', '-n', 'router', 'route', 'del', subnet);
    downAndCompare(project, before);
  }
}

/** A second `up` runs no command that changes anything, and leaves containers as they are. */
export function secondUp(project: Project): void {
  const [host, containers] = [snapshot(), identities()];
  const up = netcompose(project, ['up', '-d'], noted);
  const changed = [
    ...changes(),
    difference(host, snapshot()),
    ...(containers === identities() ? [] : ['containers were made or started again']),
  ].filter(Boolean);
  check(
    'a second up changes nothing',
    up.code === 0 && changed.length === 0,
    up.code === 0 ? changed.join('\n') : up.stderr,
  );
}

/** The containers are there first, and the shims come to them. */
function withoutShims(project: Project): void {
  const containers = identities();
  const before = links();
  for (const name of ownAddresses().keys()) must('ip', 'link', 'del', 'dev', name);
  const up = netcompose(project, ['up', '-d']);
  check(
    'up makes shims for containers that run',
    up.code === 0 && difference(before, links()) === '',
    up.code === 0 ? difference(before, links()) : up.stderr,
  );
  check('and leaves the containers as they are', containers === identities(), '');
  stillReached(project, 'where the containers were there first');
}

function containersRestarted(project: Project): void {
  must('docker', 'restart', '--time', '0', ...lived.map(({ key }) => containerOf(project, `${key}-a`)));
  forgetContainers();
  stillReached(project, 'after docker restart');
}

/** The host's own route to the LAN goes with the parent; what leads to the containers must not. */
function parentsDown(project: Project): void {
  for (const { segment } of lived) must('ip', 'link', 'set', 'dev', segment.parent, 'down');
  for (const { segment } of lived) must('ip', 'link', 'set', 'dev', segment.parent, 'up');
  // As whatever configures the host would: the kernel drops an IPv6 address and the default route with the interface.
  for (const { segment } of lived)
    must('ip', '-6', 'addr', 'replace', `${segment.host6}/64`, 'dev', segment.parent, 'nodad');
  must('ip', 'route', 'replace', 'default', 'via', plain.segment.router);
  stillReached(project, 'after the parents were down and up');
}

function engineRestarted(project: Project): void {
  const before = links();
  restartEngine();
  forgetContainers();
  check(
    'an engine restart leaves the shims as they are',
    difference(before, links()) === '',
    difference(before, links()),
  );
  stillReached(project, 'after the engine was restarted');
}

/** The file gives other addresses, in the range and outside: `up` makes the containers anew. */
function otherAddresses(project: Project): void {
  const file = everyNetmode(lived);
  for (const one of moved) file.services[`${one.key}-a`]!.networks = { [one.key]: { ipv4_address: otherIn(one) } };
  writeProject(project, file);
  const up = netcompose(project, ['up', '-d']);
  const wrong = moved.filter(
    (one) => up.code !== 0 || addressOf(containerOf(project, `${one.key}-a`)) !== otherIn(one),
  );
  check(
    'up makes containers anew at other addresses',
    wrong.length === 0,
    up.code === 0 ? wrong.map(({ key }) => key).join(' ') : up.stderr,
  );
  stillReached(project, 'at other addresses');
}

/** Outside the range of its network, or, at layer 3, anywhere in it. */
const otherIn = ({ routed, segment }: Row) =>
  routed ? routed[0]!.replace('0/24', '77') : segment.host.replace(/\d+$/, '77');

const happenings: readonly ((project: Project) => void | Promise<void>)[] = [
  ...[
    secondUp,
    askedAnew,
    routerAdvertises,
    temporaryAddresses,
    withoutShims,
    containersRestarted,
    parentsDown,
    engineRestarted,
    otherAddresses,
  ],
];
