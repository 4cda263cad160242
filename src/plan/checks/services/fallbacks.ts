/** What is lost where macvlan and ipvlan cannot work and a `fallback` is used, and what this host must be told. */
import type { Report } from '../../../diagnostics/diagnostic.ts';
import { type Address, formatAddress, sameAddress } from '../../facts/ip.ts';
import { type ParsedFacts, passesLoopback } from '../../facts/parsed-facts.ts';
import { insteadText, lostText } from '../../services/fallen-text.ts';
import type { Plan, ServicePlan } from '../../types.ts';

/**
 * Reports `service/falls-back`, `service/ports-ignored`, and of loopback addresses `ports/no-such-address` and
 * `engine/remote`.
 */
export function checkFallbacks(
  { services }: Plan,
  facts: ParsedFacts,
  report: Report,
  starting?: ReadonlySet<string>,
): void {
  for (const plan of services.values()) {
    const { service, fallen } = plan;
    if (!fallen || !service.active || starting?.has(service.name) === false) continue;
    report(
      'service/falls-back',
      service.netmode?.span ?? service.networks?.span ?? service.span,
      `"${service.name}" is ${insteadText(fallen)}, because ${fallen.because}: it has ${lostText(fallen)}`,
      { ...(answersNowhere(plan) && { help: 'say which ports to publish there: "fallback: { ports: […] }"' }) },
    );
    const [unpublished] = fallen.unpublished ?? [];
    if (unpublished)
      report(
        'service/ports-ignored',
        unpublished.span,
        `"${service.name}": the ports of its fallback are published on a bridge only, and it is ${insteadText(fallen)}`,
        {
          help:
            fallen.to === 'host'
              ? 'say with "listen" what the process opens, or write "mode: bridge" beside them'
              : 'remove them, or write "mode: bridge" beside them',
        },
      );
    if (fallen.loopback) checkLoopback(plan, fallen.loopback, facts, report);
  }
}

const answersNowhere = ({ fallen, ports }: ServicePlan) => fallen?.to === 'bridge' && ports.length === 0;

/** Ports for this fallback, which are published as they are written. */
const otherPorts = 'give it other ports there: "fallback: { ports: […] }"';

/** An address of its own among this host's loopback addresses, which not every host has. */
function checkLoopback({ service, ports }: ServicePlan, address: Address, facts: ParsedFacts, report: Report): void {
  const { host, engine } = facts;
  const text = formatAddress(address);
  const { span } = ports.find((port) => sameAddress(port.address, address))!.source;
  const subject = `"${service.name}" publishes on ${text}, because others have its ports too`;
  if (engine?.remote) {
    report('engine/remote', span, `${subject}: on the engine's machine, which nobody else reaches there`, {
      severity: 'warning',
      help: otherPorts,
    });
  } else if (!passesLoopback(facts)) {
    report(
      'ports/no-such-address',
      span,
      `${subject}: ${engine?.product} passes every loopback address of its virtual machine on to 127.0.0.1`,
      { help: otherPorts },
    );
  } else if (host?.platform === 'darwin' && !host.interfaces.some(({ addresses }) => has(addresses, address))) {
    report('ports/no-such-address', span, `${subject}: a Mac has only 127.0.0.1 until it is given others`, {
      // Docker Desktop binds on the Mac itself, and cannot.
      ...(engine?.product === 'Docker Desktop' && { severity: 'error' }),
      help: `run, anew after each start of the Mac: sudo ifconfig lo0 alias ${text} up; or ${otherPorts}`,
    });
  }
}

const has = (addresses: readonly { readonly address: Address }[], wanted: Address): boolean =>
  addresses.some(({ address }) => sameAddress(address, wanted));
