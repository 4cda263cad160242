/**
 * The plan → the override: the Compose file that is passed last and changes networking, nothing else. Minimal, the same
 * bytes from run to run, and in YAML because JSON cannot carry `!reset` and `!override`.
 */
import { networkModeText, sameNetworkMode } from '../../compose/project/network-mode.ts';
import { floatingLabel } from '../../plan/facts/ownership.ts';
import { isAsDeclared, networkDefinition } from '../../plan/networks/definition.ts';
import { isMovedGuest } from '../../plan/services/guests.ts';
import type { AttachmentPlan, NetworkPlan, Plan, ServicePlan } from '../../plan/types.ts';
import { type Block, blockOf, blockText, type Untagged } from './block-text.ts';
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
  ownerDependency,
  portDefinitions,
  portsChange,
} from './definitions.ts';

export interface OverrideOptions {
  /**
   * Shared networks that do not exist and will not be made, by Docker name: Compose's own dry run refuses an external
   * network that is not there, so it is shown as an ordinary one.
   */
  readonly inline?: ReadonlySet<string>;
}

/** @returns the file's text; nothing where nothing changes, so that Compose can be left alone */
export function overrideOf(plan: Plan, options: OverrideOptions = {}): string | undefined {
  const sections = [
    ['services', [...plan.services.values()].map((service) => [service.service.name, serviceBlock(service)] as const)],
    ['networks', [...plan.networks.values()].map((network) => [network.key, networkBlock(network, options)] as const)],
  ] as const;
  const wanted = sections.flatMap(([section, blocks]) => {
    const said = blocks.flatMap(([name, block]) => (block ? [[name, block] as const] : []));
    return said.length > 0 ? [[section, new Map(said)] as const] : [];
  });
  if (wanted.length === 0) return undefined;
  return blockText(new Map(wanted), "Made by netcompose from the project's files; written anew by each command.");
}

type Entries = readonly (readonly [string, Block])[];

function serviceBlock(plan: ServicePlan): Block | undefined {
  const { service } = plan;
  const isMoved = plan.managed && !sameNetworkMode(plan.networkMode, service.networkMode?.value);
  const dependency = ownerDependency(plan);
  const isOffNetworks = plan.managed && plan.networkMode !== undefined && !plan.owner && service.networks;
  const attachments = changedAttachments(plan);
  const ports = isMovedGuest(plan) ? 'none' : portsChange(plan);
  const floating = floatingTexts(plan);
  const hosts = addedHosts(plan);
  const entries: Entries = [
    ...(isMoved
      ? [['network_mode', plan.networkMode ? blockOf(networkModeText(plan.networkMode)) : reset] as const]
      : []),
    ...keysRemoved(plan).map((key) => [key, reset] as const),
    ...(dependency ? [['depends_on', blockOf(dependency)] as const] : []),
    ...(isOffNetworks ? [['networks', reset] as const] : []),
    ...(attachments.length > 0
      ? [['networks', new Map(attachments.map((one) => [one.network, attachmentBlock(plan, one)]))] as const]
      : []),
    ...(ports === 'remove' ? [['ports', reset] as const] : []),
    ...(ports === 'replace' ? [['ports', override(blockOf([...portDefinitions(plan.ports)]))] as const] : []),
    ...Object.entries(guestKeys(plan)).map(([key, value]) => [key, blockOf(value)] as const),
    ...(floating.length > 0 ? [['labels', blockOf({ [floatingLabel]: floating.join(' ') })] as const] : []),
    ...(plan.links.length > 0 ? [['links', blockOf([...plan.links])] as const] : []),
    ...(hosts.length > 0 ? [['extra_hosts', blockOf(hosts.map(extraHostEntry))] as const] : []),
  ];
  return entries.length > 0 ? new Map(entries) : undefined;
}

/** With what has to go: Compose merges mappings, so that leaving a key out would change nothing. */
function attachmentBlock(plan: ServicePlan, attachment: AttachmentPlan): Block {
  const definition = blockOf(attachmentDefinition(attachment));
  const dropped = droppedKeys(plan, attachment);
  if (dropped.length === 0) return definition;
  const said = definition instanceof Map ? [...(definition as ReadonlyMap<string, Block>)] : [];
  return new Map([...said, ...dropped.map((key) => [key, reset] as const)]);
}

function networkBlock(network: NetworkPlan, { inline }: OverrideOptions): Block | undefined {
  if (isAsDeclared(network)) return undefined;
  if (network.kind === 'shared' && !inline?.has(network.dockerName)) {
    const block = blockOf(externalDefinition(network.dockerName));
    // beside `external`, Compose allows a name and nothing else
    return network.declared ? override(block) : block;
  }
  const definition = networkDefinition(network);
  return new Map(
    Object.entries(network.kind === 'shared' ? { name: network.dockerName, ...definition } : definition).map(
      ([key, value]) => {
        const block = blockOf(value);
        // Pools and options are the plan's alone; what else the file says of the network (labels, a name) stays.
        return [key, network.declared && typeof value === 'object' ? override(block) : block] as const;
      },
    ),
  );
}

/** `!reset null`: Compose drops the key whatever is given (2.18). */
const reset: Block = { tag: '!reset', of: null };

const override = (of: Untagged): Block => ({ tag: '!override', of });
