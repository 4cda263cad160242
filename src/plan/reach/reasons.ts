/**
 * Why a place does not answer, found in what was looked at. From what is surely the reason to what is only likely; the
 * first that applies is told.
 */
import { displayCommand } from '../actions/display.ts';
import {
  type Address,
  contains,
  formatAddress,
  isLoopback,
  isUnspecified,
  parseAddress,
  parseCidr,
  sameAddress,
} from '../facts/ip.ts';
import { interfaceOf } from '../facts/parsed-facts.ts';
import { formatPort } from '../services/listeners.ts';
import { hostFirewall, ownFirewall } from './filter-reasons.ts';
import { isUp, type LiveContainer } from './live-container.ts';
import type { Failure } from './probe.ts';
import { addressAsked, containerOf, type Failed, type Look, type Reason } from './reason.ts';
import {
  answersAstray,
  askerForged,
  detour,
  firewalldForged,
  noDefaultRoute,
  onlyTheShim,
  otherWay,
  reversePathFilter,
  silentGateway,
} from './route-reasons.ts';

const looks: readonly Look[] = [
  noContainer,
  notRunning,
  otherAddress,
  reversePathFilter,
  askerForged,
  shimBroken,
  notListening,
  startedAgain,
  noDefaultRoute,
  detour,
  onlyTheShim,
  silentGateway,
  firewalldForged,
  otherWay,
  answersAstray,
  ownFirewall,
  hostFirewall,
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
  refused: 'it is refused: nothing listens there, or a packet filter on the way refuses it',
  closed: 'the connection is closed at once',
  unreachable: 'nobody has this address, there is no way to it, or a packet filter on the way says so',
  silent: 'no answer came within 2 s',
};

function noContainer({ question: { to, container } }: Failed): Reason | undefined {
  if (container !== undefined || to === 'gateway') return undefined;
  return { reason: `"${to}" has no container`, help: `start it: netcompose up -d ${to}` };
}

function notRunning({ question, evidence }: Failed): Reason | undefined {
  const container = containerOf(question, evidence);
  if (!container || isUp(container)) return undefined;
  const reason = `"${container.name}" ${stateText(container)}`;
  if (container.error !== undefined) return { reason };
  const verb = { created: 'up -d', paused: 'unpause' }[container.state] ?? 'logs';
  return { reason, help: `${verb === 'logs' ? 'see' : 'run'}: netcompose ${verb} ${question.to}` };
}

function stateText({ state, exitCode, error, restarts }: LiveContainer): string {
  if (error !== undefined) return `could not be started: ${error}`;
  switch (state) {
    case 'created':
      return 'was made, but never started';
    case 'restarting':
      return `keeps ending, with exit code ${exitCode}, and was started again ${timesText(restarts)}`;
    case 'exited':
      return `has ended with exit code ${exitCode}`;
    default:
      return `is ${state}`;
  }
}

const timesText = (count = 1): string => (count === 1 ? 'once' : `${count} times`);

/** Compose forgets fixed addresses where it makes a network anew below containers that stay. */
function otherAddress({ question, evidence }: Failed): Reason | undefined {
  const { network, to, onHost, mapped } = question;
  const has = Object.values(containerOf(question, evidence)?.addresses ?? {}).flat();
  const asked = addressAsked(question);
  if (network === undefined || onHost || mapped || asked === undefined || has.length === 0 || has.includes(asked))
    return undefined;
  return {
    reason: `"${question.container}" has not got the address ${asked}, but ${has.join(', ')}`,
    help: `make it anew: netcompose up -d --force-recreate ${to}`,
  };
}

function shimBroken({ question, evidence }: Failed): Reason | undefined {
  const { from, network, onHost } = question;
  if (network === undefined || (from.kind === 'container' && !onHost)) return undefined;
  const asking = from.kind === 'container' ? evidence.containers.get(from.container) : undefined;
  const between = asking ? Object.values(asking.addresses).flat() : [addressAsked(question) ?? ''];
  const addresses = between.flatMap((text) => parseAddress(text) ?? []);
  const pending = (evidence.pendingShims.get(network) ?? []).filter((command) => concerns(command, addresses));
  if (pending.length === 0) return undefined;
  const shim = evidence.shimNames.get(network)!;
  const state = interfaceOf(evidence.host, shim) ? 'not as planned' : 'not there';
  return {
    reason: `the shim "${shim}", by which this host and the network meet, is ${state}`,
    help: `"netcompose up -d" mends it: ${pending.slice(0, 3).map(displayCommand).join('; ')}`,
  };
}

/** Routes and neighbours of other containers are no reason. */
function concerns([program, object, , target]: readonly string[], addresses: readonly Address[]): boolean {
  if (program !== 'ip' || (object !== 'route' && object !== 'neigh')) return true;
  const range = parseCidr(target ?? '') ?? parseAddress(target ?? '');
  if (range === undefined) return true;
  return addresses.some((address) => ('prefix' in range ? contains(range, address) : sameAddress(range, address)));
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
    const { restarts } = container;
    const again = restarts === undefined ? '' : ` now (it has ended and was started again ${timesText(restarts)})`;
    return {
      reason: `nothing listens on ${wanted} in "${name}", though it runs${again}${starting}${instead}`,
      help: `see: netcompose logs ${to}; if it listens elsewhere, say so in "ports", "expose" or "listen"`,
    };
  }
  // At which of the container's addresses what is mapped arrives is Docker's choice.
  const target = question.mapped ? undefined : parseAddress(addressAsked(question) ?? '');
  const takes = ({ address }: (typeof there)[number]) =>
    isUnspecified(address) || (target ? sameAddress(address, target) : !isLoopback(address));
  if (there.some(takes)) return undefined;
  const at = [...new Set(there.map(({ address }) => formatAddress(address)))].join(', ');
  const isHidden = there.every(({ address }) => isLoopback(address));
  return {
    reason:
      `"${name}" listens on ${wanted} at ${at} only` +
      (isHidden ? ', which nothing outside of its network namespace reaches' : ''),
    help: 'set the program up to listen on 0.0.0.0 (or ::)',
  };
}

/** Its sockets may not be read; or they are not there just now. */
function startedAgain({ question, evidence }: Failed): Reason | undefined {
  const { name, restarts } = containerOf(question, evidence) ?? {};
  if (name === undefined || restarts === undefined || evidence.sockets.has(name)) return undefined;
  return {
    reason: `"${name}" has ended and was started again ${timesText(restarts)}`,
    help: `see: netcompose logs ${question.to}`,
  };
}

function unhealthy({ question, evidence }: Failed): Reason | undefined {
  const container = containerOf(question, evidence);
  if (container?.health !== 'unhealthy' && container?.health !== 'starting') return undefined;
  return { reason: `the health check of "${container.name}" says "${container.health}"` };
}
