/** A DHCP client that gives the address of the host up, because it hears the shim's answers to containers. */
import * as assert from 'uvu/assert';
import { foreignClaims } from '../support/frames.ts';
import { usualAddress } from './managers.ts';
import { forms } from './product.ts';
import { addContainer, reaches } from './rig/containers.ts';
import { hostMac } from './rig/lan.ts';
import type { Machine } from './rig/machine.ts';
import { soon } from './rig/processes.ts';

const { plain } = forms;

/** Whether the host gives its address back once two containers have asked for it; nothing of that was on the LAN. */
export async function addressLost(machine: Machine): Promise<boolean> {
  const told = machine.lan.dhcpLog().length;
  await machine.lan.heard();
  await addContainer(machine, 'second', '192.168.1.201').catch(() => undefined);
  for (const container of [plain.container, 'second', plain.container]) {
    await machine.tryExec(['ip', '-netns', container, 'neigh', 'flush', 'all']);
    await reaches(machine, usualAddress, container);
  }
  const lost = await soon(15, async () => {
    const { stdout } = await machine.tryExec(['ip', '-4', '-oneline', 'address', 'show', 'dev', 'eth0']);
    return !stdout.includes(` ${usualAddress}/`);
  });
  assert.is(machine.lan.dhcpLog().slice(told).includes('DHCPDECLINE'), lost);
  assert.equal(foreignClaims(await machine.lan.heard(), usualAddress, hostMac), []);
  // What was given back is not given again for some minutes, but by a server that knows nothing of it.
  if (lost) await machine.lan.lease(usualAddress);
  return lost;
}
