/**
 * What docs/troubleshooting.md quotes is what the real programs print: its fixed parts stand in the programs
 * themselves. A text that none of them has any more is corrected there, in `src/plan/doctor/errors/`.
 */
import { readFileSync } from 'node:fs';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { errorRows } from '../../src/plan/doctor/docker-errors.ts';
import { type EngineName, findEngine, onPath } from '../engine/rig/installed.ts';

type Program = 'dockerd' | 'docker' | 'compose' | 'runc' | 'ip';

const engines: readonly EngineName[] = ['28', '26'];

const pathsOf = (program: Program): readonly string[] =>
  program === 'runc' || program === 'ip'
    ? [onPath(program) ?? assert.unreachable(`"${program}" is not installed`)!]
    : engines.flatMap((engine) => {
        const installed = findEngine(engine)!;
        return { dockerd: installed.dockerd, docker: `${installed.bin}/docker`, compose: installed.compose }[program];
      });

/** By the quoted text, which is a row's: the program that prints it, and its fixed parts there. */
const printed: Readonly<Record<string, readonly [program: Program, ...parts: string[]]>> = {
  'Bind for': ['dockerd', 'port is already allocated'],
  'failed to bind host port': ['dockerd', 'failed to bind host port', 'address already in use'],
  'failed to create the ipvlan port: operation': ['dockerd', 'failed to create the ipvlan port', 'operation not supp'],
  'failed to set up container networking: failed to create': ['dockerd', 'failed to create the ipvlan port'],
  'RTNETLINK answers: Device': ['ip', 'RTNETLINK answers: %s'],
  'RTNETLINK answers: Operation not permitted': ['ip', 'RTNETLINK answers: %s'],
  'is already using parent interface': ['dockerd', 'is already using parent interface'],
  'parent interface was not found': ['dockerd', 'parent interface was not found on the host'],
  'vlan id must be': ['dockerd', 'vlan id must be between 1-4094, received'],
  'vlan link: operation': ['dockerd', 'failed to create %s vlan link'],
  'requested macvlan mode': ['dockerd', "is not valid, 'bridge' mode is the macvlan driver default"],
  'Pool overlaps': ['dockerd', 'Pool overlaps with other one on this address space'],
  'all predefined address pools': ['dockerd', 'all predefined address pools have been fully subnetted'],
  'no available IPv4 addresses': ['dockerd', "no available IPv%d addresses on this network's address pools"],
  'no configured subnet': ['dockerd', 'no configured subnet or ip-range contain the IP address'],
  'invalid link local IP address': ['dockerd', 'invalid link local IP address'],
  'cannot program address': ['dockerd', 'cannot program address', 'because it conflicts with existing route'],
  'error renaming interface': ['dockerd', 'error renaming interface', 'file exists'],
  'user specified IP address': ['dockerd', 'user specified IP address is supported only when'],
  'error setting interface "veth368bcb9" MAC': ['dockerd', 'error setting interface'],
  'failed to allocate gateway': ['dockerd', 'failed to allocate gateway', 'Address already in use'],
  'it should be': ['dockerd', 'it should be '],
  'no matching subnet for range': ['docker', 'no matching subnet for range'],
  'Address already assigned to an ipvlan device': ['ip', 'RTNETLINK answers: %s'],
  'failed to set up container networking: Address': ['dockerd', 'failed to set up container networking'],
  'custom mac address assignment': ['dockerd', 'do not support custom mac address assignment'],
  'RTNETLINK answers: File': ['ip', 'RTNETLINK answers: %s'],
  'conflicting options': ['dockerd', 'conflicting options', 'port publishing and the container type network mode'],
  'non running container': ['dockerd', 'cannot join network namespace of a non running container'],
  'container missing': ['compose', 'cannot share network namespace', 'container missing'],
  'joining network namespace': ['dockerd', 'joining network namespace of container', 'No such container'],
  'not allowed in host network namespace': ['runc', 'not allowed in host network namespace'],
  'not a swarm manager': ['dockerd', 'This node is not a swarm manager. Use "docker swarm init"'],
  'not manually attachable': ['dockerd', 'not manually attachable'],
  'permission denied while': ['docker', 'permission denied while trying to connect to the Docker daemon socket'],
  'Cannot connect to the Docker': ['docker', 'Cannot connect to the Docker daemon', 'Is the docker daemon running?'],
  'multiple subnets': ['dockerd', "bridge driver doesn't support multiple subnets"],
  'predefined bridge network': ['dockerd', 'operation is not permitted on predefined'],
  'declared as external': ['compose', 'declared as external, but could not be found'],
  '1f2e3d4c not found': ['dockerd', 'failed to set up container networking'],
  'incorrect label': ['compose', 'was found but has incorrect label'],
  'has active endpoints': ['dockerd', 'has active endpoints'],
  'mutually exclusive': ['compose', 'declares mutually exclusive'],
  'cannot override': ['compose', 'cannot override'],
};

/** Printed by programs that are not at hand here: nginx in a container, dhcpcd 10.1.0. */
const ofPrograms = [
  'nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)',
  'eth0: 10 second defence failed for 192.168.1.10',
];

const loaded = new Map<string, Buffer>();
const bytesOf = (path: string): Buffer => {
  const known = loaded.get(path) ?? readFileSync(path);
  loaded.set(path, known);
  return known;
};

test('each quoted text has its program, once', () => {
  const quoted = errorRows.map(({ example }) => example).filter((example) => !ofPrograms.includes(example));
  for (const example of quoted)
    assert.is(Object.keys(printed).filter((key) => example.includes(key)).length, 1, example);
  for (const key of Object.keys(printed)) assert.is(quoted.filter((example) => example.includes(key)).length, 1, key);
});

for (const [key, [program, ...parts]] of Object.entries(printed)) {
  test(`${program} prints "${key}"`, () => {
    const paths = pathsOf(program);
    for (const part of parts)
      assert.ok(
        paths.some((path) => bytesOf(path).includes(part)),
        `"${part}" of ${program}`,
      );
  });
}

test.run();
