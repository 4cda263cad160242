/**
 * A rendered file with a service by which a plain `docker compose up` has netcompose make the shims: Compose (2.36)
 * calls the program that `provider` names (docs/plugin.md).
 */
import { isMap, type Node, type YAMLMap } from 'yaml';
import { networkLabel } from '../../plan/facts/ownership.ts';
import { composeNetworkName } from '../../plan/networks/docker-name.ts';
import type { NetworkPlan, Plan } from '../../plan/types.ts';
import { isList, isPlainMap, literal, type Plain } from '../override/plain-data.ts';
import { edited, type SourceChange } from '../source/edit-source.ts';
import { pairIn, parseSource } from '../source/source-text.ts';
import { aliasTargets, plainOf, type Targets } from './anchors.ts';
import type { RenderOptions } from './render.ts';

/**
 * @param text the plan as `renderOf` writes it
 * @returns nothing where there is no shim to be made, or where services and networks are fragments of the file
 */
export function withProvider(text: string, plan: Plan, { external }: RenderOptions): string | undefined {
  const source = parseSource(text);
  const targets = aliasTargets(source);
  const root = source.document.contents;
  const services = isMap(root) && pairIn(root, 'services')?.value;
  const networks = isMap(root) && pairIn(root, 'networks')?.value;
  if (plan.shims.length === 0 || !isMap(services) || !isMap(networks)) return undefined;
  const changes: SourceChange[] = [];
  const names: string[] = [];
  for (const { key } of plan.shims) {
    const network = plan.networks.get(key)!;
    const isDefined = !(network.kind === 'shared' && external) && !isExternal(network, plan);
    const name = isDefined ? composeNetworkName(key, plan.project) : network.dockerName;
    names.push(name);
    if (isDefined) changes.push(...labelled(networks, key, name, targets));
  }
  const provider: Plain = {
    provider: { type: 'netcompose', options: { network: literal(names.join(',')) } },
    depends_on: dependencies(plan),
  };
  changes.push({ kind: 'map', map: services, remove: new Set(), set: new Map([[freeName(plan), provider]]) });
  return edited(source, changes);
}

const isExternal = ({ key, kind }: NetworkPlan, { project }: Plan) =>
  kind === 'native' && project.networks.get(key)?.external === true;

/** The name is written out, because the label has to say the same whatever the project is called. */
function labelled(networks: YAMLMap, key: string, name: string, targets: Targets): readonly SourceChange[] {
  const network = pairIn(networks, key)?.value;
  if (!isMap(network)) return [];
  const labels = pairIn(network, 'labels')?.value;
  const before = labels ? plainOf(labels as Node, targets) : {};
  const all: Plain = isList(before)
    ? [...before, literal(`${networkLabel}=${name}`)]
    : { ...(isPlainMap(before) && before), [networkLabel]: literal(name) };
  const set = new Map<string, Plain>([
    ...(pairIn(network, 'name') ? [] : [['name', literal(name)] as const]),
    ['labels', all],
  ]);
  return [{ kind: 'map', map: network, remove: new Set(labels ? [pairIn(network, 'labels')!] : []), set }];
}

/** Every service on a network with a shim; those of a profile start without it too. */
function dependencies({ services, shims }: Plan): Plain {
  const keys = new Set(shims.map(({ key }) => key));
  const on = [...services.values()].filter(({ networks }) => [...networks.keys()].some((key) => keys.has(key)));
  if (on.every(({ service }) => service.profiles.length === 0)) return on.map(({ service }) => service.name);
  return Object.fromEntries(
    on.map(({ service: { name, profiles } }) => [
      name,
      { condition: 'service_started', ...(profiles.length > 0 && { required: false }) },
    ]),
  );
}

function freeName({ services }: Plan): string {
  const names = ['netcompose', ...Array.from({ length: services.size }, (_, index) => `netcompose-${index + 2}`)];
  return names.find((name) => !services.has(name))!;
}
