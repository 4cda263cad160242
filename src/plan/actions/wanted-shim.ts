/** Whether an interface is what a shim is to be. */
import type { HostInterface } from '../facts/facts.ts';
import type { CreateShim } from './action.ts';

/** Of its kind, mode, flag and parent; whose it is, is asked elsewhere. */
export function isAsWanted(link: HostInterface, { driver, mode, flag, parent }: CreateShim): boolean {
  return (
    link.kind === driver &&
    link.mode === mode &&
    link.link === parent &&
    (driver === 'macvlan' || link.flag === (flag ?? 'bridge'))
  );
}
