/** Projects beside each other, and the way to the host without a shim. */
import { check, within } from './checks.ts';
import { ask, askOnce, lan, page } from './lan.ts';
import { addressOf, containerOf, difference, makeProject, netcompose, netcomposeBeside, snapshot, type Project } from './machine.ts';
import { fromHost, guest, onLan } from './reach.ts';

const network = {
  'x-netmode': { mode: 'ipvlan-l2', parent: lan.parent, subnet: lan.subnet, gateway: lan.router, ip_range: '192.168.1.224/30' },
};

function downAndCompare(project: Project, before: readonly string[]): void {
  const down = netcompose(project, ['down']);
  check(`down of ${project.name}`, down.code === 0, down.code === 0 ? '' : down.stderr);
  const left = difference(before, snapshot());
  check('nothing is left', left === '', left);
}

/** Both come up at once; each is reached; the first to go leaves the other alone; the last takes all away. */
export async function twoProjects(): Promise<void> {
  within('two projects on one ipvlan-l2');
  const before = snapshot();
  const one = makeProject('one', { services: { first: onLan('first') }, networks: { lan: network } });
  const two = makeProject('two', { services: { second: onLan('second', { ipv4_address: '192.168.1.54' }) }, networks: { lan: network } });
  const ups = await Promise.all([one, two].map((project) => netcomposeBeside(project, ['up', '-d'])));
  check(
    'both come up at once',
    ups.every(({ code }) => code === 0),
    ups.map(({ code, stderr }) => (code === 0 ? '0' : stderr)).join('\n'),
  );
  const [first, second] = [containerOf(one, 'first'), containerOf(two, 'second')];
  fromHost(first, 'beside the other');
  fromHost(second, 'beside the other');
  const between = ask({ container: first }, page('192.168.1.54'), 'second');
  check('first → second', between.startsWith('second saw'), between);
  const down = netcompose(one, ['down']);
  check('down of the first', down.code === 0, down.code === 0 ? '' : down.stderr);
  fromHost(second, 'after the other is down');
  const fromLan = ask('neighbour', page('192.168.1.54'), 'second');
  check('neighbour → second after the other is down', fromLan.startsWith('second saw'), fromLan);
  const again = netcompose(one, ['up', '-d']);
  check('the first comes up again', again.code === 0, again.code === 0 ? '' : again.stderr);
  fromHost(first, 'again');
  check('down of the first again', netcompose(one, ['down']).code === 0, '');
  downAndCompare(two, before);
}

/** The port is published for this host only, no shim is made, and the LAN reaches the container at its own address. */
export function loopback(): void {
  within('ipvlan-l2, host_access loopback');
  const before = snapshot();
  const project = makeProject('loopback', {
    services: { web: guest('web', { ports: ['8080:80'], 'x-netmode': { ...network['x-netmode'], host_access: 'loopback' } }) },
  });
  const up = netcompose(project, ['up', '-d']);
  check('up', up.code === 0, up.code === 0 ? '' : up.stderr);
  const address = addressOf(containerOf(project, 'web'));
  const fromHere = ask('host', page('127.0.0.1', 8080), 'web');
  check('host → web at 127.0.0.1', fromHere.startsWith('web saw'), fromHere);
  const fromLan = ask('neighbour', page(address), 'web');
  check('neighbour → web at its own address', fromLan === `web saw ${lan.neighbour}`, fromLan);
  const published = askOnce('neighbour', page(lan.host, 8080));
  check('the port is not published to the LAN', published.startsWith('no answer'), published);
  check('no shim is made', !snapshot().some((line) => line.startsWith('link nc-')), '');
  downAndCompare(project, before);
}
