/** The table of who reaches whom: its questions, and what the answers make of it. */
import type { Answered, Asked, From } from './asking.ts';
import { beyond, containerPorts, type Segment, serverPorts } from './lan.ts';
import { addressOf, containerOf, type Project } from './machine.ts';
import { elsewhere, type Row, vlans } from './netmodes.ts';

export const families = [4, 6] as const;
export type Family = (typeof families)[number];

/** From whom to whom; `it` is a service of the row's netmode. */
export const columns = [
  'host → it',
  "it → host's own address",
  "it → shim's address",
  'it → second',
  'it → elsewhere',
  'elsewhere → it',
  'neighbour → it',
  'it → neighbour',
  'router → it',
  'it → router',
  'it → beyond',
] as const;
export type Column = (typeof columns)[number];

export interface CellQuestion extends Asked {
  readonly row: string;
  readonly column: Column;
  readonly family: Family;
  /** Who must answer. */
  readonly who: string;
  /** Whom the other side must see, where that is promised. */
  readonly saw?: string;
}

/** What answered: `icmp`, `tcp`, `udp`. A question that was not put is absent. */
export type Table = Readonly<
  Record<string, Readonly<Partial<Record<Column, Readonly<Partial<Record<Family, readonly string[]>>>>>>>
>;

interface Place {
  readonly who: string;
  readonly address: string;
  readonly tcp: number;
  readonly udp: number;
  /** A published port is not the host's own answer to a ping. */
  readonly pings: boolean;
}

/**
 * @param shims the shims' own addresses, by their interfaces' names
 * @returns the questions of one row; those between what does not exist are left out
 */
export function questionsOf(
  row: Row,
  project: Project,
  shims: ReadonlyMap<string, readonly string[]>,
): readonly CellQuestion[] {
  return families.flatMap((family) => {
    if (family === 6 && !row.six) return [];
    const it: From = { container: containerOf(project, `${row.key}-a`) };
    const other: From = { container: containerOf(project, elsewhere) };
    const own = row.without ? undefined : addressOf(it.container, family);
    const shim = shims.get(`nc-${row.segment.parent}`)?.find((address) => address.includes(':') === (family === 6));
    // Seen by the LAN, and by the shim's side, without translation.
    const seen = row.published || row.without ? undefined : own;
    const asked: readonly (readonly [Column, From, Place | undefined, (string | undefined)?])[] = [
      ['host → it', 'host', outside(row, own, family)],
      // On a VLAN the host has none.
      [
        "it → host's own address",
        it,
        vlans.includes(row.segment) ? undefined : server('host', family === 4 ? row.segment.host : row.segment.host6),
      ],
      ["it → shim's address", it, server('host', shim)],
      ['it → second', it, row.second && container(project, `${row.key}-b`, family)],
      ['it → elsewhere', it, container(project, elsewhere, family)],
      ['elsewhere → it', other, outside(row, own, family)],
      ...(['neighbour', 'router'] as const).flatMap((name) => [
        [`${name} → it`, name, outside(row, own, family)] as const,
        [`it → ${name}`, it, server(name, addressAt(row.segment, name, family)), seen] as const,
      ]),
      ['it → beyond', it, family === 4 ? server('router', beyond) : undefined, seen],
    ];
    return asked.flatMap(([column, from, place, saw]) =>
      place === undefined
        ? []
        : atPlace(place).map((question) => ({
            ...question,
            from,
            row: row.key,
            column,
            family,
            ...(saw !== undefined && { saw }),
          })),
    );
  });
}

function addressAt(segment: Segment, name: 'router' | 'neighbour', family: Family): string {
  return family === 4 ? segment[name] : segment[`${name}6`];
}

/** Where everybody but its own network reaches it; without an address, where it would be if it had none to itself. */
function outside(
  { key, segment, published, without }: Row,
  own: string | undefined,
  family: Family,
): Place | undefined {
  if (without === 'network') return undefined;
  const ports = published ?? containerPorts;
  const address = published || without ? (family === 4 ? segment.host : segment.host6) : own;
  return address === undefined || address === ''
    ? undefined
    : { who: `${key}-a`, address, ...ports, pings: !published };
}

function container(project: Project, service: string, family: Family): Place {
  return { who: service, address: addressOf(containerOf(project, service), family), ...containerPorts, pings: true };
}

const server = (who: string, address: string | undefined): Place | undefined =>
  address === undefined ? undefined : { who, address, ...serverPorts, pings: true };

const atPlace = ({ who, address, tcp, udp, pings }: Place) => [
  ...(pings ? [{ protocol: 'icmp', address, who } as const] : []),
  { protocol: 'tcp', address, port: tcp, who } as const,
  { protocol: 'udp', address, port: udp, who } as const,
];

/** Whether it is the right one that has answered. */
export const isAnswered = ({ answer, who }: Answered<CellQuestion>): boolean =>
  answer === 'echo' || answer?.split(' saw ')[0] === who;

export function tableOf(rows: readonly Row[], answered: readonly Answered<CellQuestion>[]): Table {
  const cell = (key: string, column: Column, family: Family) => {
    const questions = answered.filter((one) => one.row === key && one.column === column && one.family === family);
    if (questions.length === 0) return undefined;
    // A netmode without a ping of its own says what else there is to say.
    const protocols = questions.filter(isAnswered).map(({ protocol }) => protocol);
    return protocols.length === questions.length ? ['all'] : protocols;
  };
  return Object.fromEntries(
    rows.map(({ key }) => [
      key,
      Object.fromEntries(
        columns.map((column) => [
          column,
          Object.fromEntries(
            families.flatMap((family) => {
              const value = cell(key, column, family);
              return value === undefined ? [] : [[family, value]];
            }),
          ),
        ]),
      ),
    ]),
  ) as Table;
}

/** For people: who asked whom, and what came. */
export const shown = ({ row: key, column, protocol, address, answer }: Answered<CellQuestion>) =>
  `${key}: ${column} (${protocol} ${address}): ${answer ?? 'no answer'}`;
