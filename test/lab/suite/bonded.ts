/**
 * `shim watch` where the parent is a bond that takes the MAC address of the card it uses (`fail_over_mac=active`):
 * the cable of one card is out, then that of the other. Nothing is said to netcompose of it.
 */
import { readFileSync } from 'node:fs';
import { check } from './checks.ts';
import { segment } from './lan.ts';
import type { Row } from './netmodes.ts';
import { must, until } from './process.ts';
import { type Event, entriesBut, parentOf, shimOf, whileUp } from './watched.ts';

const cards = [1, 2] as const;
const cardOf = (one: Row, card: number) => `${parentOf(one)}-${card}`;
const cableOf = (one: Row, card: number) => `${parentOf(one)}-${card}c`;

/** A bond each: a parent carries one driver. */
const rows = (
  [
    ['bondi', 'ipvlan-l2', 25],
    ['bondm', 'macvlan', 26],
  ] as const
).map(([key, mode, number]): Row => {
  const place = segment(key, number);
  const pool = { subnet: place.subnet, gateway: place.router, ip_range: `192.168.${number}.224/30` };
  // Of a network of one's own the shim has no address here, and so needs entries for neighbours.
  const native = {
    ...{ driver: 'ipvlan', driver_opts: { parent: key, ipvlan_mode: 'l2' }, ipam: { config: [pool] } },
    'x-netmode': { host_access: 'shim' },
  };
  const network = mode === 'macvlan' ? { 'x-netmode': { mode, parent: key, ...pool } } : native;
  return { key, name: `\`${mode}\` on a bond`, segment: place, network, six: false };
});
const [entered] = rows as [Row, Row];

const macOf = (one: Row) => readFileSync(`/sys/class/net/${parentOf(one)}/address`, 'utf8').trim();

export async function bonded(): Promise<void> {
  for (const one of rows) makeBond(one);
  try {
    const macs = rows.map((one) => cards.map((card) => must('cat', `/sys/class/net/${cardOf(one, card)}/address`)));
    check(
      'each card has a MAC address of its own',
      macs.every(([a, b]) => a !== b),
      JSON.stringify(macs),
    );
    await whileUp(rows, () => [failOver(1), failOver(2)]);
  } finally {
    for (const one of rows) {
      must('ip', 'link', 'del', 'dev', parentOf(one));
      for (const card of cards) must('ip', 'link', 'del', 'dev', cardOf(one, card));
    }
  }
}

function makeBond(one: Row): void {
  const { parent, prefix, host } = one.segment;
  const modes = ['mode', 'active-backup', 'fail_over_mac', 'active', 'miimon', '100'];
  must('ip', 'link', 'add', 'name', parent, 'type', 'bond', ...modes);
  for (const card of cards) {
    const peer = ['peer', 'name', cableOf(one, card), 'netns', 'router'];
    must('ip', 'link', 'add', 'name', cardOf(one, card), 'type', 'veth', ...peer);
    must('ip', 'link', 'set', 'dev', cardOf(one, card), 'master', parent);
    plug(one, card, 'up');
  }
  must('ip', 'link', 'set', 'dev', parent, 'up');
  must('ip', 'addr', 'add', `${host}/${prefix}`, 'dev', parent);
}

const plug = (one: Row, card: number, state: 'up' | 'down') =>
  void must('ip', '-n', 'router', 'link', 'set', 'dev', cableOf(one, card), state);

/** The bonds go over from this card to the other. */
function failOver(card: 1 | 2): Event {
  let before: readonly string[] = [];
  const other = card === 1 ? 2 : 1;
  return {
    what: `the bonds go over to their ${card === 1 ? 'second' : 'first'} cards`,
    happen: () => {
      before = rows.map(macOf);
      for (const one of rows) plug(one, other, 'up');
      for (const one of rows) plug(one, card, 'down');
      until(
        () => rows.map(macOf),
        (macs) => macs.every((mac, at) => mac !== before[at]),
        120,
        50,
      );
    },
    mends: [entered],
    wrong: () => {
      const same = rows.filter((one, at) => macOf(one) === before[at]).map(parentOf);
      if (same.length > 0) return `the same MAC address: ${same.join(' ')}`;
      const entries = must('ip', 'neigh', 'show', 'nud', 'permanent', 'dev', shimOf(entered));
      return entries.includes(macOf(entered)) ? entriesBut(entered, macOf(entered)) : `no entries: ${entries}`;
    },
  };
}
