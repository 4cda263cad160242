/** Whether this host and its engine are fit for each netmode, and if not, why and what to do. */
import { isUnderlay, type Netmode, netmodeNames, underlay } from '../../netmode/modes.ts';
import { lackingDriver, lackingMessage } from '../facts/drivers.ts';
import type { Facts } from '../facts/facts.ts';
import { hostAddress } from '../facts/host-address.ts';
import { defaultInterface } from '../facts/interfaces.ts';
import { formatAddress } from '../facts/ip.ts';
import {
  interfaceOf,
  isInVirtualMachine,
  isRootless,
  knows,
  type ParsedEngine,
  parseFacts,
} from '../facts/parsed-facts.ts';
import { composeMissing, isOlder, oldestCompose } from '../facts/versions.ts';
import { inVirtualMachine, lackingInPodman } from '../networks/parents.ts';
import { networksInTheWay, programsInTheWay } from './existing-networks.ts';
import { type Finding, type Situation, type Verdict, verdicts } from './finding.ts';
import { handMadeShims, type ShimFault } from './hand-made-shims.ts';
import { parentExists, parentIsFit, parentIsFree } from './parent-findings.ts';
import { shimComesBack } from './persistence.ts';

interface ModeDiagnosis {
  readonly netmode: Netmode;
  /** The worst of its findings; `works` if there are none. */
  readonly verdict: Verdict;
  readonly findings: readonly Finding[];
}

export interface Diagnosis {
  /** The interface that was judged as a parent. */
  readonly parent?: string;
  readonly netmodes: readonly ModeDiagnosis[];
  readonly shims: readonly ShimFault[];
}

type Check = (situation: Situation) => Finding | readonly Finding[] | undefined;

/** In the order in which their findings are shown. */
const checks: readonly Check[] = [
  engineAnswers,
  composeIsNew,
  engineKind,
  swarm,
  kernel,
  parentExists,
  parentIsFit,
  parentIsFree,
  privilege,
  goodToKnow,
  shimComesBack,
];

/** @param named the interface to judge; that of the default route where none is named */
export function diagnose(observed: Facts, named?: string): Diagnosis {
  const facts = parseFacts(observed);
  const parent = named ?? defaultInterface(facts.host);
  const card = interfaceOf(facts.host, parent);
  const netmodes = netmodeNames.map((mode): ModeDiagnosis => {
    const situation = { mode, facts, ...(parent !== undefined && { parent }), ...(card && { card }) };
    const found = [
      ...checks.flatMap((check) => check(situation) ?? []),
      ...networksInTheWay(observed, situation),
      ...programsInTheWay(observed, situation),
    ];
    // What cannot be mended makes the rest idle.
    const findings = found.some(({ verdict }) => verdict === 'cannot')
      ? found.filter(({ verdict }) => verdict === 'cannot')
      : found;
    return {
      netmode: mode,
      verdict: verdicts[Math.max(0, ...findings.map(({ verdict }) => verdicts.indexOf(verdict)))]!,
      findings,
    };
  });
  return { ...(parent !== undefined && { parent }), netmodes, shims: handMadeShims(facts) };
}

function engineAnswers({ facts }: Situation): Finding | undefined {
  return facts.engine
    ? undefined
    : { verdict: 'unknown', reason: 'the Docker engine cannot be reached', mend: ['docker', 'info'] };
}

function composeIsNew({ facts }: Situation): Finding | undefined {
  const { message, help: mend } = composeMissing;
  if (!facts.compose) return facts.engine && { verdict: 'with-change', reason: message, mend };
  return isOlder(facts.compose.version, oldestCompose)
    ? { verdict: 'with-change', reason: `Docker Compose ${facts.compose.version} is too old`, mend }
    : undefined;
}

/** What each kind of engine lacks; docs/measured.md, "Docker Engine". */
function engineKind({ mode, facts: { engine } }: Situation): Finding | undefined {
  if (!engine) return undefined;
  const lan = isUnderlay(mode);
  const fallback = 'write "fallback: bridge" to run it on a bridge there';
  if (lan && isInVirtualMachine(engine))
    return {
      verdict: 'cannot',
      reason: inVirtualMachine(engine),
      mend: fallback,
    };
  if ((lan || mode === 'overlay') && isRootless(engine))
    return {
      verdict: 'cannot',
      reason: `a rootless engine has no ${lan ? 'macvlan and no ipvlan' : 'overlay'}`,
      ...(lan && { mend: fallback }),
    };
  if (mode === 'host' && isRootless(engine))
    return {
      verdict: 'cannot',
      reason: "host mode is the rootless engine's own network namespace, not this host's",
      mend: 'use bridge and publish the ports',
    };
  if (mode === 'host' && engine.product && engine.product !== 'Docker Desktop')
    return {
      verdict: 'cannot',
      reason: `host mode is the network of ${engine.product}'s virtual machine, not this computer's`,
      mend: 'use bridge and publish the ports',
    };
  if (mode === 'host' && engine.kind === 'desktop')
    return {
      verdict: 'with-change',
      reason: 'Docker Desktop has host mode from 4.34 on, when it is turned on',
      mend: 'Settings, Resources, Network: "Enable host networking"',
    };
  if (lan && engine.remote)
    return {
      verdict: 'cannot',
      reason: 'the engine is on another machine, whose interfaces cannot be seen or prepared from here',
      mend: 'run netcompose on that machine',
    };
  return engine.kind === 'podman' ? onPodman(mode, engine) : undefined;
}

/** docs/podman.md */
function onPodman(mode: Netmode, engine: ParsedEngine): Finding | undefined {
  if (mode === 'overlay') return { verdict: 'cannot', reason: 'Podman has no overlay', mend: 'use bridge' };
  const lacks = isUnderlay(mode) ? lackingInPodman(mode, 'bridge', engine) : undefined;
  return lacks && { verdict: 'cannot', reason: lacks.message, mend: lacks.help };
}

function swarm({ mode, facts: { engine } }: Situation): Finding | undefined {
  if (
    mode !== 'overlay' ||
    !knows(engine, 'swarm') ||
    engine.kind === 'podman' ||
    engine.swarm === 'manager' ||
    isRootless(engine)
  )
    return undefined;
  return engine.swarm === 'worker'
    ? {
        verdict: 'with-change',
        reason: 'this engine is a worker of its swarm, and only managers make networks',
        mend: 'on a manager: docker node promote NODE',
      }
    : {
        verdict: 'with-change',
        reason: 'overlay networks need a swarm, and this engine is in none',
        mend: ['docker', 'swarm', 'init'],
      };
}

function kernel({ mode, facts, parent }: Situation): Finding | undefined {
  if (!isUnderlay(mode)) return undefined;
  const { driver } = underlay(mode);
  const lacking = lackingDriver(driver, parent ?? '', facts);
  if (lacking) return { verdict: 'cannot', reason: lackingMessage(lacking.driver), mend: lacking.help.join('; ') };
  const unseen = facts.host?.drivers && !facts.host.drivers[driver] && !facts.engine?.remote;
  return unseen
    ? { verdict: 'unknown', reason: `nothing tells whether the kernel has ${driver}`, mend: ['modprobe', driver] }
    : undefined;
}

function privilege({ mode, facts: { host, engine } }: Situation): Finding | undefined {
  if (!isUnderlay(mode) || host?.privilege !== 'none' || engine?.remote) return undefined;
  return {
    verdict: 'with-change',
    reason: 'the shim by which the host reaches its containers needs root, and sudo is not installed',
    mend: 'run netcompose as root, or write "host_access: none"',
  };
}

function goodToKnow({ mode, facts: { host }, card }: Situation): Finding | undefined {
  if (mode === 'ipvlan-l3' || mode === 'ipvlan-l3s') {
    const address = hostAddress({ family: 4 }, card, host);
    return {
      verdict: 'works',
      reason:
        `the LAN reaches the containers when its router has a route to their subnet via ` +
        `${address ? formatAddress(address) : 'this host'}`,
    };
  }
  const strict = Math.max(host?.rpFilter['all'] ?? 0, host?.rpFilter[card?.name ?? ''] ?? 0) === 1;
  return mode === 'ipvlan-l2' && strict
    ? { verdict: 'works', reason: 'under strict rp_filter the shim takes an address of the range for itself' }
    : undefined;
}
