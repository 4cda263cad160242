/**
 * The plan → the override: the Compose file that is passed last and changes networking, nothing else. Minimal, the same
 * bytes from run to run, and in YAML because JSON cannot carry `!reset` and `!override`.
 */
import { Document, isMap, isSeq, type Node, Scalar, YAMLMap } from 'yaml';
import { networkModeText, sameNetworkMode } from '../../compose/project/network-mode.ts';
import { floatingLabel } from '../../plan/facts/ownership.ts';
import { isMovedGuest } from '../../plan/services/guests.ts';
import type { AttachmentPlan, NetworkPlan, Plan, ServicePlan } from '../../plan/types.ts';
import {
  addedHosts,
  attachmentDefinition,
  changedAttachments,
  droppedKeys,
  externalDefinition,
  extraHostEntry,
  floatingTexts,
  guestKeys,
  keysRemoved,
  networkDefinition,
  ownerDependency,
  portDefinitions,
  portsChange,
} from './definitions.ts';
import { literal, type Plain } from './plain-data.ts';

export interface OverrideOptions {
  /**
   * Shared networks that do not exist and will not be made, by Docker name: Compose's own dry run refuses an external
   * network that is not there, so it is shown as an ordinary one.
   */
  readonly inline?: ReadonlySet<string>;
}

/** @returns the file's text; nothing where nothing changes, so that Compose can be left alone */
export function overrideOf(plan: Plan, options: OverrideOptions = {}): string | undefined {
  const document = new Document({}, { compat: 'yaml-1.1' });
  const services = [...plan.services.values()].map(
    (service) => [service.service.name, serviceNode(document, service)] as const,
  );
  const networks = [...plan.networks.values()].map(
    (network) => [network.key, networkNode(document, network, options)] as const,
  );
  const add = (section: string, nodes: readonly (readonly [string, Node | undefined])[]) => {
    const wanted = nodes.filter(([, node]) => node !== undefined);
    if (wanted.length > 0) document.set(section, mapOf(document, wanted as [string, Node][]));
  };
  add('services', services);
  add('networks', networks);
  if (isMap(document.contents) && document.contents.items.length === 0) return undefined;
  document.commentBefore = " Made by netcompose from the project's files; written anew by each command.";
  return document.toString({ lineWidth: 0 });
}

function serviceNode(document: Document, plan: ServicePlan): Node | undefined {
  const entries: [string, Node][] = [];
  const { service } = plan;
  if (plan.managed && !sameNetworkMode(plan.networkMode, service.networkMode?.value)) {
    entries.push([
      'network_mode',
      plan.networkMode === undefined ? reset() : nodeOf(document, networkModeText(plan.networkMode)),
    ]);
  }
  for (const key of keysRemoved(plan)) entries.push([key, reset()]);
  const dependency = ownerDependency(plan);
  if (dependency) entries.push(['depends_on', nodeOf(document, dependency)]);
  if (plan.managed && plan.networkMode !== undefined && !plan.owner && service.networks)
    entries.push(['networks', reset()]);
  const attachments = changedAttachments(plan);
  if (attachments.length > 0) {
    entries.push([
      'networks',
      mapOf(
        document,
        attachments.map((attachment) => [attachment.network, attachmentNode(document, plan, attachment)]),
      ),
    ]);
  }
  const ports = isMovedGuest(plan) ? 'none' : portsChange(plan);
  if (ports === 'remove') entries.push(['ports', reset()]);
  if (ports === 'replace')
    entries.push(['ports', tagged('!override', nodeOf(document, [...portDefinitions(plan.ports)]))]);
  for (const [key, value] of Object.entries(guestKeys(plan))) entries.push([key, nodeOf(document, value)]);
  const floating = floatingTexts(plan);
  if (floating.length > 0) entries.push(['labels', nodeOf(document, { [floatingLabel]: floating.join(' ') })]);
  const hosts = addedHosts(plan);
  if (hosts.length > 0) entries.push(['extra_hosts', nodeOf(document, hosts.map(extraHostEntry))]);
  return entries.length > 0 ? mapOf(document, entries) : undefined;
}

/** With what has to go: Compose merges mappings, so that leaving a key out would change nothing. */
function attachmentNode(document: Document, plan: ServicePlan, attachment: AttachmentPlan): Node {
  const definition = nodeOf(document, attachmentDefinition(attachment));
  const dropped = droppedKeys(plan, attachment);
  if (dropped.length === 0) return definition;
  const map = isMap(definition) ? (definition as YAMLMap<Node, Node>) : new YAMLMap<Node, Node>(document.schema);
  for (const key of dropped) map.items.push(document.createPair(key, reset()));
  return map;
}

function networkNode(document: Document, network: NetworkPlan, { inline }: OverrideOptions): Node | undefined {
  if (network.kind === 'native') return undefined;
  if (network.kind === 'shared' && !inline?.has(network.dockerName)) {
    const node = nodeOf(document, externalDefinition(network.dockerName));
    // beside `external`, Compose allows a name and nothing else
    return network.declared ? tagged('!override', node) : node;
  }
  if (network.declared && network.driver === 'bridge' && network.pools.length === 0) return undefined;
  const definition = networkDefinition(network);
  const entries = Object.entries(
    network.kind === 'shared' ? { name: network.dockerName, ...definition } : definition,
  ).map(([key, value]) => {
    const node = nodeOf(document, value);
    // Pools and options are the plan's alone; what else the file says of the network (labels, a name) stays.
    return [key, network.declared && typeof value === 'object' ? tagged('!override', node) : node] as const;
  });
  return mapOf(document, entries);
}

/** `!reset null`: Compose drops the key whatever is given (2.18). */
function reset(): Node {
  return tagged('!reset', new Scalar(null));
}

function tagged(tag: '!reset' | '!override', node: Node): Node {
  node.tag = tag;
  return node;
}

/** Pairs are pushed, not set: setting looks through all that are there, which is quadratic. */
function mapOf(document: Document, entries: readonly (readonly [string, Node])[]): Node {
  const map = new YAMLMap<Node, Node>(document.schema);
  for (const [key, node] of entries) map.items.push(document.createPair(key, node));
  return map;
}

/** Compose fills in variables in the override too: a literal `$` is doubled. */
function nodeOf(document: Document, value: Plain): Node {
  const node = document.createNode(literal(value)) as Node;
  if (isMap(node) || isSeq(node)) node.flow = false;
  return node;
}
