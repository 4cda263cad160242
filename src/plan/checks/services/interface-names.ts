/** Names of the interfaces in a container: what no interface can be called, and what another one may have by then. */
import partition from 'lodash/partition.js';
import type { Report } from '../../../diagnostics/diagnostic.ts';
import type { Located } from '../../../diagnostics/source.ts';
import { isInterfaceName, longestName } from '../../facts/interfaces.ts';
import type { ParsedFacts } from '../../facts/parsed-facts.ts';
import type { AttachmentPlan, Plan, ServicePlan } from '../../types.ts';

/** Reports `netmode/invalid-value` and `service/interface-name-taken`. */
export function checkInterfaceNames(plan: Plan, { engine }: ParsedFacts, report: Report): void {
  for (const service of plan.services.values()) {
    checkValid(service, report);
    // How Podman numbers them was not measured.
    if (engine?.kind !== 'podman') checkTaken(service, plan.networks, report);
  }
}

/** What `x-netmode` says is checked where it is read. */
function checkValid({ service }: ServicePlan, report: Report): void {
  for (const { network, interfaceName } of service.networks?.value.values() ?? []) {
    if (!interfaceName || interfaceName.value === '' || isInterfaceName(interfaceName.value)) continue;
    report(
      'netmode/invalid-value',
      interfaceName.span,
      `"${service.name}": no interface can be called "${interfaceName.value}", ` +
        `as "interface_name" on "${network}" asks`,
      { help: `at most ${longestName} characters, without spaces, "/" and ":"` },
    );
  }
}

/**
 * Docker joins a container to its networks in an order that is another at each start, and an interface without a name
 * gets the first of `eth0`, `eth1`, … that is free then (28.5, run: of twelve starts of one on `a` as `eth0` and on `b`
 * seven succeeded, of `docker restart` as many).
 */
function checkTaken(plan: ServicePlan, planned: Plan['networks'], report: Report): void {
  const { service, networks } = plan;
  const placeOf = (attachments: readonly AttachmentPlan[]) => placeText(attachments, plan, planned);
  const [named, numbered] = [new Map<string, Named>(), new Map<string, AttachmentPlan[]>()];
  for (const attachment of networks.values()) {
    const { interfaceName, network } = attachment;
    if (!interfaceName?.value) {
      const prefix = prefixOf(planned.get(network)?.options ?? {}, planned.get(network)?.driver);
      numbered.set(prefix, [...(numbered.get(prefix) ?? []), attachment]);
      continue;
    }
    const { value: name, span } = interfaceName;
    const before = named.get(name);
    if (name === 'lo' || before) {
      const has = before ? `the one on "${before.network}" has it` : 'every container has one';
      report('service/interface-name-taken', span, `"${service.name}": no second interface can be called "${name}"`, {
        severity: 'error',
        help: `write another "interface_name" ${placeOf([attachment])}: ${has}`,
        ...(before && { related: [{ message: `"${name}" on "${before.network}" is here`, span: before.name.span }] }),
      });
    } else named.set(name, { network, name: interfaceName });
  }
  for (const { network, name } of named.values()) {
    const [, prefix = '', digits = ''] = /^(.*?)(0|[1-9]\d{0,8})$/.exec(name.value) ?? [];
    const rivals = numbered.get(prefix) ?? [];
    if (digits === '' || lowerFree(prefix, Number(digits), named) >= rivals.length) continue;
    const others = rivals.map((rival) => `"${rival.network}"`).join(', ');
    report(
      'service/interface-name-taken',
      name.span,
      `"${service.name}": "${name.value}" on "${network}" is also what Docker may call the interface on ${others}; ` +
        'then the container does not start',
      { help: `write "interface_name" ${placeOf(rivals)}, too, or call this one otherwise, as "lan${digits}"` },
    );
  }
}

/** Where the file says how interfaces are called: that of the network which `x-netmode` brings has no other place. */
function placeText(
  attachments: readonly AttachmentPlan[],
  { netmode, managed }: ServicePlan,
  planned: Plan['networks'],
): string {
  const [brought, listed] = partition(
    attachments,
    ({ declared, network }) => managed && !declared && (planned.get(network)?.mode ?? 'bridge') === netmode,
  );
  const names = listed.map(({ network }) => `"${network}"`).join(', ');
  return [...(names === '' ? [] : [`for ${names}`]), ...(brought.length > 0 ? ['under "x-netmode"'] : [])].join(
    ' and ',
  );
}

interface Named {
  readonly network: string;
  readonly name: Located<string>;
}

/** How many numbers below this one nobody has asked for: so many interfaces get a lower one. */
const lowerFree = (prefix: string, number: number, named: ReadonlyMap<string, Named>): number =>
  number - [...named.keys()].filter((name) => isBelow(name, prefix, number)).length;

function isBelow(name: string, prefix: string, number: number): boolean {
  const digits = name.startsWith(prefix) ? name.slice(prefix.length) : '';
  return /^(?:0|[1-9]\d{0,8})$/.test(digits) && Number(digits) < number;
}

/** Only the bridge driver knows the option (28.5, run). */
const prefixOf = (options: Readonly<Record<string, string>>, driver = 'bridge'): string =>
  (driver === 'bridge' && options['com.docker.network.container_iface_prefix']) || 'eth';
