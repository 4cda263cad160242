/** Carries out what `down` may remove. */
import type { Release } from '../../plan/actions/action.ts';
import { observeInterfaces } from '../observe/host-facts.ts';
import { HostError } from '../system/errors.ts';
import type { Host } from '../system/host.ts';
import { byHand, runPrivileged } from './sudo.ts';

/**
 * Carries releases out in order. A shim that went with its parent is fine: an engine removes a VLAN link that it made.
 */
export async function executeReleases(releases: readonly Release[], host: Host): Promise<readonly Release[]> {
  for (const [at, one] of releases.entries()) {
    try {
      await runPrivileged(host, one.command);
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      if (error.failure.needsRoot)
        throw new HostError({ ...error.failure, help: byHand(releases.slice(at).map(({ command }) => command)) });
      if (one.kind === 'network') throw error;
      // With a shim its routes and neighbours go, and what is learned of neighbours goes by itself.
      if (one.kind !== 'shim' && /No such (process|file or directory)|Cannot find device/.test(error.message)) continue;
      if (one.kind === 'rule' || (await observeInterfaces(host)).some(({ name }) => name === one.shim)) throw error;
    }
  }
  return releases;
}
