/**
 * Why a place does not answer, found in what was looked at. From what is surely the reason to what is only likely; the
 * first that applies is told.
 */
import { displayCommand } from '../actions/display.ts';
import { formatAddress, isLoopback, isUnspecified, parseAddress } from '../facts/ip.ts';
import { interfaceOf } from '../facts/parsed-facts.ts';
import { formatPort } from '../services/listeners.ts';
import type { Evidence } from './evidence.ts';
import { isUp, type LiveContainer } from './live-container.ts';
import type { Failure } from './probe.ts';
import type { Question } from './question.ts';

export interface Reason {
  readonly reason: string;
  readonly help?: string;
}

interface Failed {
  readonly question: Question;
  /** Absent where there was nothing to ask, because an address or a port is not there. */
  readonly why?: Failure;
  readonly evidence: Evidence;
}

type Look = (failed: Failed) => Reason | undefined;

const looks: readonly Look[] = [
  noContainer,
  notRunning,
  shimBroken,
  notListening,
  noDefaultRoute,
  reversePathFilter,
  firewall,
  silentGateway,
  unhealthy,
];

/** @returns the likely reason; at least what the asking itself has shown */
export function reasonFor(failed: Failed): Reason {
  for (const look of looks) {
    const found = look(failed);
    if (found) return found;
  }
  return { reason: shown[failed.why ?? 'unreachable'] };
}

const shown: Readonly<Record<Failure, string>> = {
  refused: 'the connection is refused, though something listens there: a packet filter on the way may do that',
  closed: 'the connection is closed at once',
  unreachable: 'nobody has this address, or there is no way to it',
  silent: 'no answer came within 2 s',
};

function noContainer({ question: { to, container } }: Failed): Reason | undefined {
  if (container !== undefined || to === 'gateway') return undefined;
  return { reason: `"${to}" has no container`, help: `start it: netcompose up -d ${to}` };
}

const stateReasons: Readonly<Record<string, string>> = {
  created: 'was made, but never started',
  restarting: 'keeps ending and is being started again',
  paused: 'is paused',
};

function notRunning({ question, evidence }: Failed): Reason | undefined {
  const container = containerOf(question, evidence);
  if (!container || isUp(container)) return undefined;
  const { name, state, exitCode } = container;
  const how =
    stateReasons[state] ??
    (state === 'exited' && exitCode !== undefined ? `has ended with exit code ${exitCode}` : `is ${state}`);
  const help = state === 'paused' ? `netcompose unpause ${question.to}` : `netcompose logs ${question.to}`;
  return { reason: `"${name}" ${how}`, help: `see: ${help}` };
}

function shimBroken({ question: { from, network }, evidence }: Failed): Reason | undefined {
  const pending = from.kind === 'host' && network !== undefined ? evidence.pendingShims.get(network) : undefined;
  if (!pending || pending.length === 0) return undefined;
  const shim = evidence.shimNames.get(network!)!;
  const isThere = evidence.host && interfaceOf(evidence.host, shim);
  return {
    reason:
      `the shim "${shim}", by which this host reaches the network, ` + `is ${isThere ? 'not as planned' : 'not there'}`,
    help: `"netcompose up -d" mends it: ${pending.slice(0, 3).map(displayCommand).join('; ')}`,
  };
}

/** Its sockets say whether anything would take what comes. */
function notListening({ question, evidence }: Failed): Reason | undefined {
  const { container: name, listens, to } = question;
  const sockets = name === undefined ? undefined : evidence.sockets.get(name);
  if (!listens || !sockets) return undefined;
  const { protocol, first, last } = listens;
  const ofProtocol = sockets.filter((socket) => socket.protocol === protocol);
  const there = ofProtocol.filter(({ port }) => first <= port && port <= last);
  const wanted = formatPort(listens);
  const container = containerOf(question, evidence)!;
  const starting = container.health === 'starting' ? ', and its health check says it is still starting' : '';
  if (there.length === 0) {
    // Docker's own name server is not the service's (127.0.0.11).
    const others = ofProtocol.filter(({ address }) => !formatAddress(address).startsWith('127.0.0.11'));
    const open = [...new Set(others.map(({ port }) => port))].slice(0, 5).map((port) => `${port}/${protocol}`);
    const instead = open.length > 0 ? `; what listens there is ${open.join(', ')}` : '';
    return {
      reason: `nothing listens on ${wanted} in "${name}", though it runs${starting}${instead}`,
      help: `see: netcompose logs ${to}; if it listens elsewhere, say so in "ports", "expose" or "listen"`,
    };
  }
  const target = parseAddress(addressAsked(question) ?? '');
  const isLocal = target !== undefined && isLoopback(target) && !question.probes.some(isProxied);
  const takes = there.filter(
    ({ address }) => isUnspecified(address) || (isLocal ? isLoopback(address) : !isLoopback(address)),
  );
  if (takes.length > 0) return undefined;
  const at = [...new Set(there.map(({ address }) => formatAddress(address)))].join(', ');
  return {
    reason: `"${name}" listens on ${wanted} at ${at} only, which nothing outside of its network namespace reaches`,
    help: 'set the program up to listen on 0.0.0.0 (or ::)',
  };
}

const isProxied = (probe: Question['probes'][number]) => probe.kind === 'tcp' && probe.proxied === true;

/** A container that is to reach what is not on its own link needs a way there. */
function noDefaultRoute({ question: { from, to }, evidence }: Failed): Reason | undefined {
  if (from.kind !== 'container' || to === 'gateway') return undefined;
  if (evidence.defaultRoutes.get(from.container) !== false) return undefined;
  return {
    reason: `"${from.container}" has no gateway: its network has no default route`,
    help: 'give its network a gateway, or put both services on one network',
  };
}

/** A strict filter drops what comes in by another interface than the answer would leave by. */
function reversePathFilter({ question: { from, network }, why, evidence }: Failed): Reason | undefined {
  if (from.kind !== 'host' || network === undefined || why !== 'silent') return undefined;
  const shim = evidence.shimNames.get(network);
  const { rpFilter = {} } = evidence.host ?? {};
  // The stricter of the two counts (Documentation/networking/ip-sysctl.rst).
  if (shim === undefined || Math.max(rpFilter['all'] ?? 0, rpFilter[shim] ?? 0) !== 1) return undefined;
  return {
    reason: `likely rp_filter: it is 1 for "${shim}", and the kernel drops answers that it would send elsewhere`,
    help: `sysctl -w net.ipv4.conf.${shim}.rp_filter=2`,
  };
}

function firewall({ question: { from, network }, why, evidence }: Failed): Reason | undefined {
  if (why !== 'silent' && why !== 'refused') return undefined;
  const hook = from.kind === 'host' ? 'output' : 'input';
  const zone = network === undefined ? undefined : evidence.zones.get(evidence.shimNames.get(network) ?? '');
  if (zone !== undefined && hook === 'input')
    return {
      reason: `likely this host's firewall: firewalld has the shim in zone "${zone}"`,
      help: `see: firewall-cmd --zone=${zone} --list-all`,
    };
  if (!evidence.dropping.has(hook)) return undefined;
  return {
    reason: `likely this host's firewall: what no rule accepts is dropped (policy of the hook "${hook}")`,
    help: 'see: nft list ruleset, or iptables -S',
  };
}

function silentGateway({ question: { from, to, network }, evidence }: Failed): Reason | undefined {
  if (to !== 'gateway' || from.kind !== 'container') return undefined;
  if (evidence.defaultRoutes.get(from.container) === false)
    return { reason: `"${from.container}" has no gateway: its network has no default route` };
  return {
    reason:
      'the gateway answers neither ping nor ARP: it is not there, or what is between carries only one MAC address',
    help: `see whether the parent can do this: netcompose doctor${network === undefined ? '' : ' --parent INTERFACE'}`,
  };
}

function unhealthy({ question, evidence }: Failed): Reason | undefined {
  const container = containerOf(question, evidence);
  if (container?.health !== 'unhealthy' && container?.health !== 'starting') return undefined;
  return { reason: `the health check of "${container.name}" says "${container.health}"` };
}

const containerOf = ({ container }: Question, { containers }: Evidence): LiveContainer | undefined =>
  container === undefined ? undefined : containers.get(container);

const addressAsked = ({ probes }: Question) => probes[0]?.address;
