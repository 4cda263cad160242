/**
 * The plan → a file for `docker stack deploy`. It is the rendered file, read again, without what a stack does not take;
 * comments stay, anchors are written out, and so are values that netcompose had to work out (ports).
 */
import { at, type Entry, entriesOf, type Mapping, type Path, type Tree } from '../../compose/tree.ts';
import { parseYaml } from '../../compose/yaml/parse.ts';
import type { Report } from '../../diagnostics/diagnostic.ts';
import { SourceFile, type Span } from '../../diagnostics/source.ts';
import type { SwarmPlan } from '../../plan/swarm/swarm.ts';
import type { Plan, PlannedPort, ServicePlan } from '../../plan/types.ts';
import type { Plain } from '../override/plain-data.ts';
import { renderOf } from '../render/render.ts';
import { treeText } from '../source/tree-text.ts';
import { fitted, valueAt } from './fitted.ts';
import { shortMount } from './short-mount.ts';
import { attachment, type Shape, sections, service as serviceShape, top } from './stack-shape.ts';
import { bare, entriesFrom, entryOf, mapping, treeFrom, without, withValue } from './trees.ts';

/** The key of the host's own network, as a stack must name it. */
const hostNetwork = 'host';

/**
 * @param report gets `swarm/left-out` for everything of the user's that is not in the stack file
 * @returns the whole file
 */
export function stackOf({ plan, networks }: SwarmPlan, report: Report): string {
  const source = new SourceFile('<rendered>', renderOf(plan, { external: true }));
  const [root] = parseYaml(source, false, () => {})?.trees ?? [];
  if (root?.kind !== 'mapping') return source.text;
  const writer = new StackWriter(plan, new Map(networks.map(({ key, name }) => [key, name])), report);
  return treeText(writer.whole(root), { indent: 2, indentSeq: true });
}

/** What a service's `x-netmode` asks for and no stack gives, and what to do about it. A fixed address has a rule. */
const leftOfNetmode: Readonly<Record<string, string | undefined>> = {
  mac_address: undefined,
  interface_name: undefined,
  gw_priority: undefined,
  floating_addresses:
    'the program that puts them up does so all the same; without a shim, the node that it runs on does not reach them',
};

class StackWriter {
  readonly #plan: Plan;
  /** Docker's names of the swarm's macvlan and ipvlan networks, by key. */
  readonly #underlays: ReadonlyMap<string, string>;
  readonly #report: Report;

  constructor(plan: Plan, underlays: ReadonlyMap<string, string>, report: Report) {
    this.#plan = plan;
    this.#underlays = underlays;
    this.#report = report;
  }

  whole(root: Mapping): Mapping {
    const kept = this.#kept(root, top, [], 'the file');
    const services = this.#services(at(root, 'services'));
    const usesHost = services.some(({ value }) => at(value, 'networks', hostNetwork) !== undefined);
    const networks = [
      ...entriesOf(at(root, 'networks')).map((entry) => withValue(entry, this.#network(entry))),
      ...(usesHost ? entriesFrom({ [hostNetwork]: { name: 'host', external: true } }, root.span) : []),
    ];
    const entries = entriesOf(kept).map((entry) => {
      switch (entry.key) {
        case 'services':
          return withValue(entry, mapping(entry.value, services));
        case 'networks':
          return withValue(entry, mapping(entry.value, networks));
        case 'volumes':
        case 'secrets':
        case 'configs':
          return withValue(entry, this.#section(entry.value, entry.key));
        default:
          return entry;
      }
    });
    if (networks.length > 0 && !at(kept, 'networks'))
      entries.push({ ...entryOf('networks', null, root.span), value: bare(networks, root.span) });
    return mapping(root, entries);
  }

  #section(tree: Tree, section: 'volumes' | 'secrets' | 'configs'): Tree {
    const entries = entriesOf(tree).map((entry) => {
      const subject = `${section.slice(0, -1)} "${entry.key}"`;
      const path = [section, entry.key];
      if (section !== 'volumes') this.#needFile(entry, path, subject);
      const kept = this.#kept(without(entry.value, valuesInFile), sections[section], path, subject);
      return withValue(entry, kept);
    });
    return tree.kind === 'mapping' ? mapping(tree, entries) : tree;
  }

  /** Without the file a deployment fails. */
  #needFile({ value }: Entry, path: Path, subject: string): void {
    for (const key of valuesInFile) {
      const written = at(value, key) && valueAt(this.#plan.project.model, [...path, key]);
      if (written)
        this.#report('swarm/left-out', written.span, `${subject}: a stack takes "${key}" from no Compose file`, {
          severity: 'error',
          help: 'write it into a file, and name that: "file: ./…"; or make it on a manager, and write "external: true"',
        });
    }
  }

  /** Without the keys that a stack does not take, each reported at the place where the user has written it. */
  #kept(tree: Tree, shape: Shape, path: Path, subject: string): Tree {
    const leftOut = (below: Path): void => {
      const names = below.filter((part) => typeof part === 'string');
      this.#leftOut([...path, ...below], `${subject}: "${names.join('.')}"`);
    };
    return fitted(tree, shape, { leftOut, now: (below) => valueAt(this.#plan.project.model, [...path, ...below]) });
  }

  /** Nothing is said of what netcompose itself has written. */
  #leftOut(path: Path, what: string, help?: string): void {
    const written = valueAt(this.#plan.project.model, path);
    if (written) this.#say(written.span, what, help);
  }

  #say(span: Span, what: string, help?: string): void {
    this.#report('swarm/left-out', span, `${what} is left out: a stack has no such thing`, { help });
  }

  #services(tree: Tree | undefined): readonly Entry[] {
    return entriesOf(tree).flatMap((entry) => {
      const plan = this.#plan.services.get(entry.key);
      return plan?.service.active ? [withValue(entry, this.#service(entry, plan))] : [];
    });
  }

  #service({ key: name, value }: Entry, plan: ServicePlan): Tree {
    const path = ['services', name];
    const kept = this.#kept(value, serviceShape, path, `"${name}"`);
    if (!at(kept, 'image')) this.#withoutImage(plan);
    this.#restart(value, name);
    const mode = plan.networkMode;
    const isHost = mode?.kind === 'host';
    if (mode && !isHost) this.#unlike(plan);
    this.#leftOfNetmode(name);
    const entries = entriesOf(kept).flatMap((entry): readonly Entry[] => {
      switch (entry.key) {
        case 'network_mode':
          return [];
        case 'ports':
          return this.#ports(entry, plan);
        case 'depends_on':
          return [this.#dependsOn(entry, name)];
        case 'networks':
          return [withValue(entry, this.#attachments(entry.value, name))];
        case 'env_file':
          return [this.#envFiles(entry, name)];
        case 'extra_hosts':
          return [withValue(entry, oneAddressEach(entry.value))];
        case 'volumes':
          return [withValue(entry, this.#mounts(entry.value, name))];
        case 'deploy':
          return [withValue(entry, this.#deploy(entry.value, name))];
        default:
          return [entry];
      }
    });
    if (isHost) entries.push(...entriesFrom({ networks: { [hostNetwork]: null } }, value.span));
    return mapping(value, entries);
  }

  #leftOfNetmode(name: string): void {
    for (const [key, help] of Object.entries(leftOfNetmode)) {
      const path = ['services', name, 'x-netmode', key];
      const written = at(this.#plan.project.model, ...path);
      // `docker` leaves the choice to Docker, as a stack does.
      const asksNothing = written?.kind === 'scalar' && written.value === 'docker';
      if (!asksNothing) this.#leftOut(path, `"${name}": "${key}"`, help);
    }
  }

  /** Compose may build it; a stack has nothing to run. */
  #withoutImage({ service: { name, span, tree } }: ServicePlan): void {
    const build = at(tree, 'build') ?? at(tree, 'provider');
    this.#report('swarm/left-out', build?.span ?? span, `"${name}" has no image, and a stack builds none`, {
      severity: 'error',
      help: 'push it to a registry that every node reaches, and name it: "image: …"',
    });
  }

  /** A swarm starts again whatever has ended, unless its own key says otherwise. */
  #restart(value: Tree, name: string): void {
    const policy = at(value, 'restart');
    if (policy?.kind !== 'scalar' || at(value, 'deploy', 'restart_policy')) return;
    const [condition, attempts] = String(policy.value).split(':');
    const same = { no: 'none', false: 'none', 'on-failure': 'on-failure' }[condition!];
    if (same === undefined) return;
    const rest = attempts === undefined ? '' : `, max_attempts: ${attempts}`;
    this.#leftOut(
      ['services', name, 'restart'],
      `"${name}": "restart: ${String(policy.value)}"`,
      `write "deploy: { restart_policy: { condition: ${same}${rest} } }"`,
    );
  }

  #mounts(tree: Tree, name: string): Tree {
    if (tree.kind !== 'sequence') return tree;
    const items = tree.items.flatMap((item, index) => {
      const path = ['services', name, 'volumes', index];
      if (wordAt(item, 'type') === 'image') {
        this.#leftOut(path, `"${name}": a volume of type "image"`);
        return [];
      }
      const { tree: kept, dropped } = shortMount(item);
      for (const option of dropped) this.#leftOut(path, `"${name}": the option "${option}" of a volume`);
      return [kept];
    });
    return { ...tree, items };
  }

  /** One on each node is as many as there are nodes. */
  #deploy(tree: Tree, name: string): Tree {
    if (!wordAt(tree, 'mode')?.startsWith('global') || !at(tree, 'replicas')) return tree;
    const path = ['services', name, 'deploy', 'replicas'];
    this.#leftOut(path, `"${name}": "deploy.replicas" beside "mode: ${wordAt(tree, 'mode')}"`);
    return without(tree, ['replicas']);
  }

  /** `docker stack deploy` ignores `network_mode`, and puts the service on the default network instead. */
  #unlike({ service, netmode }: ServicePlan): void {
    const span = (service.netmode ?? at(service.tree, 'network_mode') ?? service).span;
    this.#report('swarm/left-out', span, `"${service.name}": the netmode "${netmode}" does not exist in a stack`, {
      severity: 'error',
      help: 'use bridge, overlay, host, macvlan or ipvlan, or keep this service out of the stack (profiles)',
    });
  }

  #ports(entry: Entry, { service, ports }: ServicePlan): readonly Entry[] {
    const kept = ports.flatMap((port) => {
      const definition = this.#port(port, service.name);
      return definition ? [definition] : [];
    });
    return kept.length > 0 ? [withValue(entry, treeFrom(kept, entry.value.span))] : [];
  }

  #port({ source, hostIp }: PlannedPort, name: string): Plain | undefined {
    const { target, published, protocol, mode, span } = source;
    const help = 'every node publishes it on all of its addresses: publish it so, or let the service alone reach it';
    if (hostIp !== undefined && !isEveryAddress(hostIp)) {
      this.#say(span, `"${name}": the port ${target} on the address ${hostIp}`, help);
      return undefined;
    }
    if (published && published.first !== published.last) {
      this.#say(span, `"${name}": a range of published ports for the one port ${target}`, 'publish a single port');
      return undefined;
    }
    const deploy = at(this.#plan.services.get(name)?.service.tree, 'deploy');
    if (mode === 'ingress' && wordAt(deploy, 'endpoint_mode') === 'dnsrr') {
      this.#say(
        span,
        `"${name}": the port ${target} in ingress mode, beside "endpoint_mode: dnsrr",`,
        'write "mode: host"',
      );
      return undefined;
    }
    return { target, ...(published && { published: published.first }), protocol, mode };
  }

  /** Names alone: an order of starts is what a swarm does not keep. */
  #dependsOn(entry: Entry, name: string): Entry {
    if (entry.value.kind !== 'mapping') return entry;
    for (const { key, value } of entriesOf(entry.value)) {
      const condition = at(value, 'condition');
      if (condition?.kind !== 'scalar' || condition.value === 'service_started') continue;
      const path = ['services', name, 'depends_on', key, 'condition'];
      this.#leftOut(path, `"${name}": "condition: ${condition.value}"`, 'let the service wait for what it needs');
    }
    return withValue(
      entry,
      treeFrom(
        entriesOf(entry.value).map(({ key }) => key),
        entry.value.span,
      ),
    );
  }

  #attachments(tree: Tree, name: string): Tree {
    if (tree.kind !== 'mapping') return tree;
    const entries = entriesOf(tree).map((entry) => {
      const path = ['services', name, 'networks', entry.key];
      // A fixed address has a rule of its own.
      const rest = without(entry.value, ['ipv4_address', 'ipv6_address']);
      const kept = this.#kept(rest, attachment, path, `"${name}" on the network "${entry.key}"`);
      const empty = kept.kind === 'mapping' && kept.entries.size === 0;
      return withValue(entry, empty ? treeFrom(null, entry.value.span) : kept);
    });
    return mapping(tree, entries);
  }

  #envFiles(entry: Entry, name: string): Entry {
    const { value } = entry;
    const written = at(this.#plan.services.get(name)?.service.tree, 'env_file');
    // Which of them have any is not known here: nothing reads them.
    this.#report(
      'swarm/left-out',
      written?.span ?? value.span,
      `"${name}": quotes, comments behind values and variables in its env_file are part of the values in a stack`,
      { help: 'write there each value as it is to be, or move it to "environment"' },
    );
    if (value.kind !== 'sequence') return entry;
    const items = value.items.map((item, index) => {
      for (const key of ['required', 'format'])
        if (at(item, key)) this.#leftOut(['services', name, 'env_file', index, key], `"${name}": "env_file.${key}"`);
      return at(item, 'path') ?? item;
    });
    return withValue(entry, { ...value, items });
  }

  #network({ key, value }: Entry): Tree {
    const name = this.#underlays.get(key);
    if (name !== undefined) return treeFrom({ name, external: true }, value.span);
    const path = ['networks', key];
    const subject = `network "${key}"`;
    const kept = this.#kept(value, sections.networks, path, subject);
    if (kept.kind !== 'mapping') return kept;
    const entries = entriesOf(kept).flatMap((entry): readonly Entry[] => {
      switch (entry.key) {
        case 'driver':
          // A network of the bridge driver is made, and then refused by every service.
          return entry.value.kind === 'scalar' && entry.value.value === 'bridge' ? [] : [entry];
        case 'driver_opts':
          return [withValue(entry, this.#withoutBridgeOptions(entry.value, [...path, 'driver_opts'], subject))];
        default:
          return [entry];
      }
    });
    return entries.length > 0 ? mapping(kept, entries) : treeFrom(null, value.span);
  }

  /** An overlay keeps them, and does nothing of what they say. */
  #withoutBridgeOptions(tree: Tree, path: Path, subject: string): Tree {
    const options = entriesOf(tree).flatMap(({ key }) => (key.startsWith('com.docker.network.bridge.') ? [key] : []));
    for (const key of options) this.#leftOut([...path, key], `${subject}: "${key}"`);
    return without(tree, options);
  }
}

/** Keys of a secret or config that say what is in it. */
const valuesInFile = ['content', 'environment'];

/** A name with several addresses is a list of one for each: in a mapping a stack has no room for them. */
function oneAddressEach(tree: Tree): Tree {
  if (!entriesOf(tree).some(({ value }) => value.kind === 'sequence')) return tree;
  const items = entriesOf(tree).flatMap(({ key, value }) =>
    (value.kind === 'sequence' ? value.items : [value]).flatMap((address) =>
      address.kind === 'scalar' ? [treeFrom(`${key}=${String(address.value)}`, address.span)] : [],
    ),
  );
  return { kind: 'sequence', span: tree.span, items };
}

const wordAt = (tree: Tree | undefined, key: string): string | undefined => {
  const value = at(tree, key);
  return value?.kind === 'scalar' && typeof value.value === 'string' ? value.value : undefined;
};

const isEveryAddress = (hostIp: string) => ['', '0.0.0.0', '::', '[::]'].includes(hostIp);
