/** ifupdown, which has no macvlan and no ipvlan: it runs the commands of `up`. */
import { commandOf, undoOf } from '../../plan/actions/commands.ts';
import { displayCommand } from '../../plan/actions/display.ts';
import { isAutomatic, type Managers, readsFolder } from '../../plan/facts/managers.ts';
import { type Format, lacksInGeneral, markedText, type PersistedShim } from './persisted-shim.ts';

export const ifupdown: Format = {
  name: 'ifupdown',
  lacks: (shim, managers) => lacksInGeneral(shim) ?? lacksHere(shim, managers),
  files: (shim) => [
    { path: `/etc/network/interfaces.d/netcompose-${shim.name}`, mode: 0o644, text: markedText(stanza(shim)) },
  ],
};

function lacksHere({ name, link }: PersistedShim, { ifupdown: texts, systemd }: Managers): string | undefined {
  if (!texts) return 'ifupdown is not installed';
  if (!readsFolder(texts)) return '/etc/network/interfaces does not read /etc/network/interfaces.d';
  // `source-directory` passes over files with a dot in their names.
  if (name.includes('.')) return `the name "${name}" has a dot`;
  return systemd && !isAutomatic(link.parent, texts)
    ? `ifupdown does not bring "${link.parent}" up at start, but when it is there ("auto ${link.parent}")`
    : undefined;
}

/**
 * ifupdown2, which Proxmox has, takes what the file does not say of an interface's alias and addresses away whenever it
 * has the interface before it, between its commands of `pre-up` and those of `up`; these are run each time.
 */
function stanza(shim: PersistedShim) {
  const { name, link, mark, settings, multicast, answers, addresses, up, routes, neighbours } = shim;
  const { returnRoutes, returnRules } = shim;
  const said = [...(multicast ? [multicast] : []), ...(answers ? [answers] : [])];
  return [
    `auto ${name}`,
    `iface ${name} inet manual`,
    ...[link, ...settings, ...said].map((action) => {
      // A kernel without IPv6 has none of its settings.
      const mayFail = action.kind === 'set-sysctl' && action.key[0] === 'ipv6';
      return `    pre-up ${displayCommand(commandOf(action))}${mayFail ? ' || true' : ''}`;
    }),
    `    up ${displayCommand(commandOf(mark))}`,
    ...addresses.map((action) => `    up ${displayCommand(replacing(commandOf(action)))}`),
    ...[up, ...routes, ...neighbours, ...returnRoutes].map((action) => `    up ${displayCommand(commandOf(action))}`),
    // A rule does not go with the shim, and one that is there already is no failure.
    ...returnRules.map((action) => `    up ${displayCommand(commandOf(action))} || true`),
    ...returnRules.map((action) => `    post-down ${displayCommand(undoOf(action))} || true`),
    `    post-down ${displayCommand(undoOf(link))} || true`,
  ];
}

/** An address that is there already is no failure. */
const replacing = (argv: readonly string[]) => argv.map((word) => (word === 'add' ? 'replace' : word));
