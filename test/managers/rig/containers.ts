/** Containers of a machine: namespaces on its network card, as Docker makes them. */
import type { Machine } from './machine.ts';
import { waitFor } from './processes.ts';

/** Adds one in macvlan's bridge mode; by its name it is found again. */
export async function addContainer(machine: Machine, name: string, address: string, parent = 'eth0'): Promise<void> {
  const inside = ['ip', '-netns', name];
  await machine.exec(['ip', 'netns', 'add', name]);
  // A name that no other has for as long as it is not in its namespace.
  const add = ['ip', 'link', 'add', 'link', parent, 'name', `m-${name}`, 'netns', name];
  await machine.exec([...add, 'type', 'macvlan', 'mode', 'bridge']);
  await machine.exec([...inside, 'link', 'set', 'dev', `m-${name}`, 'name', 'eth0']);
  await machine.exec([...inside, 'address', 'add', `${address}/24`, 'dev', 'eth0']);
  await machine.exec([...inside, 'link', 'set', 'dev', 'eth0', 'up']);
  await machine.exec([...inside, 'route', 'add', 'default', 'via', '192.168.1.1']);
}

/** Gives one an IPv6 address, and waits until it takes another by itself, as the router advertises. */
export async function addIpv6(machine: Machine, name: string, address: string): Promise<void> {
  const inside = ['ip', '-netns', name, '-6'];
  await machine.exec([...inside, 'address', 'add', `${address}/64`, 'dev', 'eth0', 'nodad']);
  const [prefix] = address.split('::');
  await waitFor(`${name} takes no IPv6 address`, async () => {
    const { stdout } = await machine.tryExec([...inside, 'route', 'get', `${prefix}::1`]);
    return stdout.includes(` src ${prefix}:`) && !stdout.includes(` src ${address} `);
  });
}

/** Whether an address answers the host, or a container of that name. Several tries: the first may wait for ARP. */
export async function reaches(machine: Machine, address: string, from?: string): Promise<boolean> {
  const ping = [
    'busybox',
    'ping',
    ...(address.includes(':') ? ['-6'] : []),
    '-c',
    '3',
    '-i',
    '0.2',
    '-w',
    '4',
    address,
  ];
  return (await machine.tryExec(from === undefined ? ping : ['ip', 'netns', 'exec', from, ...ping])).code === 0;
}
