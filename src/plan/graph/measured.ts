/**
 * Who reaches whom, as it was measured: `docs/reachability.md`, which the lab writes, as data. A test holds the two
 * together. What the picture says of two places is looked up here, so that it cannot differ from what was seen.
 */
import { isOlder } from '../facts/versions.ts';

/** The page's columns, in its order; the last was not tried with IPv6. */
export const columns = [
  'host → service',
  'service → host',
  'service → shim',
  'service → second',
  'service → bridge',
  'bridge → service',
  'neighbour → service',
  'service → neighbour',
  'router → service',
  'service → router',
  'service → beyond',
] as const;
export type Column = (typeof columns)[number];

/**
 * The page's rows, under its names: for each family the cells in the order of the columns. `-`: there was nothing to
 * try; after a slash, what engine 26 does where it differs.
 */
export const measured = {
  '`ipvlan-l2`': {
    4: 'yes yes yes yes no yes yes yes yes yes yes',
    6: 'yes no yes yes no yes/no yes yes yes yes',
  },
  '`ipvlan-l2`, `rp_filter` 1 on the parent': {
    4: 'yes no yes - no yes yes yes yes yes yes',
    6: 'yes no yes - no yes/no yes yes yes yes',
  },
  '`ipvlan-l2` with `shim.ipv4_address`': {
    4: 'yes yes yes - no yes yes yes yes yes yes',
  },
  '`ipvlan-l2` with nothing else said': {
    4: 'yes yes - - no yes yes yes yes yes yes',
  },
  '`ipvlan-l2` on a VLAN': {
    4: 'yes - yes - no yes yes yes yes yes yes',
  },
  '`driver: ipvlan` without `ip_range`, `host_access: shim`': {
    4: 'yes yes - - no yes yes yes yes yes yes',
  },
  '`ipvlan-l3`': {
    4: 'yes yes yes yes no yes yes yes yes yes yes',
    6: 'yes yes - yes yes yes yes yes yes yes',
  },
  '`ipvlan-l3`, `rp_filter` 1 on the parent': {
    4: 'yes yes yes - no yes yes yes yes yes yes',
    6: 'yes yes - - yes yes yes yes yes yes',
  },
  '`ipvlan-l3s`': {
    4: 'yes yes yes yes no yes yes yes yes yes yes',
    6: 'yes yes - yes yes yes yes yes yes yes',
  },
  '`macvlan`': {
    4: 'yes yes yes yes no yes yes yes yes yes yes',
    6: 'yes no yes yes no yes/no yes yes yes yes',
  },
  '`macvlan`, `rp_filter` 1 on the parent': {
    4: 'yes yes yes - no yes yes yes yes yes yes',
    6: 'yes no yes - no yes/no yes yes yes yes',
  },
  '`macvlan`, `flag: private`': {
    4: 'no no - no no no yes yes yes yes yes',
    6: 'no no - no no no yes yes yes yes',
  },
  '`macvlan`, `flag: vepa`': {
    4: 'no no - no no no yes yes yes yes yes',
    6: 'no no - no no no yes yes yes yes',
  },
  '`macvlan`, `flag: passthru`': {
    4: 'no no - - no no yes yes yes yes yes',
    6: 'no no - - no no yes yes yes yes',
  },
  '`bridge`, with published ports': {
    4: 'yes yes - yes no yes/tcp yes yes yes yes yes',
    6: 'yes yes - yes no/yes yes/tcp yes yes/no yes yes/no',
  },
  '`host`': {
    4: 'yes yes - - yes yes yes yes yes yes yes',
    6: 'yes yes - - yes yes yes yes yes yes',
  },
  '`none`': {
    4: '- no - - no - - no - no no',
    6: '- no - - no - - no - no',
  },
} as const satisfies Readonly<Record<string, { readonly 4: string; readonly 6?: string }>>;
export type Row = keyof typeof measured;

/**
 * What was seen.
 *
 * @param engine the engine's version; absent: the newest
 * @returns nothing where it was not tried
 */
export function seen(row: Row, column: Column, family: 4 | 6, engine?: string): 'yes' | 'no' | undefined {
  const families: { readonly 4: string; readonly 6?: string } = measured[row];
  const cell = families[family]?.split(' ')[columns.indexOf(column)];
  if (cell === undefined || cell === '-') return undefined;
  const [newest, older = newest] = cell.split('/');
  // What answers TCP alone is reached.
  return (engine !== undefined && isOlder(engine, '27.0.0') ? older : newest) === 'no' ? 'no' : 'yes';
}
