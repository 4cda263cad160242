/**
 * What services say of each other and of networks must be true; only those that start are held to it, as in Compose.
 */
import type { Report } from '../../diagnostics/diagnostic.ts';
import type { Span } from '../../diagnostics/source.ts';
import { didYouMean } from '../../diagnostics/suggest.ts';
import { at, entriesOf } from '../tree.ts';
import { numberIn, stringIn, stringsIn } from './fields.ts';
import { networkModeText, readNetworkMode } from './network-mode.ts';
import type { Network, Service } from './project.ts';

type Services = ReadonlyMap<string, Service>;

/** A service that must be there for another to start. */
interface Need {
  readonly service: string;
  readonly span: Span;
  readonly required: boolean;
  /** How the service refers to the other, in a message: `depends on`. */
  readonly relation: string;
}

/** Reports `compose/invalid-model`. Source of the checks: compose-go's `loader/validate.go` and `normalize.go`. */
export function checkConsistency(services: Services, networks: ReadonlyMap<string, Network>, report: Report): void {
  const needs = new Map<string, readonly Need[]>();
  const containers = new Map<string, Service>();
  for (const service of services.values()) {
    if (!service.active) continue;
    checkOrigin(service, report);
    checkNetworks(service, networks, report);
    checkReplicas(service, report);
    checkHealth(service, report);
    checkContainerName(service, containers, report);
    const wanted = needsOf(service);
    for (const need of wanted) checkNeed(service, need, services, report);
    needs.set(service.name, wanted);
  }
  checkCircles(needs, report);
}

function checkOrigin({ name, span, tree }: Service, report: Report): void {
  const image = at(tree, 'image');
  if (
    ['build', 'provider', 'extends'].some((key) => at(tree, key)) ||
    (image && !(image.kind === 'scalar' && image.value === ''))
  )
    return;
  report('compose/invalid-model', span, `"${name}" has neither an image nor a build`, { help: 'add "image: <name>"' });
}

function checkNetworks(
  { name, networkMode, networks: attached, provider }: Service,
  networks: ReadonlyMap<string, Network>,
  report: Report,
): void {
  if (networkMode && networkModeText(networkMode.value) !== '' && attached) {
    report('compose/invalid-model', networkMode.span, `"${name}" has both "network_mode" and "networks"`, {
      help: 'remove one of them',
      related: [{ message: 'networks here', span: attached.span }],
    });
  }
  // A provider's service is on no network, whatever it lists.
  if (provider) return;
  for (const { network, span } of attached?.value.values() ?? []) {
    if (network === 'default' || networks.has(network)) continue;
    report('compose/invalid-model', span, `"${name}" is on the network "${network}", which is not declared`, {
      help: didYouMean(network, [...networks.keys(), 'default']) ?? `add "${network}:" under the top-level "networks"`,
    });
  }
}

function checkReplicas({ name, containerName, tree }: Service, report: Report): void {
  const scale = numberIn(at(tree, 'scale'));
  const replicas = numberIn(at(tree, 'deploy', 'replicas'));
  if (scale && replicas && scale.value !== replicas.value) {
    report('compose/invalid-model', scale.span, `"${name}" has scale ${scale.value} and ${replicas.value} replicas`, {
      help: 'remove "scale"',
      related: [{ message: 'replicas here', span: replicas.span }],
    });
  }
  const count = scale ?? replicas;
  if (!count) return;
  if (count.value < 0) report('compose/invalid-model', count.span, `"${name}" cannot have ${count.value} replicas`);
  if (count.value > 1 && containerName) {
    report(
      'compose/invalid-model',
      containerName.span,
      `"${name}" has ${count.value} replicas, which cannot share one "container_name"`,
      {
        help: 'remove "container_name"',
        related: [{ message: 'replicas here', span: count.span }],
      },
    );
  }
}

function checkContainerName(service: Service, containers: Map<string, Service>, report: Report): void {
  const { name, containerName } = service;
  if (!containerName || containerName.value === '') return;
  const other = containers.get(containerName.value);
  if (!other) containers.set(containerName.value, service);
  else {
    report(
      'compose/invalid-model',
      containerName.span,
      `"${name}" has the container name "${containerName.value}", as has "${other.name}"`,
      {
        help: 'give each its own "container_name", or none',
        related: [{ message: `"${other.name}" is here`, span: other.containerName!.span }],
      },
    );
  }
}

function checkHealth({ name, tree }: Service, report: Report): void {
  const test = at(tree, 'healthcheck', 'test');
  const first = test?.kind === 'sequence' ? test.items[0] : undefined;
  if (first?.kind !== 'scalar' || ['CMD', 'CMD-SHELL', 'NONE'].includes(String(first.value))) return;
  report(
    'compose/invalid-model',
    first.span,
    `"${name}": a list for "healthcheck.test" begins with CMD, CMD-SHELL or NONE`,
  );
}

function needsOf({ dependsOn, tree }: Service): readonly Need[] {
  const needs = new Map<string, Need>();
  const optional = new Set<string>();
  for (const { key, value } of entriesOf(at(tree, 'depends_on'))) {
    const required = at(value, 'required');
    if (required?.kind === 'scalar' && required.value === false) optional.add(key);
  }
  for (const { service, from, span } of dependsOn) {
    needs.set(service, {
      service,
      span,
      required: !optional.has(service),
      relation: from === 'links' ? 'links to' : 'depends on',
    });
  }
  const add = (service: string, span: Span, relation: string) => {
    if (!needs.has(service)) needs.set(service, { service, span, required: true, relation });
  };
  for (const key of ['network_mode', 'ipc', 'pid', 'uts', 'cgroup']) {
    const written = stringIn(at(tree, key));
    const mode = written && readNetworkMode(written.value);
    if (written && mode?.kind === 'service') add(mode.service, written.span, `has the ${key} of`);
  }
  for (const { value, span } of stringsIn(at(tree, 'volumes_from'))) {
    if (!value.startsWith('container:')) add(value.split(':', 1)[0]!, span, 'has the volumes of');
  }
  return needs.size === 0 ? none : [...needs.values()];
}

const none: readonly Need[] = [];

function checkNeed(
  { name }: Service,
  { service, span, required, relation }: Need,
  services: Services,
  report: Report,
): void {
  const other = services.get(service);
  if (other?.active) return;
  if (!other) {
    report('compose/invalid-model', span, `"${name}" ${relation} "${service}", which is not a service`, {
      help: didYouMean(service, services.keys()),
    });
  } else if (required) {
    report('compose/invalid-model', span, `"${name}" ${relation} "${service}", which no active profile starts`, {
      help: `activate one of its profiles: --profile ${other.profiles[0]}`,
      related: [{ message: `"${service}" is here`, span: other.span }],
    });
  }
}

/** Depth first, each service once; the stack is a list, for chains may be long. */
function checkCircles(needs: ReadonlyMap<string, readonly Need[]>, report: Report): void {
  const state = new Map<string, 'open' | 'done'>();
  for (const start of needs.keys()) {
    if (state.has(start)) continue;
    const stack = [{ name: start, next: 0 }];
    state.set(start, 'open');
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      const need = needs.get(top.name)![top.next++];
      if (!need) {
        state.set(top.name, 'done');
        stack.pop();
      } else if (state.get(need.service) === 'open') {
        const circle = [
          ...stack.slice(stack.findIndex(({ name }) => name === need.service)).map(({ name }) => name),
          need.service,
        ];
        report(
          'compose/invalid-model',
          need.span,
          `services depend on each other in a circle: ${circle.map((name) => `"${name}"`).join(', ')}`,
        );
      } else if (!state.has(need.service) && needs.has(need.service)) {
        state.set(need.service, 'open');
        stack.push({ name: need.service, next: 0 });
      }
    }
  }
}
