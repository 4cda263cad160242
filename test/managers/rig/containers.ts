/** Containers of a machine: namespaces on its network card, as Docker makes them. */
import type { Machine } from './machine.ts';
import { waitFor } from './processes.ts';

/**
 * Adds one in macvlan's bridge mode; by its name it is found again.
 *
 * @param six its IPv6 address, if it has one; it then takes another as well, as the router advertises, before this ends
 */
export async function addContainer(machine: Machine, name: string, address: string, six?: string): Promise<void> {
  const inside = ['ip', '-netns', name];
  await machine.exec(['ip', 'netns', 'add', name]);
  // A name that no other has for as long as it is not in its namespace.
  const add = ['ip', 'link', 'add', 'link', 'eth0', 'name', `m-${name}`, 'netns', name];
  await machine.exec([...add, 'type', 'macvlan', 'mode', 'bridge']);
  await machine.exec([...inside, 'link', 'set', 'dev', `m-${name}`, 'name', 'eth0']);
  await machine.exec([...inside, 'address', 'add', `${address}/24`, 'dev', 'eth0']);
  // Before it hears the router, as Docker does: the kernel prefers what comes last.
  if (six !== undefined) await machine.exec([...inside, 'address', 'add', `${six}/64`, 'dev', 'eth0', 'nodad']);
  await machine.exec([...inside, 'link', 'set', 'dev', 'eth0', 'up']);
  await machine.exec([...inside, 'route', 'add', 'default', 'via', '192.168.1.1']);
  if (six === undefined) return;
  await waitFor(`${name} takes no IPv6 address`, async () => {
    const { stdout } = await machine.tryExec([...inside, '-6', 'route', 'get', six.replace(/::.*/, '::1')]);
    return stdout.includes(' src ') && !stdout.includes(` src ${six} `) && !stdout.includes(' src fe80:');
  });
}

/** Whether an address answers the host, or a container of that name. Several tries: the first may wait for ARP. */
export async function reaches(machine: Machine, address: string, from?: string): Promise<boolean> {
  const family = address.includes(':') ? ['-6'] : [];
  const ping = ['busybox', 'ping', ...family, '-c', '3', '-i', '0.2', '-w', '4', address];
  return (await machine.tryExec(from === undefined ? ping : ['ip', 'netns', 'exec', from, ...ping])).code === 0;
}
