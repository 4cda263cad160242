/**
 * Underlay networks before their subnets are known: which there are, and who asks for each.
 * Equal intents share one network, because a parent can carry only one (docs/measured.md).
 */
import type { Report } from '../../diagnostics/diagnostic.ts';
import type { Located, Span } from '../../diagnostics/source.ts';
import type { Intents, NetworkIntent, ServiceIntent } from '../../netmode/intents.ts';
import { isUnderlay, type Netmode, netmodeOfDriver, type UnderlayMode } from '../../netmode/modes.ts';
import { narrow, type Settings } from '../../netmode/settings.ts';
import type { Facts } from '../facts/facts.ts';
import { obstacle, type Parent, parentOf } from './parents.ts';

/** An underlay network that netcompose defines. */
export interface Draft {
  readonly key: string;
  readonly mode: UnderlayMode;
  readonly parent: Parent;
  /** Gathered from all who ask for it: the first to say a key says it for all. */
  readonly settings: Settings;
  readonly span: Span;
  /** Whether the file declares a network of this key. */
  readonly declared: boolean;
}

/** What became of one service's wish. */
export interface Decision {
  /** Absent: the service is left as it is. */
  readonly mode?: Netmode;
  /** The key of the network to attach it to. */
  readonly network?: string;
}

export interface Drafts {
  readonly drafts: ReadonlyMap<string, Draft>;
  readonly decisions: ReadonlyMap<string, Decision>;
  /** Declared networks whose underlay cannot work here and became something else. */
  readonly fallbacks: ReadonlyMap<string, Netmode>;
}

/** What must be the same for all who share a network. */
const sharedKeys = ['flag', 'subnet', 'gateway', 'ip_range', 'scope', 'host_access', 'shim'] as const;

/** @param report gets the obstacles (`engine/*`, `parent/not-found`) and `netmode/conflicting-network` */
export function draftNetworks(intents: Intents, facts: Facts, report: Report): Drafts {
  const drafts = new Map<string, Draft>();
  const fallbacks = new Map<string, Netmode>();

  for (const intent of intents.networks.values()) {
    const { key } = intent.network;
    if (!isUnderlay(intent.mode.value) || intent.native) continue;
    const effective = effectiveMode(`network "${key}"`, intent, facts, report);
    if (isUnderlay(effective.mode)) {
      const parent = parentOf(intent.settings, intent.mode.span, facts);
      drafts.set(key, {
        key,
        mode: effective.mode,
        parent,
        settings: withNativePools(intent),
        span: intent.mode.span,
        declared: true,
      });
    } else fallbacks.set(key, effective.mode);
  }

  const decisions = new Map<string, Decision>();
  for (const intent of intents.services.values()) {
    decisions.set(intent.service.name, decide(intent, intents, facts, drafts, fallbacks, report));
  }
  return { drafts, decisions, fallbacks };
}

function decide(
  intent: ServiceIntent,
  intents: Intents,
  facts: Facts,
  drafts: Map<string, Draft>,
  fallbacks: ReadonlyMap<string, Netmode>,
  report: Report,
): Decision {
  if (!intent.mode) return {};
  if (intent.network) {
    const fallback = fallbacks.get(intent.network.value);
    if (fallback === 'none' || fallback === 'host') return { mode: fallback };
    return {
      mode: fallback ?? engineMode(intent.network.value, intents, facts) ?? intent.mode.value,
      network: intent.network.value,
    };
  }
  const { mode } = effectiveMode(`"${intent.service.name}"`, { ...intent, mode: intent.mode }, facts, report);
  if (!isUnderlay(mode)) return { mode };

  const parent = parentOf(intent.settings, intent.mode.span, facts);
  const same = (draft: Draft) => draft.mode === mode && draft.parent.name === parent.name;
  const declared = [...drafts.values()].find((draft) => draft.declared && same(draft));
  const key = declared?.key ?? freeKey(`${mode}_${parent.name}`, intents);
  const before = drafts.get(key);
  const settings = before ? agree(before, intent, report) : intent.settings;
  drafts.set(
    key,
    before ? { ...before, settings } : { key, mode, parent, settings, span: intent.mode.span, declared: false },
  );
  return { mode, network: key };
}

/** What an external network is, which the file does not say, where the engine was asked. */
function engineMode(key: string, { project }: Intents, facts: Facts): Netmode | undefined {
  const network = project.networks.get(key);
  const name = network?.external ? (network.name?.value ?? key) : undefined;
  const found = name === undefined ? undefined : facts.engine?.networks.find((one) => one.name === name);
  return found && netmodeOfDriver(found.driver, found.options);
}

/** The mode that will be: the fallback where the underlay cannot work, and where there is none, an error. */
function effectiveMode(
  subject: string,
  intent: { readonly mode: Located<Netmode>; readonly settings: Settings },
  facts: Facts,
  report: Report,
): { readonly mode: Netmode } {
  const { mode, settings } = intent;
  if (!isUnderlay(mode.value)) return { mode: mode.value };
  const parent = parentOf(settings, mode.span, facts);
  const reason = obstacle(parent, mode.value, facts);
  if (!reason) return { mode: mode.value };
  if (settings.fallback) return { mode: settings.fallback.value };
  report(reason.rule, parent.span, `${subject}: ${reason.message}`, { help: reason.help });
  return { mode: mode.value };
}

/** Adds what this service says of the network; a different word than before is a conflict. */
function agree(draft: Draft, intent: ServiceIntent, report: Report): Settings {
  const settings: Record<string, unknown> = { ...draft.settings };
  for (const key of sharedKeys) {
    const theirs = intent.settings[key];
    if (theirs === undefined) continue;
    const before = draft.settings[key];
    if (before === undefined) settings[key] = theirs;
    else if (JSON.stringify(plain(before)) !== JSON.stringify(plain(theirs))) {
      const span = intent.said?.keys.get(key) ?? intent.mode!.span;
      report(
        'netmode/conflicting-network',
        span,
        `"${intent.service.name}": "${key}" differs from what another service asks of the same network`,
        {
          help: `one ${draft.parent.name} carries one network: declare it under "networks:" and join it with "network:"`,
          related: [{ message: 'the network is first asked for here', span: draft.span }],
        },
      );
    }
  }
  return settings as Settings;
}

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null) {
    return 'span' in value && 'value' in value
      ? value.value
      : Object.entries(value).map(([key, inner]) => [key, plain(inner)]);
  }
  return value;
}

/** A declared network may give its pools the native way, under `ipam`. */
function withNativePools({ network, settings, said }: NetworkIntent): Settings {
  const pools = network.ipam;
  const native = {
    subnet: pools.flatMap((pool) => pool.subnet ?? []),
    gateway: pools.flatMap((pool) => pool.gateway ?? []),
    ip_range: pools.flatMap((pool) => pool.ipRange ?? []),
  };
  const given = Object.fromEntries(Object.entries(native).filter(([, values]) => values.length > 0));
  return narrow(settings, given, said?.settings);
}

/** The key of a network that the file does not have. */
export function freeKey(wanted: string, intents: Intents): string {
  return intents.project.networks.has(wanted) ? freeKey(`${wanted}_netmode`, intents) : wanted;
}

/** The network of services that ask for `overlay` without naming one. */
export const overlayKey = (intents: Intents) => freeKey('overlay', intents);
