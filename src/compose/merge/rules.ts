/** Where merging has rules of its own. Source: compose-go's `override/merge.go` and `override/uncity.go`. */

import { type PatternNode, patternTree } from '../patterns.ts';
import type { KeyRule } from './unicity.ts';

export type Rule =
  | 'replace'
  | 'names'
  | 'dependencies'
  | 'pairs'
  | 'strings'
  | 'hosts'
  | 'pools'
  | 'build'
  | 'logging'
  | 'resource';

export interface Place {
  /** How to merge here; absent: mappings deep-merge, lists append, scalars are replaced. */
  readonly merge?: Rule;
  /** By what the entries of the list are told apart. */
  readonly key?: KeyRule;
}

export const rules: PatternNode<Place> = patternTree<Place>({
  'configs.*': { merge: 'resource' },
  'networks.*': { merge: 'resource' },
  'networks.*.ipam.config': { merge: 'pools' },
  'networks.*.labels': { merge: 'pairs', key: 'pair' },
  'volumes.*': { merge: 'resource' },
  'volumes.*.labels': { merge: 'pairs' },
  'secrets.*': { merge: 'resource' },
  'services.*.annotations': { merge: 'pairs', key: 'pair' },
  'services.*.build': { merge: 'build' },
  'services.*.build.args': { merge: 'pairs', key: 'pair' },
  'services.*.build.additional_contexts': { merge: 'pairs', key: 'pair' },
  'services.*.build.extra_hosts': { merge: 'hosts' },
  'services.*.build.labels': { merge: 'pairs', key: 'pair' },
  'services.*.build.tags': { key: 'pair' },
  'services.*.cap_add': { key: 'pair' },
  'services.*.cap_drop': { key: 'pair' },
  'services.*.command': { merge: 'replace' },
  'services.*.configs': { key: 'config' },
  'services.*.depends_on': { merge: 'dependencies' },
  'services.*.deploy.labels': { merge: 'pairs', key: 'pair' },
  'services.*.devices': { key: 'device' },
  'services.*.dns': { merge: 'strings', key: 'pair' },
  'services.*.dns_opt': { merge: 'strings', key: 'pair' },
  'services.*.dns_search': { merge: 'strings', key: 'pair' },
  'services.*.entrypoint': { merge: 'replace' },
  'services.*.env_file': { merge: 'strings', key: 'path' },
  'services.*.environment': { merge: 'pairs', key: 'pair' },
  'services.*.expose': { key: 'text' },
  'services.*.extra_hosts': { merge: 'hosts' },
  'services.*.healthcheck.test': { merge: 'replace' },
  'services.*.label_file': { merge: 'strings' },
  'services.*.labels': { merge: 'pairs', key: 'pair' },
  'services.*.links': { key: 'pair' },
  'services.*.logging': { merge: 'logging' },
  'services.*.models': { merge: 'names' },
  'services.*.networks': { merge: 'names' },
  'services.*.networks.*.aliases': { key: 'pair' },
  'services.*.networks.*.link_local_ips': { key: 'pair' },
  'services.*.ports': { key: 'port' },
  'services.*.profiles': { key: 'pair' },
  'services.*.secrets': { key: 'secret' },
  'services.*.sysctls': { merge: 'pairs', key: 'pair' },
  'services.*.tmpfs': { merge: 'strings', key: 'pair' },
  'services.*.ulimits.*': { merge: 'replace' },
  'services.*.volumes': { key: 'target' },
});
