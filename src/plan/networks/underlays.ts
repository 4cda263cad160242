/**
 * Underlay networks before their subnets are known: which there are, and who asks for each.
 * Equal intents share one network, because a parent can carry only one (docs/measured.md).
 */
import isEqual from 'lodash/isEqual.js';
import sortBy from 'lodash/sortBy.js';
import type { Report } from '../../diagnostics/diagnostic.ts';
import type { Located, Span } from '../../diagnostics/source.ts';
import type { Intents, NetworkIntent, ServiceIntent } from '../../netmode/intents.ts';
import { checkKeys } from '../../netmode/keys.ts';
import { isUnderlay, type Netmode, netmodeOfDriver, type UnderlayMode } from '../../netmode/modes.ts';
import { narrow, type Settings } from '../../netmode/settings.ts';
import type { ParsedFacts } from '../facts/parsed-facts.ts';
import type { Fallen, Parent } from '../types.ts';
import { composeNetworkName } from './docker-name.ts';
import { obstacle, parentName, parentOf } from './parents.ts';

/** An underlay network that netcompose defines. */
export interface UnderlayRequest {
  readonly key: string;
  readonly mode: UnderlayMode;
  readonly parent: Parent;
  /** Gathered from all services that ask for it; the first one to give a key decides it. */
  readonly settings: Settings;
  readonly span: Span;
  /** Whether the file declares a network of this key. */
  readonly declared: boolean;
}

/** What one service gets. */
export interface Decision {
  /** Absent: the service is left as it is. */
  readonly mode?: Netmode;
  /** The key of the network to attach it to. */
  readonly network?: string;
  /** What it would have had, where that cannot work here. */
  readonly fallen?: Fallen;
}

export interface Requests {
  readonly underlays: ReadonlyMap<string, UnderlayRequest>;
  readonly decisions: ReadonlyMap<string, Decision>;
  /** Declared networks whose underlay cannot work here and became something else. */
  readonly fallbacks: ReadonlyMap<string, Fallen>;
}

interface Effective {
  readonly mode: Netmode;
  readonly fallen?: Fallen;
}

/** What must be the same for all who share a network. */
const sharedKeys = ['flag', 'subnet', 'gateway', 'ip_range', 'scope', 'host_access', 'shim'] as const;

/**
 * @param intents in the order of the files: of two that disagree, the later one is reported
 * @param report gets the obstacles (`engine/*`, `parent/not-found`) and `netmode/conflicting-network`
 */
export function requestUnderlays(intents: Intents, facts: ParsedFacts, report: Report): Requests {
  const underlays = new Map<string, UnderlayRequest>();
  // What is said at a wider place is one mistake, however many inherit it.
  const seen = new Set<string>();
  const reportOnce: Report = (rule, span, message, details) => {
    const key = `${rule} ${span?.source.path} ${span?.start}`;
    if (rule !== 'netmode/invalid-value' || !seen.has(key)) report(rule, span, message, details);
    seen.add(key);
  };
  const fallbacks = new Map<string, Fallen>();
  for (const intent of intents.networks.values()) {
    const { key } = intent.network;
    if (intent.network.external) checkExternal(intent, intents, facts, report);
    if (!isUnderlay(intent.mode.value) || intent.native) continue;
    const { mode, fallen } = effectiveMode(`network "${key}"`, withMembersFallback(intent, intents), facts, reportOnce);
    if (isUnderlay(mode)) {
      const { span } = intent.mode;
      const parent = parentOf(intent.settings, span, facts);
      underlays.set(key, { key, mode, parent, settings: withDeclaredPools(intent), span, declared: true });
    } else if (fallen) fallbacks.set(key, fallen);
  }
  // If several would do, the first by key: the order in the file does not matter.
  const declared = new Map(
    sortBy([...underlays.values()], 'key')
      .reverse()
      .map(({ key, ...rest }) => [idOf(rest), key]),
  );
  const decisions = new Map<string, Decision>();
  for (const intent of intents.services.values()) {
    const decided = decisionOf(intent, intents, fallbacks, facts, reportOnce);
    if ('asksFor' in decided) {
      const key = declared.get(idOf(decided.asksFor)) ?? freeKey(idOf(decided.asksFor), intents);
      underlays.set(key, joined(underlays.get(key), { key, ...decided.asksFor }, intent, report));
      decisions.set(intent.service.name, { mode: decided.asksFor.mode, network: key });
    } else decisions.set(intent.service.name, decided);
  }
  return { underlays, decisions, fallbacks };
}

/** What services must have in common to share a network, as its key. */
const idOf = ({ mode, parent }: Pick<UnderlayRequest, 'mode' | 'parent'>) => `${mode}_${parentName(parent)}`;

function decisionOf(
  intent: ServiceIntent,
  intents: Intents,
  fallbacks: ReadonlyMap<string, Fallen>,
  facts: ParsedFacts,
  report: Report,
): Decision | { readonly asksFor: Omit<UnderlayRequest, 'key'> } {
  if (!intent.mode) return {};
  if (intent.network) {
    const network = intent.network.value;
    const fallen = fallbacks.get(network);
    if (fallen) {
      // What the service says counts more than what the network says.
      const mode = intent.settings.fallback?.mode?.value ?? fallen.to;
      return { mode, ...(mode === 'bridge' && { network }), fallen: { ...fallen, to: mode } };
    }
    const found = engineMode(network, intents, facts);
    if (found) checkJoining(intent, found, report);
    reportBlank(`"${intent.service.name}"`, intent.decoded?.settings, report);
    return { mode: found ?? intent.mode.value, network };
  }
  const { mode, fallen } = effectiveMode(`"${intent.service.name}"`, { ...intent, mode: intent.mode }, facts, report);
  if (!isUnderlay(mode)) return { mode, ...(fallen && { fallen }) };
  const { span } = intent.mode;
  return {
    asksFor: { mode, parent: parentOf(intent.settings, span, facts), settings: intent.settings, span, declared: false },
  };
}

/** What the file says of an external network, against what the engine has. */
function checkExternal(
  { network, mode, decoded, open }: NetworkIntent,
  intents: Intents,
  facts: ParsedFacts,
  report: Report,
): void {
  const found = engineMode(network.key, intents, facts);
  if (!decoded || !found) return;
  const subject = `network "${network.key}"`;
  if (open) checkKeys('network', subject, decoded, found, report);
  else if (mode.value !== found) reportOtherMode(subject, mode, found, report);
}

/** The keys of a service, once it is known what the external network is that it joins. */
function checkJoining({ service, decoded, open }: ServiceIntent, found: Netmode, report: Report): void {
  const mode = decoded?.settings.mode;
  if (decoded && open) checkKeys('service', `"${service.name}"`, decoded, found, report);
  else if (mode && mode.value !== found) reportOtherMode(`"${service.name}"`, mode, found, report);
}

function reportOtherMode(subject: string, { value, span }: Located<Netmode>, found: Netmode, report: Report): void {
  report('netmode/conflicting-network', span, `${subject}: mode is ${value}, but the network that exists is ${found}`, {
    help: `write "mode: ${found}", or leave it out`,
  });
}

/** What an external network is, which the file does not say, where the engine was asked. */
function engineMode(key: string, { project }: Intents, { engine }: ParsedFacts): Netmode | undefined {
  if (!project.networks.get(key)?.external) return undefined;
  const name = composeNetworkName(key, project);
  const found = engine?.networks.find((network) => network.name === name);
  return found && netmodeOfDriver(found.driver, found.options);
}

/**
 * A network without a fallback falls back to a bridge where every service that joins it by name says itself what to do,
 * and none lists it.
 */
function withMembersFallback(intent: NetworkIntent, { services }: Intents): NetworkIntent {
  const { key } = intent.network;
  if (intent.settings.fallback) return intent;
  const members = [...services.values()].filter(({ network }) => network?.value === key);
  const isListed = [...services.values()].some(
    ({ network, service }) => network?.value !== key && service.networks?.value.has(key),
  );
  if (isListed || members.length === 0 || !members.every(({ settings }) => settings.fallback)) return intent;
  return { ...intent, settings: { ...intent.settings, fallback: {} } };
}

/** Where there is an underlay, a key with nothing in it is a mistake. */
function reportBlank(subject: string, settings: Settings | undefined, report: Report): void {
  for (const [key, span] of Object.entries(settings?.blank ?? {})) {
    if (key === 'parent') continue;
    report('netmode/invalid-value', span, `${subject}: "${key}" is ""`, {
      help: 'give it a value, or leave it out',
    });
  }
}

/** The mode that will be: the fallback if the underlay cannot work; without a fallback that is an error. */
function effectiveMode(
  subject: string,
  { mode, settings }: { readonly mode: Located<Netmode>; readonly settings: Settings },
  facts: ParsedFacts,
  report: Report,
): Effective {
  if (!isUnderlay(mode.value)) return { mode: mode.value };
  const parent = parentOf(settings, mode.span, facts);
  const found = obstacle(parent, mode.value, facts, 'netmode', settings.flag?.value);
  if (found && settings.fallback) {
    const to = settings.fallback.mode?.value ?? 'bridge';
    return { mode: to, fallen: { from: mode.value, to, because: found.message, addresses: [] } };
  }
  if (found) report(found.rule, parent.span, `${subject}: ${found.message}`, { help: found.help });
  reportBlank(subject, settings, report);
  return { mode: mode.value };
}

/** Adds what this service says about the network; a value other than an earlier one is a conflict. */
function joined(
  before: UnderlayRequest | undefined,
  request: UnderlayRequest,
  intent: ServiceIntent,
  report: Report,
): UnderlayRequest {
  if (!before) return request;
  const settings: Record<string, unknown> = { ...before.settings };
  for (const key of sharedKeys) {
    const [first, later] = [before.settings[key], intent.settings[key]];
    if (later === undefined) continue;
    if (first === undefined) settings[key] = later;
    else if (!isEqual(plain(first), plain(later))) {
      report(
        'netmode/conflicting-network',
        intent.decoded?.keys.get(key) ?? intent.mode!.span,
        `"${intent.service.name}": "${key}" differs from what another service asks of the same network`,
        {
          help:
            `one ${parentName(before.parent)} carries one network: ` +
            `declare it under "networks:" and join it with "network:"`,
          related: [{ message: 'the network is first asked for here', span: before.span }],
        },
      );
    }
  }
  return { ...before, settings: settings as Settings };
}

/** A value without its places. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  if ('span' in value && 'value' in value) return value.value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

/** A declared network may give its pools the native way, under `ipam`. */
function withDeclaredPools({ network, settings, decoded }: NetworkIntent): Settings {
  const pools = network.ipam;
  const declared = {
    subnet: pools.flatMap((pool) => pool.subnet ?? []),
    gateway: pools.flatMap((pool) => pool.gateway ?? []),
    ip_range: pools.flatMap((pool) => pool.ipRange ?? []),
  };
  const given = Object.fromEntries(Object.entries(declared).filter(([, values]) => values.length > 0));
  return narrow(settings, given, decoded?.settings);
}

/** The key of a network that the file does not have. */
function freeKey(wanted: string, intents: Intents): string {
  return intents.project.networks.has(wanted) ? freeKey(`${wanted}_netmode`, intents) : wanted;
}

/** The network of services that ask for `overlay` without naming one. */
export const overlayKey = (intents: Intents) => freeKey('overlay', intents);
