/**
 * The plan → a file for `docker stack deploy`. It is the rendered file, read again, without what a stack does not take;
 * comments stay, anchors are written out, and so are values that netcompose had to work out (ports).
 */
import { at, type Entry, entriesOf, type Mapping, type Primitive, type Tree } from '../../compose/tree.ts';
import { parseYaml } from '../../compose/yaml/parse.ts';
import type { Report } from '../../diagnostics/diagnostic.ts';
import { SourceFile, type Span } from '../../diagnostics/source.ts';
import type { SwarmPlan } from '../../plan/swarm/swarm.ts';
import type { Plan, PlannedPort, ServicePlan } from '../../plan/types.ts';
import type { Plain, PlainMap } from '../override/plain-data.ts';
import { isPlainMap } from '../override/plain-data.ts';
import { renderOf } from '../render/render.ts';
import { treeText } from '../source/tree-text.ts';
import { acceptedKeys, silentKeys } from './accepted-keys.ts';

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

type Section = 'volume' | 'secret' | 'config';
const sections: Readonly<Record<string, Section>> = { volumes: 'volume', secrets: 'secret', configs: 'config' };

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
    const kept = this.#kept(root, 'top', [], 'the file');
    const services = this.#services(at(root, 'services'));
    const usesHost = services.some(({ value }) => at(value, 'networks', hostNetwork) !== undefined);
    const networks = [
      ...entriesOf(at(root, 'networks')).map((entry) => withValue(entry, this.#network(entry))),
      ...(usesHost ? entriesFrom({ [hostNetwork]: { name: 'host', external: true } }, root.span) : []),
    ];
    const entries = entriesOf(kept).map((entry) => {
      const section = sections[entry.key];
      if (entry.key === 'services') return withValue(entry, mapping(entry.value, services));
      if (entry.key === 'networks') return withValue(entry, mapping(entry.value, networks));
      return section ? withValue(entry, this.#section(entry, section)) : entry;
    });
    if (networks.length > 0 && !at(kept, 'networks'))
      entries.push({ ...entryOf('networks', null, root.span), value: bare(networks, root.span) });
    return mapping(root, entries);
  }

  #section({ key, value }: Entry, kind: Section): Tree {
    const entries = entriesOf(value).map((entry) =>
      withValue(entry, this.#kept(entry.value, kind, [key, entry.key], `${kind} "${entry.key}"`)),
    );
    return value.kind === 'mapping' ? mapping(value, entries) : value;
  }

  /** Without the keys that a stack does not take, each reported at the place where the user has written it. */
  #kept(tree: Tree, kind: keyof typeof acceptedKeys, path: readonly string[], subject: string): Tree {
    if (tree.kind !== 'mapping') return tree;
    return mapping(
      tree,
      entriesOf(tree).filter(({ key }) => {
        if (acceptedKeys[kind].has(key)) return true;
        if (!silentKeys.has(key) && !key.startsWith('x-')) this.#leftOut([...path, key], `${subject}: "${key}"`);
        return false;
      }),
    );
  }

  /** Nothing is said of what netcompose itself has written. */
  #leftOut(path: readonly string[], what: string, help?: string): void {
    const written = at(this.#plan.project.model, ...path);
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
    const kept = this.#kept(value, 'service', path, `"${name}"`);
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
          return [this.#envFiles(entry)];
        case 'deploy':
          return [withValue(entry, withoutExtensions(entry.value))];
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
      const kept = this.#kept(rest, 'attachment', path, `"${name}" on the network "${entry.key}"`);
      const empty = kept.kind === 'mapping' && kept.entries.size === 0;
      return withValue(entry, empty ? treeFrom(null, entry.value.span) : kept);
    });
    return mapping(tree, entries);
  }

  #envFiles(entry: Entry): Entry {
    const { value } = entry;
    if (value.kind !== 'sequence') return entry;
    return withValue(entry, { ...value, items: value.items.map((item) => at(item, 'path') ?? item) });
  }

  #network({ key, value }: Entry): Tree {
    const name = this.#underlays.get(key);
    if (name !== undefined) return treeFrom({ name, external: true }, value.span);
    const path = ['networks', key];
    const subject = `network "${key}"`;
    const kept = this.#kept(value, 'network', path, subject);
    if (kept.kind !== 'mapping') return kept;
    const entries = entriesOf(kept).flatMap((entry) => {
      // A network of the bridge driver is made, and then refused by every service.
      if (entry.key === 'driver' && entry.value.kind === 'scalar' && entry.value.value === 'bridge') return [];
      return [entry.key === 'ipam' ? withValue(entry, this.#ipam(entry.value, [...path, 'ipam'], subject)) : entry];
    });
    return entries.length > 0 ? mapping(kept, entries) : treeFrom(null, value.span);
  }

  #ipam(tree: Tree, path: readonly string[], subject: string): Tree {
    const kept = this.#kept(tree, 'ipam', path, subject);
    if (kept.kind !== 'mapping') return kept;
    const entries = entriesOf(kept).map((entry) => {
      if (entry.key !== 'config' || entry.value.kind !== 'sequence') return entry;
      const items = entry.value.items.map((item) => {
        for (const { key } of entriesOf(item))
          if (!acceptedKeys.pool.has(key) && !key.startsWith('x-'))
            this.#leftOut([...path, 'config'], `${subject}: "${key}"`, 'let Docker choose it');
        return item.kind === 'mapping'
          ? mapping(
              item,
              entriesOf(item).filter(({ key }) => acceptedKeys.pool.has(key)),
            )
          : item;
      });
      return withValue(entry, { ...entry.value, items });
    });
    return mapping(kept, entries);
  }
}

const isEveryAddress = (hostIp: string) => ['', '0.0.0.0', '::', '[::]'].includes(hostIp);

const withValue = (entry: Entry, value: Tree): Entry => ({ ...entry, value });

const mapping = (tree: Tree, entries: readonly Entry[]): Mapping => ({
  ...bare(entries, tree.span),
  ...(tree.node && { node: tree.node }),
});

const bare = (entries: readonly Entry[], span: Span): Mapping => ({
  kind: 'mapping',
  span,
  entries: new Map(entries.map((entry) => [entry.key, entry])),
});

const without = (tree: Tree, keys: readonly string[]): Tree =>
  tree.kind === 'mapping'
    ? mapping(
        tree,
        entriesOf(tree).filter(({ key }) => !keys.includes(key)),
      )
    : tree;

/** Beside `x-*` in a service, those in its `deploy` are refused. */
const withoutExtensions = (tree: Tree): Tree =>
  tree.kind === 'mapping'
    ? mapping(
        tree,
        entriesOf(tree)
          .filter(({ key }) => !key.startsWith('x-'))
          .map((entry) => withValue(entry, withoutExtensions(entry.value))),
      )
    : tree;

const entryOf = (key: string, value: Plain, span: Span): Entry => ({
  key,
  keySpan: span,
  value: treeFrom(value, span),
});

const entriesFrom = (values: PlainMap, span: Span): readonly Entry[] =>
  Object.entries(values).map(([key, value]) => entryOf(key, value, span));

function treeFrom(value: Plain, span: Span): Tree {
  if (Array.isArray(value)) return { kind: 'sequence', span, items: value.map((item: Plain) => treeFrom(item, span)) };
  if (isPlainMap(value)) return bare(entriesFrom(value, span), span);
  return { kind: 'scalar', span, value: value as Primitive };
}
