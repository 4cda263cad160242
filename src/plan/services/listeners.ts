/** What a service's processes open: said by `listen`, else guessed from what the file tells of its ports. */
import type { PortRange, Service } from '../../compose/project/project.ts';
import type { Intents, ServiceIntent } from '../../netmode/intents.ts';
import { isUnderlay } from '../../netmode/modes.ts';
import type { EngineFacts } from '../facts/facts.ts';
import type { Listener } from '../types.ts';

type Images = EngineFacts['images'];

/** For modes without port mapping: `listen`, else `expose`, else the container side of `ports`, else the image's `EXPOSE` where the engine has it. */
export function listenersOf(
  { service, settings }: ServiceIntent,
  project: string,
  images: Images,
): readonly Listener[] {
  if (settings.listen) {
    return settings.listen.map(({ value, span }) => ({ ...value, span, from: 'listen' }));
  }
  const exposed = service.expose.map(
    ({ ports, protocol, span }): Listener => ({ ...ports, protocol, span, from: 'expose' }),
  );
  if (exposed.length > 0) return exposed;
  return service.ports.length > 0 ? containerPorts(service) : imagePorts(service, project, images);
}

/** The name under which the engine has a service's image; Compose makes one up for what it builds. */
export const imageOf = ({ name, image }: Service, project: string): string => image?.value ?? `${project}-${name}`;

/** The images whose `EXPOSE` decides: of services in a mode without port mapping that say nothing of their ports. */
export function imagesWanted({ project, services }: Intents): readonly string[] {
  const joined = new Set(
    [...services.values()].flatMap(({ service }) => service.networkMode?.value.match(/^service:(.*)$/)?.[1] ?? []),
  );
  const wanted = [...services.values()].filter(({ service, settings, mode }) => {
    const unmapped = mode
      ? mode.value === 'host' || isUnderlay(mode.value)
      : /^(host$|service:|container:)/.test(service.networkMode?.value ?? '');
    return (
      (unmapped || joined.has(service.name)) &&
      !settings.listen &&
      service.expose.length === 0 &&
      service.ports.length === 0
    );
  });
  return [...new Set(wanted.map(({ service }) => imageOf(service, project.name)))].sort();
}

/** All images of the project, for facts that are to serve elsewhere. */
export function imagesNamed({ project, services }: Intents): readonly string[] {
  return [...new Set([...services.values()].map(({ service }) => imageOf(service, project.name)))].sort();
}

/** Every port that the file names, so that only their owners need to be looked for. */
export function portsNamed({ services }: Intents): ReadonlySet<number> {
  const ports = new Set<number>();
  const add = (range: PortRange | undefined) => {
    for (let port = range?.first ?? 1; port <= (range?.last ?? 0); port++) ports.add(port);
  };
  for (const { service, settings } of services.values()) {
    for (const { published, target } of service.ports) {
      add(published);
      ports.add(target);
    }
    for (const exposed of service.expose) add(exposed.ports);
    for (const { value } of settings.listen ?? []) add(value);
  }
  return ports;
}

function imagePorts(service: Service, project: string, images: Images): readonly Listener[] {
  const span = service.image?.span ?? service.span;
  const name = imageOf(service, project);
  const ports = images && Object.hasOwn(images, name) ? images[name]! : [];
  return ports.map(({ first, last, protocol }) => ({ first, last, protocol, span, from: 'image' }));
}

function containerPorts(service: Service): readonly Listener[] {
  return service.ports.map(({ target, protocol, span }) => ({
    first: target,
    last: target,
    protocol,
    span,
    from: 'ports',
  }));
}

/** `53/udp`, `8000-8010/tcp` */
export function formatPort({ first, last, protocol }: Pick<Listener, 'first' | 'last' | 'protocol'>): string {
  return `${first === last ? first : `${first}-${last}`}/${protocol}`;
}
