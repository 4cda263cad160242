/** A host with another environment. */
import type { Host } from './host.ts';

/** The host as it is with these variables added, for itself and for all that it runs; an empty one counts as none. */
export function withEnvironment(host: Host, added: Readonly<Record<string, string>>): Host {
  return {
    ...host,
    env: { ...host.env, ...added },
    run: (argv, options = {}) => host.run(argv, { ...options, env: { ...added, ...options.env } }),
    attach: (argv, options = {}) => host.attach(argv, { ...options, env: { ...added, ...options.env } }),
  };
}
