/** What a service's processes open: said by `listen`, else guessed from what the file tells of its ports. */
import type { Service } from '../compose/project.ts';
import type { ServiceIntent } from '../netmode/intents.ts';
import type { Listener } from './types.ts';

/** For modes without port mapping: `listen`, else `expose`, else the container side of `ports`. */
export function listenersOf({ service, settings }: ServiceIntent): readonly Listener[] {
  if (settings.listen) {
    return settings.listen.map(({ value, span }) => ({ ...value, span, from: 'listen' }));
  }
  const exposed = service.expose.map(({ ports, protocol, span }): Listener => ({ ...ports, protocol, span, from: 'expose' }));
  return exposed.length > 0 ? exposed : containerPorts(service);
}

function containerPorts(service: Service): readonly Listener[] {
  return service.ports.map(({ target, protocol, span }) => ({ first: target, last: target, protocol, span, from: 'ports' }));
}

/** `53/udp`, `8000-8010/tcp` */
export function formatPort({ first, last, protocol }: Pick<Listener, 'first' | 'last' | 'protocol'>): string {
  return `${first === last ? first : `${first}-${last}`}/${protocol}`;
}
