/** netcompose is killed at each step; the next `up` or `down` puts things right. */
import { check, within } from './checks.ts';
import { lan } from './lan.ts';
import { containerOf, difference, makeProject, netcompose, snapshot } from './machine.ts';
import { must, until } from './process.ts';
import { fromHost, onLan } from './reach.ts';

/** Where it is killed, and what comes next. Both are tried where a step leaves something of its own. */
const kills = [
  { at: 'after:docker network create', next: 'down' },
  { at: 'after:ip link add', next: 'up' },
  { at: 'after:ip link add', next: 'down' },
  { at: 'before:ip route add', next: 'down' },
  { at: 'after:ip neigh replace 192.168.1.226', next: 'up' },
  { at: 'before:up -d', next: 'up' },
  { at: 'during:up -d', next: 'down' },
  { at: 'after:up -d', next: 'up' },
] as const;

export function killed(): void {
  for (const { at, next } of kills) {
    within(`ipvlan-l2, killed ${at}, then ${next}`);
    const before = snapshot();
    const project = makeProject('killed', {
      services: { web: onLan('web') },
      networks: {
        lan: {
          'x-netmode': { mode: 'ipvlan-l2', parent: lan.parent, subnet: lan.subnet, gateway: lan.router, ip_range: '192.168.1.224/30' },
        },
      },
    });
    const first = netcompose(project, ['up', '-d'], at);
    check('is killed', first.code === 255, `${first.code} ${first.stderr}`);
    // What it had started ends by itself.
    until(
      () => must('sh', '-c', 'ps -e -o args | grep -c "[u]p -d" || :'),
      (count) => count === '0',
      120,
    );
    if (next === 'up') {
      const up = netcompose(project, ['up', '-d']);
      check('up', up.code === 0, up.code === 0 ? '' : up.stderr);
      if (up.code === 0) fromHost(containerOf(project, 'web'), 'afterwards');
    }
    const down = netcompose(project, ['down']);
    check('down', down.code === 0, down.code === 0 ? '' : down.stderr);
    const left = difference(before, snapshot());
    check('nothing is left', left === '', left);
  }
}
