/** What a service's processes open: said by `listen`, else guessed from what the file tells of its ports. */
import { portRuns, rangeText } from '../../compose/project/port-runs.ts';
import type { Service } from '../../compose/project/project.ts';
import type { ServiceIntent } from '../../netmode/intents.ts';
import type { EngineFacts } from '../facts/facts.ts';
import { parseAddress } from '../facts/ip.ts';
import type { Listener } from '../types.ts';

type Images = EngineFacts['images'];

/**
 * For modes without port mapping: `listen`, else `expose`, else the container side of `ports`, else the image's
 * `EXPOSE` where the engine has it.
 */
export function listenersOf(
  { service, settings }: ServiceIntent,
  project: string,
  images: Images,
): readonly Listener[] {
  if (settings.listen) {
    return settings.listen.map(({ value: { address: text, ...ports }, span }) => {
      const address = parseAddress(text ?? '');
      return { ...ports, ...(address && { address }), span, from: 'listen' };
    });
  }
  const exposed = service.expose.map(
    ({ ports, protocol, span }): Listener => ({ ...ports, protocol, span, from: 'expose' }),
  );
  if (exposed.length > 0) return exposed;
  return service.ports.length > 0 ? containerPorts(service) : imagePorts(service, project, images);
}

/** The name under which the engine has a service's image; Compose makes one up for what it builds. */
export const imageOf = ({ name, image }: Service, project: string): string => image?.value ?? `${project}-${name}`;

function imagePorts(service: Service, project: string, images: Images): readonly Listener[] {
  const span = service.image?.span ?? service.span;
  const name = imageOf(service, project);
  const ports = images && Object.hasOwn(images, name) ? images[name]! : [];
  return ports.map(({ first, last, protocol }) => ({ first, last, protocol, span, from: 'image' }));
}

function containerPorts(service: Service): readonly Listener[] {
  return portRuns(service.ports, (port) => port).map(({ first: { protocol, span }, targets }) => ({
    ...targets,
    protocol,
    span,
    from: 'ports',
  }));
}

/** `port 53/udp`, `ports 8000-8010/tcp` */
export const portWords = (port: Pick<Listener, 'first' | 'last' | 'protocol'>): string =>
  `${port.first === port.last ? 'port' : 'ports'} ${formatPort(port)}`;

/** `53/udp`, `8000-8010/tcp` */
export function formatPort({ protocol, ...range }: Pick<Listener, 'first' | 'last' | 'protocol'>): string {
  return `${rangeText(range)}/${protocol}`;
}
