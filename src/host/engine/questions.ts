/** What netcompose asks an engine, each question with the type of its answer. */
import type { ContainerInfo, ContainerInspectInfo, ImageInspectInfo, NetworkInspectInfo } from 'dockerode';
import type { Engine } from './client.ts';

/** Of the lists of everything. */
export const listPaths = { networks: '/networks', containers: '/containers/json?all=true' } as const;

/** All networks. */
export const networksOf = (engine: Engine) => engine.get(listPaths.networks) as Promise<NetworkInspectInfo[]>;

/** All containers, running or not; with filters, those that fit. */
export function containersOf(
  engine: Engine,
  filters?: Readonly<Record<string, readonly string[]>>,
): Promise<ContainerInfo[]> {
  const query = filters ? `&filters=${encodeURIComponent(JSON.stringify(filters))}` : '';
  return engine.get(`${listPaths.containers}${query}`) as Promise<ContainerInfo[]>;
}

/** A container; throws with the `statusCode` 404 where it has gone. */
export const containerOf = (engine: Engine, id: string) =>
  engine.get(`/containers/${id}/json`) as Promise<ContainerInspectInfo>;

/** An image, by a name that somebody has written. */
export const imageOf = (engine: Engine, name: string) =>
  engine.get(`/images/${name.replace(/[^\w.:@/-]+/g, encodeURIComponent)}/json`) as Promise<ImageInspectInfo>;
