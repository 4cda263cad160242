/** What the project will open on the host, against what is open there now. */
import type { DiagnosticDetails, Report } from '../../../diagnostics/diagnostic.ts';
import { hostAddress } from '../../facts/host-address.ts';
import { defaultInterface } from '../../facts/interfaces.ts';
import { type Address, formatAddress, isLoopback, isUnspecified } from '../../facts/ip.ts';
import { interfaceOf, isInVirtualMachine, isRootless, knows, type ParsedFacts } from '../../facts/parsed-facts.ts';
import { formatPort } from '../../services/listeners.ts';
import type { Plan } from '../../types.ts';
import { isSharedByHabit } from './discovery-ports.ts';
import { grouped, type Occupant, occupantsOf } from './occupants.ts';
import { type Claim, claimsByNamespace, host, shareIt, sharesAddress, takes } from './ports.ts';

/**
 * Reports `ports/in-use-on-host` and `ports/in-use-by-container`: as errors where it is certain, as warnings where the
 * port is guessed from an image or the engine was not asked. What the project's own running containers have never
 * counts.
 *
 * @param starting the services that are started now, where that is not all
 */
export function checkLivePorts(
  { project, services }: Plan,
  facts: ParsedFacts,
  report: Report,
  starting?: ReadonlySet<string>,
): void {
  const occupants = grouped(occupantsOf(project.name, facts));
  if (occupants.size === 0) return;
  const claims = (claimsByNamespace(services).get(host) ?? []).filter(
    ({ service, active }) => active && (starting?.has(service) ?? true),
  );
  /** What has been suggested to somebody is no suggestion for the next. */
  const suggested = new Set<string>();
  const isWanted = (port: number, protocol: string) =>
    claims.some((claim) => claim.protocol === protocol && claim.first <= port && port <= claim.last);
  for (const claim of claims) {
    if (claim.from !== 'published' && !opensOnHost(claim, project.name, facts)) continue;
    const occupant = occupantOf(claim, occupants);
    if (occupant)
      reportOccupant(
        claim,
        occupant,
        (port) => {
          const key = `${port}/${claim.protocol}`;
          return isWanted(port, claim.protocol) || occupants.has(key) || suggested.has(key);
        },
        (port) => suggested.add(`${port}/${claim.protocol}`),
        facts,
        report,
      );
  }
}

/** Whether a host-mode service will open its ports on this host, and has not done so already. */
function opensOnHost({ service }: Claim, project: string, { engine }: ParsedFacts): boolean {
  // There the "host" is a virtual machine, or the rootless engine's own namespace.
  if (isInVirtualMachine(engine) || isRootless(engine) || engine?.remote) return false;
  return !engine?.containers.some(
    (container) =>
      container.running &&
      container.project === project &&
      container.service === service &&
      (container.networkMode === 'host' || container.networkMode.startsWith('container:')),
  );
}

/** The first that is in the way: a container, whose name says most, before a process. */
function occupantOf(
  { first, last, protocol, address }: Claim,
  occupants: ReadonlyMap<string, readonly Occupant[]>,
): Occupant | undefined {
  let found: Occupant | undefined;
  for (let port = first; port <= last; port++) {
    for (const occupant of occupants.get(`${port}/${protocol}`) ?? []) {
      if (!sharesAddress(address, occupant.address)) continue;
      if (occupant.container) return occupant;
      if (!found || (found.perhapsOnlyV6 && !occupant.perhapsOnlyV6)) found = occupant;
    }
  }
  return found;
}

function reportOccupant(
  claim: Claim,
  occupant: Occupant,
  isTaken: (port: number) => boolean,
  suggest: (port: number) => void,
  facts: ParsedFacts,
  report: Report,
): void {
  const { container, port, protocol } = occupant;
  const subject =
    `"${claim.service}" ` +
    `${takes(claim.from, `port ${formatPort({ first: port, last: port, protocol })}`)} of the host`;
  const isShared = claim.from !== 'published' && !occupant.isPublished && isSharedByHabit(protocol, port, port);
  const doubtful = !knows(facts.engine, 'containers') || claim.from === 'image';
  const unsureOfFamily = occupant.perhapsOnlyV6 && claim.address?.family === 4;
  const details: DiagnosticDetails = {
    help: isShared ? shareIt : helpFor(claim, occupant, isTaken, suggest, facts),
    ...((doubtful || unsureOfFamily) && { severity: 'warning' }),
    ...(isShared && { severity: 'info' }),
  };
  if (container) {
    const of = container.project === undefined ? '' : ` of project "${container.project}"`;
    report(
      'ports/in-use-by-container',
      claim.span,
      `${subject}, which the container "${container.name}"${of} ` +
        `${occupant.owner ? 'has open' : 'publishes'}${where(occupant)}`,
      details,
    );
  } else {
    const who = occupant.owner ? `"${occupant.owner.name}" (pid ${occupant.owner.pid})` : 'another process';
    const note = unsureOfFamily ? ', unless for IPv6 only' : '';
    report('ports/in-use-on-host', claim.span, `${subject}, which ${who} has open${where(occupant)}${note}`, details);
  }
}

/** The address, where it is a certain one. */
function where({ address, perhapsOnlyV6 }: Occupant): string {
  if (perhapsOnlyV6) return ' on ::';
  return !address || isUnspecified(address) ? '' : ` on ${formatAddress(address)}`;
}

function helpFor(
  claim: Claim,
  { port, address, container, owner }: Occupant,
  isTaken: (port: number) => boolean,
  suggest: (port: number) => void,
  facts: ParsedFacts,
): string {
  const end = container
    ? `stop it: docker stop ${container.name}`
    : owner || facts.host?.privilege === 'root'
      ? 'end that process'
      : 'end that process (root sees which it is)';
  if (claim.from !== 'published') {
    const guess = claim.from === 'listen' ? '' : '; if it opens other ports, say which with "listen"';
    return `let "${claim.service}" listen on another port, or ${end}${guess}`;
  }
  // In place of a range its person must choose, who knows which ports go together.
  const other = claim.first === claim.last ? nextFree(port, isTaken) : undefined;
  if (other !== undefined) suggest(other);
  const lan = lanAddress(facts);
  // A resolver on 127.0.0.53 leaves the host's other addresses free.
  const elsewhere =
    !claim.address && address?.family === 4 && isLoopback(address) && lan
      ? `publish it on one address: "${formatAddress(lan)}:${port}:…", or `
      : '';
  const others = claim.first === claim.last ? 'another port' : 'other ports';
  return `${elsewhere}publish ${others}${other === undefined ? '' : `, such as ${other}`}, or ${end}`;
}

/** The nearest higher port that nobody has or wants; in place of a well-known one, its like (8080 for 80). */
function nextFree(port: number, isTaken: (port: number) => boolean): number | undefined {
  for (let next = port < 1024 ? port + 8000 : port + 1; next <= 65_535; next++) if (!isTaken(next)) return next;
  return undefined;
}

function lanAddress({ host: observed }: ParsedFacts): Address | undefined {
  return hostAddress({ family: 4 }, interfaceOf(observed, defaultInterface(observed)), observed);
}
