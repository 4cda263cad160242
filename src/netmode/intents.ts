/** Project → what the file asks for, service by service and network by network; nothing of the host is known yet. */

import { networkModeText } from '../compose/project/network-mode.ts';
import type { Network, Project, Service } from '../compose/project/project.ts';
import type { Tree } from '../compose/tree.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import type { Located } from '../diagnostics/source.ts';
import { didYouMean } from '../diagnostics/suggest.ts';
import { decode } from './decode.ts';
import { checkGuestKeys, checkKeys } from './keys.ts';
import { checkPlaces } from './misplaced.ts';
import { type Netmode, netmodeOfDriver } from './modes.ts';
import { isUsableOwner } from './owners.ts';
import { type Decoded, narrow, type Settings } from './settings.ts';

export interface ServiceIntent {
  readonly service: Service;
  /** Absent: netcompose leaves this service's networking as it is. */
  readonly mode?: Located<Netmode>;
  /** The service whose network namespace it asks to share, in place of a netmode: there is one, and no circle. */
  readonly owner?: Located<string>;
  /** The declared network that it asks to join. */
  readonly network?: Located<string>;
  /** Its own settings over the named network's over the project's. */
  readonly settings: Settings;
  /** What the service itself says. */
  readonly decoded?: Decoded;
  /** Whether only the engine knows the mode: it joins an external network of which the file says none. */
  readonly open: boolean;
}

export interface NetworkIntent {
  readonly network: Network;
  /** From `x-netmode`, else from the native driver. */
  readonly mode: Located<Netmode>;
  readonly settings: Settings;
  readonly decoded?: Decoded;
  /** A network that is left as the file has it: external, or a native driver without a netmode of its own. */
  readonly native: boolean;
  /** Whether only the engine knows the mode: an external network of which the file says none. */
  readonly open: boolean;
}

export interface Intents {
  readonly project: Project;
  readonly top: Settings;
  readonly services: ReadonlyMap<string, ServiceIntent>;
  /** Declared networks whose mode is known; plain and external ones without a driver are not here. */
  readonly networks: ReadonlyMap<string, NetworkIntent>;
  /** Whether any `x-netmode` stands anywhere; without one the project is Compose's alone. */
  readonly annotated: boolean;
}

/**
 * Reads what the project's extensions ask for.
 *
 * @param report gets the rules `netmode/*`
 */
export function intentsOf(project: Project, report: Report): Intents {
  const top = project.netmode ? decode('top', 'x-netmode', project.netmode, report).settings : {};
  checkPlaces(project.model, report);
  const networks = new Map<string, NetworkIntent>();
  for (const network of project.networks.values()) {
    const intent = networkIntent(network, top, report);
    if (intent) networks.set(network.key, intent);
  }
  const services = new Map<string, ServiceIntent>();
  for (const service of project.services.values()) {
    services.set(service.name, serviceIntent(service, project, networks, top, report));
  }
  const annotated =
    project.netmode !== undefined ||
    [...project.services.values(), ...project.networks.values()].some(({ netmode }) => netmode !== undefined);
  return { project, top, services, networks, annotated };
}

function networkIntent(network: Network, top: Settings, report: Report): NetworkIntent | undefined {
  const subject = `network "${network.key}"`;
  const options = Object.fromEntries([...network.driverOpts].map(([key, { value }]) => [key, value]));
  const nativeMode = network.driver && netmodeOfDriver(network.driver.value, options);
  if (!network.netmode) {
    if (!network.driver || !nativeMode) return undefined;
    return { network, mode: { value: nativeMode, span: network.driver.span }, settings: {}, native: true, open: false };
  }
  const decoded = decode('network', subject, network.netmode, report);
  if (network.external) return externalIntent(network, decoded, top, report);
  const native = decoded.settings.mode === undefined;
  const mode = decoded.settings.mode ?? (nativeMode && { value: nativeMode, span: network.driver!.span });
  if (!mode) {
    if (!decoded.keys.has('mode') && !isRefused(network.netmode, decoded)) {
      report('netmode/invalid-value', decoded.span, `${subject}: x-netmode gives no mode`, {
        help: 'add a mode, such as "mode: ipvlan-l2"',
      });
    }
    return undefined;
  }
  if (decoded.settings.mode && nativeMode && nativeMode !== decoded.settings.mode.value) {
    report(
      'netmode/conflicting-network',
      decoded.settings.mode.span,
      `${subject}: mode is ${decoded.settings.mode.value}, but its driver says ${nativeMode}`,
      {
        help: 'remove "driver" and "driver_opts"',
        related: [{ message: 'the driver is given here', span: network.driver!.span }],
      },
    );
  }
  checkKeys('network', subject, decoded, mode.value, report);
  return { network, mode, settings: narrow(top, decoded.settings), decoded, native, open: false };
}

/**
 * What is said of a network that others make: its mode, parent and pools are the engine's, and may be said for where no
 * engine is asked; a shim may be asked for. Whether the keys fit the mode is seen once the mode is known.
 */
function externalIntent(network: Network, decoded: Decoded, top: Settings, report: Report): NetworkIntent {
  const subject = `network "${network.key}"`;
  for (const key of ['scope', 'fallback'] as const) {
    const span = decoded.keys.get(key);
    if (span)
      report('netmode/key-not-for-mode', span, `${subject}: "${key}" means nothing for an external network`, {
        help: 'remove it: the network exists already',
      });
  }
  const { mode } = decoded.settings;
  if (mode) checkKeys('network', subject, decoded, mode.value, report);
  return {
    network,
    mode: mode ?? { value: 'bridge', span: decoded.span },
    settings: narrow(top, decoded.settings),
    decoded,
    native: true,
    open: mode === undefined,
  };
}

/** Whether a `mode` was written but refused: it has been reported already, and nothing is guessed. */
const isRefused = (tree: Tree | undefined, { keys }: Decoded): boolean =>
  !keys.has('mode') && (tree?.kind !== 'mapping' || tree.entries.has('mode'));

function serviceIntent(
  service: Service,
  project: Project,
  networks: ReadonlyMap<string, NetworkIntent>,
  top: Settings,
  report: Report,
): ServiceIntent {
  const subject = `"${service.name}"`;
  if (service.provider) return provided(service, subject, report);
  const decoded = service.netmode && decode('service', subject, service.netmode, report);
  const wanted = decoded?.settings.network;
  const declared = wanted && project.networks.get(wanted.value);
  if (wanted && !declared) {
    report('netmode/undefined-network', wanted.span, `${subject}: there is no network "${wanted.value}"`, {
      help: didYouMean(wanted.value, project.networks.keys()) ?? `declare it under "networks:", or remove "network"`,
    });
  }
  const joined = declared && networks.get(declared.key);
  const settings = narrow(top, joined?.settings, decoded?.settings);
  if (decoded && declared && (joined || declared.external)) checkAgreement(subject, decoded, declared, joined, report);
  if (decoded?.owner) return guestIntent(service, decoded, decoded.owner, project, settings, report);
  const broken = decoded !== undefined && (isRefused(service.netmode, decoded) || (wanted && !declared));
  const mode =
    decoded?.settings.mode ??
    (declared ? modeOfDeclared(declared, joined, wanted) : broken || saysNatively(service) ? undefined : top.default);
  const open = declared?.external === true && !decoded?.settings.mode && (joined?.open ?? true);
  if (decoded && mode && !open) checkKeys('service', subject, decoded, mode.value, report);
  else if (decoded && !mode && !broken) reportMissingMode(subject, decoded, service, report);
  return {
    service,
    ...(mode && { mode }),
    ...(declared && wanted && { network: wanted }),
    settings,
    ...(decoded && { decoded }),
    open,
  };
}

/** What a program provides has no container that could be attached; a default does not concern it either. */
function provided(service: Service, subject: string, report: Report): ServiceIntent {
  if (service.netmode) {
    report(
      'netmode/key-not-for-mode',
      service.netmode.span,
      `${subject}: "x-netmode" means nothing for a service of a provider, which has no container`,
      { help: 'remove it', related: [{ message: 'the provider is given here', span: service.provider! }] },
    );
  }
  return { service, settings: {}, open: false };
}

/** The default is for services that say nothing of their network. */
export function saysNatively({ networkMode, networks }: Service): boolean {
  return networks !== undefined || (networkMode !== undefined && networkModeText(networkMode.value) !== '');
}

function guestIntent(
  service: Service,
  decoded: Decoded,
  owner: Located<string>,
  project: Project,
  settings: Settings,
  report: Report,
): ServiceIntent {
  checkGuestKeys(`"${service.name}"`, decoded, report);
  return { service, ...(isUsableOwner(service, owner, project, report) && { owner }), settings, decoded, open: false };
}

/** What a service says beside its netmode; the rest would be lost without one. */
const modeless = new Set(['listen', 'resolve_names']);

function reportMissingMode(subject: string, decoded: Decoded, { netmode, networks }: Service, report: Report): void {
  const refused = netmode?.kind === 'mapping' && ['mode', 'network'].some((key) => netmode.entries.has(key));
  if (refused || [...decoded.keys.keys()].every((key) => modeless.has(key))) return;
  const [first] = networks?.value.keys() ?? [];
  const example = first === undefined ? '"mode: ipvlan-l2"' : `"network: ${first}"`;
  report('netmode/invalid-value', decoded.span, `${subject}: x-netmode gives no mode`, {
    help: `add a mode or a network, such as ${example}`,
  });
}

/** A declared network without driver and netmode is Compose's ordinary bridge. */
function modeOfDeclared(
  declared: Network,
  joined: NetworkIntent | undefined,
  wanted: Located<string> | undefined,
): Located<Netmode> {
  return joined
    ? { value: joined.mode.value, span: wanted?.span ?? joined.mode.span }
    : { value: 'bridge', span: wanted?.span ?? declared.span };
}

/** What makes a network what it is: a service that joins one may repeat it, not change it. */
const identity = ['mode', 'parent', 'vlan', 'flag', 'subnet', 'gateway', 'ip_range', 'scope', 'host_access'] as const;

function checkAgreement(
  subject: string,
  decoded: Decoded,
  declared: Network,
  joined: NetworkIntent | undefined,
  report: Report,
): void {
  for (const key of identity) {
    const here = decoded.settings[key];
    const theirs = key === 'mode' && !joined?.open ? joined?.mode : joined?.settings[key];
    // Of a network that others define, a service may ask for the shim, and say what the mode is.
    const isAsked = key === 'host_access' || (key === 'mode' && declared.external);
    if (isAsked && (joined?.native ?? true) && joined?.decoded?.settings[key] === undefined) continue;
    if (here === undefined || (theirs !== undefined && plainOf(here) === plainOf(theirs))) continue;
    const span = decoded.keys.get(key)!;
    const network = declared.key;
    report(
      'netmode/conflicting-network',
      span,
      `${subject}: "${key}" differs from that of network "${network}", which it joins`,
      {
        help: `remove it here, or change it at network "${network}"`,
        related: [
          {
            message: `network "${network}" is declared here`,
            span: joined?.decoded?.keys.get(key) ?? declared.span,
          },
        ],
      },
    );
  }
}

function plainOf(value: Located<unknown> | readonly Located<unknown>[]): string {
  return [value]
    .flat()
    .map((item) => String((item as Located<unknown>).value))
    .join(' ');
}
