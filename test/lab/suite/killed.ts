/**
 * netcompose is killed at a step; the next `up` or `down` puts things right. Every step is tried on macvlan in
 * `test/kernel`, too.
 */
import { check, within } from './checks.ts';
import { addressOf, containerOf, difference, makeProject, netcompose, snapshot } from './machine.ts';
import { must, until } from './process.ts';
import { lan, onLan } from './projects.ts';
import { reached } from './reached.ts';

/** Where it is killed, and what comes next. Both are tried where a step leaves something of its own. */
const kills = [
  { at: 'after:docker network create', next: 'down' },
  { at: 'after:ip link add', next: 'up' },
  { at: 'after:ip link add', next: 'down' },
  { at: 'before:ip route add', next: 'down' },
  // On a parent after the first, where the shim has an address and needs no neighbour entries.
  { at: 'after:ip addr add', next: 'up' },
  { at: 'before:up -d', next: 'up' },
  { at: 'during:up -d', next: 'down' },
  { at: 'after:up -d', next: 'up' },
] as const;

/** @param share of two machines that try them together, which this is; absent: it tries all */
export async function killed(share?: 0 | 1): Promise<void> {
  for (const { at, next } of kills.filter((_, position) => share === undefined || position % 2 === share)) {
    within(`ipvlan-l2, killed ${at}, then ${next}`);
    const before = snapshot();
    const project = makeProject('killed', { services: { web: onLan() }, networks: { lan } });
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
      if (up.code === 0) reached('the host reaches it', [['host', addressOf(containerOf(project, 'web')), 'web']]);
    }
    const down = netcompose(project, ['down']);
    check('down', down.code === 0, down.code === 0 ? '' : down.stderr);
    const left = difference(before, snapshot());
    check('nothing is left', left === '', left);
  }
}
