/** `network_mode`, taken apart once: everything behind this reads its kind. */

export type NetworkMode =
  | { readonly kind: 'none' }
  | { readonly kind: 'host' }
  /** In the network namespace of another service's container. */
  | { readonly kind: 'service'; readonly service: string }
  /** The same of any container, by its name or id. */
  | { readonly kind: 'container'; readonly container: string }
  /** On the Docker network of this name; `bridge`, `default` and an empty one are Docker's own bridge. */
  | { readonly kind: 'network'; readonly network: string };

/** Reads the text of a `network_mode`. Any other word is a network's name, as for Docker. */
export function readNetworkMode(text: string): NetworkMode {
  if (text === 'none' || text === 'host') return { kind: text };
  const [, kind, name] = /^(service|container):(.*)$/s.exec(text) ?? [];
  if (kind === 'service') return { kind, service: name! };
  if (kind === 'container') return { kind, container: name! };
  return { kind: 'network', network: text };
}

/** As Compose writes it. */
export function networkModeText(mode: NetworkMode): string {
  switch (mode.kind) {
    case 'none':
    case 'host':
      return mode.kind;
    case 'service':
      return `service:${mode.service}`;
    case 'container':
      return `container:${mode.container}`;
    case 'network':
      return mode.network;
  }
}

/** Docker's own bridge, the one without names. */
export const isDockersBridge = (mode: NetworkMode | undefined): boolean =>
  mode?.kind === 'network' && ['bridge', 'default', ''].includes(mode.network);

/** Whose network namespace it is, as written: a service's or a container's name. */
export function ownerIn(mode: NetworkMode | undefined): string | undefined {
  if (mode?.kind === 'service') return mode.service;
  return mode?.kind === 'container' ? mode.container : undefined;
}

export const sameNetworkMode = (a: NetworkMode | undefined, b: NetworkMode | undefined): boolean =>
  (a && networkModeText(a)) === (b && networkModeText(b));
