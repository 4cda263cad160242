/** Versions of the engine and of Compose, and what depends on them. */
import type { EngineFacts, Facts } from './facts.ts';

interface Versions {
  readonly engine?: Pick<EngineFacts, 'version' | 'kind'>;
  readonly compose?: NonNullable<Facts['compose']>;
}

/** Compose knows `!override` from here on. */
export const oldestCompose = '2.24.4';

/** For wherever Compose is looked for and is not there. */
export const composeMissing = {
  message: 'Docker Compose is not installed',
  help: `install the "docker compose" plugin, ${oldestCompose} or newer (docs.docker.com/compose/install)`,
} as const;

/** Whether a version comes before another; what is not a number counts as 0. */
export function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split('.').map((part) => Number.parseInt(part, 10) || 0));
  for (let index = 0; index < 3; index++) {
    if (a![index] !== b![index]) return (a![index] ?? 0) < (b![index] ?? 0);
  }
  return false;
}

/**
 * From which version on the engine and Compose know a key of a network, or of a service on one; docs/measured.md,
 * "Docker Engine". Every Compose that netcompose works with knows `mac_address` there.
 */
const knownSince = {
  mac_address: { engine: '25.0', compose: oldestCompose },
  gw_priority: { engine: '28.0', compose: '2.33' },
  enable_ipv4: { engine: '28.0', compose: '2.33.1' },
  interface_name: { engine: '28.1', compose: '2.36' },
} as const;

export type NewerKey = keyof typeof knownSince;

/**
 * What is too old for a key, in words; nothing where both know it, or where nobody looked. Podman counts in its own
 * way.
 */
export function tooOldFor(
  key: NewerKey,
  { engine, compose }: Versions,
): { readonly message: string; readonly help: string } | undefined {
  const since = knownSince[key];
  if (engine && engine.kind !== 'podman' && isOlder(engine.version, since.engine)) {
    return {
      message: `this engine is ${engine.version}, which does not know ${key}`,
      help: `update Docker to ${since.engine} or newer`,
    };
  }
  if (compose && isOlder(compose.version, since.compose)) {
    return {
      message: `Docker Compose is ${compose.version}, which does not know ${key}`,
      help: `update Docker Compose to ${since.compose} or newer`,
    };
  }
  return undefined;
}

/** From which version on the engine reads the option of a network's driver that enables or disables a family. */
const familyOptionSince = { 4: '28.0', 6: '27.0.1' } as const;

/**
 * Whether the engine reads it: an older one keeps it and does nothing (docs/measured.md). Podman has no such option;
 * where nobody looked, the engine is as new as any.
 */
export function knowsFamilyOption(family: 4 | 6, { engine }: Versions): boolean {
  return !engine || (engine.kind !== 'podman' && !isOlder(engine.version, familyOptionSince[family]));
}

/** From here on several macvlan networks may be on one parent; of ipvlan there is one in every version. */
const severalMacvlans = '27.0.1';

/** Whether a parent carries one network of the driver; where nobody looked, as the newest engine has it. */
export function isOnePerParent(driver: string | undefined, { engine }: Versions): boolean {
  return (
    driver === 'ipvlan' ||
    (engine !== undefined && engine.kind !== 'podman' && isOlder(engine.version, severalMacvlans))
  );
}
