/** A netcompose project in the form of `docker compose config --format json`, as far as networking reaches. */

import { stringsIn, textsIn } from '../../src/compose/project/fields.ts';
import { networkModeText } from '../../src/compose/project/network-mode.ts';
import type { Network, Project, Service } from '../../src/compose/project/project.ts';
import { at } from '../../src/compose/tree.ts';
import { configText } from '../../src/plan/checks/config-hash.ts';

/** What Compose would print: services that start, networks that they use. */
export function asCompose(project: Project): unknown {
  const services = [...project.services.values()].filter(({ active }) => active);
  const used = new Set(services.flatMap((service) => [...attachedTo(service).keys()]));
  const networks: Record<string, unknown> = {};
  for (const key of used) networks[key] = network(key, project.networks.get(key), project.name);
  const named = services.map((each) => [each.name, service(each)] as const);
  return { name: project.name, services: Object.fromEntries(named), networks };
}

function attachedTo(service: Service): ReadonlyMap<string, unknown> {
  if (service.networks) return service.networks.value;
  const none = service.networkMode !== undefined || at(service.tree, 'provider') !== undefined;
  return none ? new Map() : new Map([['default', undefined]]);
}

function service(each: Service): unknown {
  const attachments: Record<string, unknown> = {};
  for (const name of attachedTo(each).keys()) {
    const attachment = each.networks?.value.get(name);
    attachments[name] = attachment && {
      ipv4_address: attachment.ipv4Address?.value,
      ipv6_address: attachment.ipv6Address?.value,
      mac_address: attachment.macAddress?.value,
      interface_name: attachment.interfaceName?.value,
      gw_priority: attachment.gwPriority?.value,
      priority: attachment.priority?.value,
      aliases: attachment.aliases.map(({ value }) => value),
      driver_opts: texts(textsIn(at(attachment.tree, 'driver_opts'))),
    };
  }
  return {
    image: each.image?.value,
    hostname: each.hostname?.value,
    container_name: each.containerName?.value,
    network_mode: each.networkMode && networkModeText(each.networkMode.value),
    mac_address: each.macAddress?.value,
    profiles: each.profiles,
    networks: attachments,
    ports: each.ports.map(({ hostIp, published, target, protocol, mode }) => ({
      host_ip: hostIp,
      published:
        published &&
        (published.first === published.last ? `${published.first}` : `${published.first}-${published.last}`),
      target,
      protocol,
      mode,
    })),
    expose: each.expose.map(({ ports, protocol }) => {
      const range = ports.last === ports.first ? `${ports.first}` : `${ports.first}-${ports.last}`;
      return protocol === 'tcp' ? range : `${range}/${protocol}`;
    }),
    depends_on: Object.fromEntries(needed(each).map((name) => [name, null])),
    extra_hosts: each.extraHosts.map(({ host, address }) => `${host}=${address}`),
    deploy: { replicas: each.replicas.value },
  };
}

/** Compose also depends on what a service shares a namespace or volumes with. */
function needed({ dependsOn, tree }: Service): readonly string[] {
  const shared = ['network_mode', 'ipc', 'pid', 'uts', 'cgroup']
    .flatMap((key) => stringsIn(at(tree, key)))
    .flatMap(({ value }) => (value.startsWith('service:') ? [value.slice('service:'.length)] : []));
  const volumes = stringsIn(at(tree, 'volumes_from')).flatMap(({ value }) =>
    value.startsWith('container:') ? [] : [value.split(':', 1)[0]!],
  );
  return [...dependsOn.map(({ service: name }) => name), ...shared, ...volumes];
}

function network(key: string, declared: Network | undefined, project: string): unknown {
  const external = declared?.external ?? false;
  const name = declared?.name?.value ?? (external ? key : `${project}_${key}`);
  return { ...JSON.parse(configText(name, declared)), external };
}

function texts(values: ReadonlyMap<string, { readonly value: string }> | undefined): Record<string, string> {
  return Object.fromEntries([...(values ?? [])].map(([key, { value }]) => [key, value]));
}
