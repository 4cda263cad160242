/** What is done last: finds what nothing needs any more, and removes it. */
import type { Project } from '../../compose/project/project.ts';
import { executeReleases, type ReleaseOptions } from '../../host/execute/remove.ts';
import { leases, withLock } from '../../host/lock.ts';
import { observeAgain, observeEngine } from '../../host/observe/engine-facts.ts';
import { observeHostAndShims, observeInterfaces } from '../../host/observe/host-facts.ts';
import { observeRules6, stateOfShims } from '../../host/observe/shims.ts';
import { HostError } from '../../host/system/errors.ts';
import type { Host } from '../../host/system/host.ts';
import type { Release } from '../../plan/actions/action.ts';
import type { EngineFacts } from '../../plan/facts/facts.ts';
import { isOurs, servedNetwork } from '../../plan/facts/ownership.ts';
import { shimsNow } from '../../plan/host-changes/host-actions.ts';
import { type LeftNetworks, leftNetworks } from '../../plan/host-changes/left-networks.ts';
import { releasable } from '../../plan/host-changes/releasable.ts';
import { type StaleFacts, staleOn } from '../../plan/host-changes/stale.ts';
import type { Plan } from '../../plan/types.ts';
import { showReleases } from '../progress/host-steps.ts';
import type { Progress } from '../progress/progress.ts';
import type { Session } from '../session.ts';

/**
 * What `down` does last: networks and shims that nothing needs, and what the other shims lead to although it is gone.
 * Observes, decides and removes, under the lock. Throws a `HostError` where the engine cannot be reached or a removal
 * fails; the next `down` goes on from there.
 *
 * @param left networks that the project's files no longer have
 * @returns what was removed
 */
export function release(
  { host, progress }: Pick<Session, 'host' | 'progress'>,
  left?: LeftNetworks,
): Promise<readonly Release[]> {
  return withLock(host, 'host', async () => {
    const facts = await progress.during('Host and engine', 'Looking', () => observeAll(host, { gone: true }));
    const leased = await leasedNetworks(host, facts, () => true);
    const released = [...(left ? leftNetworks(left, facts.engine) : []), ...releasable(facts, leased)];
    const gone = new Set(released.flatMap((one) => (one.kind === 'shim' ? one.shim : [])));
    const interfaces = facts.host.interfaces.filter(({ name }) => !gone.has(name));
    const stale = staleOn({ ...facts, host: { ...facts.host, interfaces } }, leased);
    return executeReleases([...withoutRepeats(stale, released), ...released], host, showing(progress));
  });
}

/**
 * The macvlan and ipvlan networks of the project's own that its override had, and that neither another override nor its
 * files have; nothing where there are none.
 */
export async function leftBetween(
  project: Project,
  before: string | undefined,
  after: string | undefined,
): Promise<LeftNetworks | undefined> {
  if (before === undefined || before === after) return undefined;
  const [had, has] = [await ownNetworks(before), await ownNetworks(after ?? '')];
  const keys = new Set(had.filter((key) => !has.includes(key) && !project.networks.has(key)));
  return keys.size > 0 ? { project: project.name, keys } : undefined;
}

/** The keys of the networks that an override defines; those outside the project have no driver there. */
async function ownNetworks(override: string): Promise<readonly string[]> {
  const { parseDocument } = await import('yaml');
  // Its tags are Compose's.
  const { networks } = (parseDocument(override, { logLevel: 'silent' }).toJS() ?? {}) as {
    readonly networks?: Readonly<Record<string, { readonly driver?: string } | null>>;
  };
  return Object.entries(networks ?? {}).flatMap(([key, network]) => (isUnderlayDriver(network?.driver) ? key : []));
}

const isUnderlayDriver = (driver: string | undefined) => driver === 'macvlan' || driver === 'ipvlan';

interface TidyOptions {
  /** What has been started. */
  readonly plan?: Plan;
  /** The engine as it was some moments ago. */
  readonly known?: EngineFacts;
  /** What is to be done first, by the same facts. */
  readonly first?: (facts: StaleFacts) => Promise<void>;
}

/**
 * What `up` does last, to be called under the lock: what the shims lead to although it is gone. Throws as `release`
 * does.
 *
 * @returns what was seen
 */
export async function tidy(
  { host, progress }: Pick<Session, 'host' | 'progress'>,
  { plan, known, first }: TidyOptions = {},
): Promise<StaleFacts> {
  const look = () => observeAll(host, { ...(known && { known }) });
  const facts = await progress.during('Host and engine', 'Looking', look);
  // What this process itself holds, its own containers' networks, it knows all about.
  const leased = await leasedNetworks(host, facts, (pid) => pid !== host.pid);
  await first?.(facts);
  await executeReleases(staleOn(facts, leased, plan ? shimsNow(plan, facts.engine) : []), host, showing(progress));
  return facts;
}

/** Where the host has shims of ours, as `tidy`, under the lock. */
export async function tidyWhereShimsAre(session: Pick<Session, 'host' | 'progress'>): Promise<void> {
  const { host } = session;
  if (await hasShims(host)) await withLock(host, 'host', () => tidy(session));
}

/** What is removed, as progress. That containers are gone is no reason to fail for who is not root. */
const showing = (progress: Progress): ReleaseOptions => ({
  onReleases: (releases) => showReleases(releases, progress),
  leavesGone: true,
});

/** A host without a working `ip` has none: the commands that are Compose's alone need none either. */
async function hasShims(host: Host): Promise<boolean> {
  if (host.platform !== 'linux') return false;
  try {
    return (await observeInterfaces(host)).some(isOurs);
  } catch (error) {
    if (error instanceof HostError) return false;
    throw error;
  }
}

interface Looking {
  /** The engine as it was some moments ago. */
  readonly known?: EngineFacts;
  /** Whether what shims left that are gone is looked for as well. */
  readonly gone?: boolean;
}

/** What there is of shims and their networks. Throws a `HostError` where the engine cannot be reached. */
export async function observeAll(host: Host, { known, gone = false }: Looking = {}): Promise<StaleFacts> {
  const [seen, engine, rules6] = await Promise.all([
    observeHostAndShims(host, { listener: true }),
    known ? observeAgain(host, known) : observeEngine(host),
    gone ? observeRules6(host) : undefined,
  ]);
  if (engine.kind === 'unreachable') throw engine.error;
  return { host: seen.facts, engine: engine.facts, state: await stateOfShims(host, seen, rules6) };
}

/** The networks that netcompose, in any process that counts, is just starting containers on. */
export async function leasedNetworks(
  host: Host,
  facts: StaleFacts,
  counts: (pid: number) => boolean,
): Promise<ReadonlySet<string>> {
  const names = [
    ...facts.engine.networks.map(({ name }) => name),
    ...facts.host.interfaces.flatMap((one) => servedNetwork(one) ?? []),
  ];
  const held = await Promise.all(
    [...new Set(names)].map(async (name) => ((await leases(host, name)).some(counts) ? [name] : [])),
  );
  return new Set(held.flat());
}

/** A rule to a shim that goes is removed with it, before it. */
function withoutRepeats(stale: readonly Release[], released: readonly Release[]): readonly Release[] {
  const known = new Set(released.map(({ command }) => command.join(' ')));
  return stale.filter(({ command }) => !known.has(command.join(' ')));
}
