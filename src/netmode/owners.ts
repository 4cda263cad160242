/** Which service may own the network namespace of another. */
import { ownerIn } from '../compose/project/network-mode.ts';
import type { Project, Service } from '../compose/project/project.ts';
import { at } from '../compose/tree.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import type { Located } from '../diagnostics/source.ts';
import { didYouMean } from '../diagnostics/suggest.ts';

/** Reports `netmode/unusable-owner`: not a service, itself or its own guest, or not started with its guest. */
export function isUsableOwner(
  guest: Service,
  { value: name, span }: Located<string>,
  { services }: Project,
  report: Report,
): boolean {
  const subject = `"${guest.name}"`;
  const owner = services.get(name);
  if (!owner) {
    const others = [...services.keys()].filter((key) => key !== guest.name);
    const help = didYouMean(name, others) ?? 'name a service of this project: "service:<name>"';
    report('netmode/unusable-owner', span, `${subject}: there is no service "${name}"`, { help });
    return false;
  }
  const circle = circleOf(guest, name, services);
  if (circle) {
    const message =
      circle.length === 1
        ? `${subject} cannot be in its own network`
        : `services are in each other's network in a circle: ${quoted([...circle, guest.name])}`;
    report('netmode/unusable-owner', span, message, {
      help: 'give the one that owns the network a netmode of its own, such as "bridge"',
    });
    return false;
  }
  if (needs(owner, guest.name, services)) {
    report('netmode/unusable-owner', span, `${subject} is in the network of "${name}", which depends on it`, {
      help: `take "${guest.name}" out of the "depends_on" that leads to it: the owner starts first`,
    });
    return false;
  }
  if (guest.active && !owner.active) {
    report(
      'netmode/unusable-owner',
      span,
      `${subject} is in the network of "${name}", which no active profile starts`,
      {
        help: `activate one of its profiles: --profile ${owner.profiles[0]}`,
        related: [{ message: `"${name}" is here`, span: owner.span }],
      },
    );
    return false;
  }
  return true;
}

const quoted = (names: readonly string[]) => names.map((name) => `"${name}"`).join(', ');

/** Whether a service waits for another, by way of others too. */
function needs(service: Service, wanted: string, services: Project['services']): boolean {
  const found = new Set(service.dependsOn.map((dependency) => dependency.service));
  // Iterating over a set also reaches what is added meanwhile.
  for (const name of found) for (const next of services.get(name)?.dependsOn ?? []) found.add(next.service);
  return found.has(wanted);
}

/** The names from the guest on, where following the owners leads back to it. */
function circleOf(guest: Service, first: string, services: Project['services']): readonly string[] | undefined {
  const path = [guest.name];
  for (let name: string | undefined = first; name !== undefined && path.length <= services.size; ) {
    if (name === guest.name) return path;
    path.push(name);
    name = writtenOwner(services.get(name), services);
  }
  return undefined;
}

/** The service in whose network this one says it is, in `x-netmode` or natively. */
export function writtenOwner(service: Service | undefined, services: Project['services']): string | undefined {
  if (!service) return undefined;
  const said = service.netmode?.kind === 'mapping' ? at(service.netmode, 'mode') : service.netmode;
  if (said?.kind === 'scalar') return /^service:(.*)$/.exec(String(said.value))?.[1];
  return ownerService(service, services);
}

/** The service of the project that `network_mode` makes the owner: by its name, or its container's. */
export function ownerService({ networkMode }: Service, services: Project['services']): string | undefined {
  const name = ownerIn(networkMode?.value);
  if (name === undefined || networkMode?.value.kind === 'service') return name;
  return [...services.values()].find(({ containerName }) => containerName?.value === name)?.name;
}
