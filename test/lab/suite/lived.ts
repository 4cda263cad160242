/** The services whose life is looked at, and whether they are still reached. */
import { askAll } from './asking.ts';
import { check } from './checks.ts';
import { stateOf } from './containers.ts';
import { containerOf, ownAddresses, type Project } from './machine.ts';
import { type Row, row } from './netmodes.ts';
import { isAnswered, questionsOf, shown } from './table.ts';

/**
 * One service of each kind of shim: without an address, which is on the first parent alone; with one, and that because
 * of `rp_filter` 1; with a route for each container; at layer 3; macvlan.
 */
export const lived = ['l2plain', 'l2', 'l2strict', 'native', 'l3', 'mac'].map((key): Row => {
  const { second: _, ...one } = row(key);
  return one;
});
export const [plain, addressed] = lived as [Row, Row];

/** What runs a program in the network of one of their containers. */
export const inContainer = (project: Project, { key }: Row): readonly string[] => {
  const { pid } = stateOf(containerOf(project, `${key}-a`));
  return ['nsenter', '--net', `--target=${pid}`];
};

/**
 * From the host and from the LAN, by TCP, and the host from there.
 *
 * @param strictly whose shim has an address of its own because of strict `rp_filter`: there the host is reached at that
 *   one, as for IPv6 everywhere
 */
export function stillReached(project: Project, when: string, strictly: readonly string[] = ['l2strict']): void {
  const shims = ownAddresses();
  const wanted = ['host → it', 'neighbour → it', "it → host's own address", "it → shim's address"];
  const asked = lived
    .flatMap((one) => questionsOf(one, project, shims))
    .filter(
      ({ protocol, column, family, row: key }) =>
        protocol === 'tcp' &&
        wanted.includes(column) &&
        !(column === "it → host's own address" && (family === 6 || strictly.includes(key))),
    );
  const missing = askAll(asked, 'none').filter((one) => !isAnswered(one));
  check(
    `host and LAN reach the containers, and they the host, ${when}`,
    asked.length >= 3 * lived.length - 1 && missing.length === 0,
    missing.map(shown).join('\n'),
  );
}
