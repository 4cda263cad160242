/** `docs/reachability.md`, from what the lab has seen. Pure. */
import { type Column, columns, type Family, families, type Table } from './suite/table.ts';

export interface Seen {
  /** `28` */
  readonly engine: string;
  readonly rows: readonly { readonly key: string; readonly name: string }[];
  readonly table: Table;
}

/** What the columns are called for people. */
const titles: Readonly<Record<Column, string>> = {
  'host → it': 'host → service',
  "it → host's own address": 'service → host',
  "it → shim's address": 'service → shim',
  'it → second': 'service → second',
  'it → elsewhere': 'service → bridge',
  'elsewhere → it': 'bridge → service',
  'neighbour → it': 'neighbour → service',
  'it → neighbour': 'service → neighbour',
  'router → it': 'router → service',
  'it → router': 'service → router',
  'it → beyond': 'service → beyond',
};

const before = `# Who reaches whom

Every cell was tried by ping, TCP and UDP, with real containers, a real engine and a kernel that has ipvlan,
brought up by \`netcompose up\` alone. That test writes this page (\`UPDATE_GOLDENS=1 npm run lab\`; see
[Development](development.md#the-lab)) and fails where the page and the result differ. It runs on engines 28.5
and 26.1; where they differ, the cell shows the newer one's result, with the other's in brackets.

- **host**: the Docker host, at its own address on the parent; **shim**: the same host, at the
  [shim's](shim.md) address, if the shim has one.
- **second**: another service of the same netmode on the same network. **bridge**: a service on a bridge network.
- **neighbour**, **router**: two machines on the LAN. **beyond**: an address behind the router.
- *yes*: everything that was tried was answered; *no*: nothing was; –: there is nothing to try.
`;

const after = `
## What stands out

- Where the shim has no address, containers reach the host at the host's own address. Where the shim must have
  one (\`rp_filter\` 1 on ipvlan L2, IPv6 on macvlan and ipvlan L2, a VLAN in which the host has no address),
  containers reach the host at the shim's address only. Where it has one for another reason (it was given, or
  the host has an older interface, whose address would otherwise be the source: [the shim](shim.md)), they reach
  the host at both.
- \`private\`, \`vepa\` and \`passthru\` separate containers from the host and from each other: that is their purpose.
  They are tried with \`host_access: none\`, because no shim could help
  ([shim/flag-unreachable](rules/shim/flag-unreachable.md)). \`vepa\` needs a switch that sends frames back to
  where they came from; the LAN of this test has none.
- A service on a bridge is reached at its published ports, on the host's address; the bridge's own addresses are
  not meant for others. A ping there would be answered by the host, so it does not count.
- No service on the LAN reaches a container on a bridge at the container's own address: the LAN's router has no
  route to it. The other direction goes through the host, which puts its own address in place of the
  container's; for IPv6 only on newer engines, where Docker writes \`ip6tables\` rules by default. At layer 3, IPv6
  goes through the host in both directions.
- At layer 3 the LAN's router has the routes that [\`netcompose plan\`](plan.md) prints.
`;

/** @param seen by each engine, the newest first; all with the same rows */
export function pageOf(seen: readonly Seen[]): string {
  const { rows } = seen[0]!;
  const cell = (key: string, column: Column, family: Family) => shown(seen, key, column, family);
  const tables = families.map((family) => {
    const known = rows.filter(({ key }) => columns.some((column) => cell(key, column, family) !== nothing));
    const used = columns.filter((column) => known.some(({ key }) => cell(key, column, family) !== nothing));
    const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
    return [
      `\n## IPv${family}\n`,
      line(['netmode', ...used.map((column) => titles[column])]),
      line(['---', ...used.map(() => '---')]),
      ...known.map(({ key, name }) => line([name, ...used.map((column) => cell(key, column, family))])),
      '',
    ].join('\n');
  });
  return `${before}${tables.join('')}${after}`;
}

/** Where nothing was tried. */
const nothing = '–';

function shown([newest, ...others]: readonly Seen[], key: string, column: Column, family: Family): string {
  const words = ({ table }: Seen) => {
    const answered = table[key]?.[column]?.[family];
    if (answered === undefined) return nothing;
    return answered.length === 0 ? 'no' : answered[0] === 'all' ? 'yes' : answered.join(', ');
  };
  const text = words(newest!);
  const different = others
    .filter((other) => words(other) !== text)
    .map((other) => `engine ${other.engine}: ${words(other)}`);
  return different.length === 0 ? text : `${text} (${different.join('; ')})`;
}
