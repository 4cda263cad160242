/** What is wrong with a shim, in words: the steps that are not done, and what leads to nothing. */
import type { HostAction, Release } from '../actions/action.ts';
import { displayCommand } from '../actions/display.ts';
import { type Address, blockOf, follows, formatAddress, formatCidr } from '../facts/ip.ts';
import { shimTable } from '../facts/ownership.ts';

type Kind = HostAction['kind'];

/** Of each action of a shim, what is the matter while it is not done. */
const undone: { readonly [K in Kind]?: (action: Extract<HostAction, { kind: K }>) => string } = {
  'create-shim': ({ driver, mode, flag, parent }) =>
    `there is no ${driver} interface in mode ${mode}${driver === 'ipvlan' && flag ? ` ${flag}` : ''} on ${parent}`,
  'mark-shim': ({ network }) => `it is not marked as the shim of "${network}"`,
  'set-sysctl': ({ key, value }) => `${['net', ...key].join('/')} is not ${value}`,
  'set-multicast': () => 'programs may announce its address to the LAN (multicast)',
  'set-mtu': ({ mtu, from }) => `its MTU is ${from}, its parent's ${mtu}`,
  'add-shim-address': ({ address }) => `it lacks the address ${formatCidr(blockOf(address))}`,
  'leave-alone': () => 'NetworkManager manages it',
  'retype-answers': () => 'the DHCP client takes its answers for those of another machine',
  'bring-shim-up': () => 'it is down',
  'add-table-route': ({ destination, source }) =>
    `no route to ${formatCidr(destination)} from ${formatAddress(source)} in table ${shimTable.number}`,
  'add-rule': ({ destination }) => `no rule for ${formatCidr(destination)}`,
  'add-shim-route': ({ destination }) => `no route to ${formatCidr(destination)}`,
  'add-return-route': ({ subnet }) => `no way back to ${formatCidr(subnet)} in table ${shimTable.number}`,
  'add-return-rule': ({ source }) => `no rule for what it answers as ${formatAddress(source)}`,
  'add-shim-neighbour': ({ address }) => `no neighbour entry for ${formatAddress(address)}`,
};

/** What is wrong while an action is not done. */
const faultOf = (action: HostAction): string =>
  (undone[action.kind] as ((action: HostAction) => string) | undefined)?.(action) ?? action.reason;

interface Undone {
  readonly action: HostAction;
  /** What is in its way, in words. */
  readonly conflict?: { readonly message: string };
}

/**
 * What is wrong while actions are not done, in their order. On ipvlan each address of a range has an entry: where those
 * of addresses in a row are missing, that is one fault.
 */
export function faultsOf(undone: readonly Undone[]): readonly string[] {
  const faults: string[] = [];
  let missing: { readonly first: Address; readonly last: Address } | undefined;
  for (const { action, conflict } of undone) {
    const entry = action.kind === 'add-shim-neighbour' && !conflict ? action.address : undefined;
    if (entry && missing && follows(entry, missing.last)) {
      missing = { ...missing, last: entry };
      faults.splice(-1, 1, `no neighbour entries for ${formatAddress(missing.first)} to ${formatAddress(entry)}`);
    } else {
      missing = entry && { first: entry, last: entry };
      faults.push(conflict?.message ?? faultOf(action));
    }
  }
  return faults;
}

const stale: Readonly<Record<Release['kind'], string>> = {
  network: 'nothing uses it',
  shim: 'nothing uses it',
  route: 'a route to where no container is',
  neighbour: 'a neighbour entry that is no longer true',
  rule: 'a rule for what is gone',
  answers: 'there is no shim',
};

/** What is wrong while something that may go is there. */
export const staleFault = ({ kind, command }: Release): string => `${stale[kind]}: ${displayCommand(command)}`;
