import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { RuleName } from '../../../src/diagnostics/rules.ts';
import { errorRows, explainError } from '../../../src/plan/doctor/docker-errors.ts';

/** Error texts as Docker, Compose, the kernel and programs print them; the rule, and a word of the explanation. */
const cases: readonly (readonly [string, RuleName | undefined, string])[] = [
  [
    'Error response from daemon: driver failed programming external connectivity on endpoint web-1 ' +
      '(0f3e): Bind for 0.0.0.0:8080 failed: port is already allocated',
    'ports/in-use-by-container',
    'port 8080',
  ],
  ['Bind for :::8443 failed: port is already allocated', 'ports/in-use-by-container', 'port 8443'],
  [
    'failed to bind host port for 0.0.0.0:8080:172.18.0.2:80/tcp: address already in use',
    'ports/in-use-on-host',
    'port 8080',
  ],
  [
    'failed to set up container networking: failed to bind host port 127.0.0.1:53/udp: address already in use',
    'ports/in-use-on-host',
    'port 53',
  ],
  [
    'Error starting userland proxy: listen tcp4 0.0.0.0:53: bind: address already in use',
    'ports/in-use-on-host',
    'port 53',
  ],
  ['listen tcp6 [::]:8080: bind: address already in use', 'ports/in-use-on-host', 'port 8080'],
  ['httpd: bind: Address already in use', 'ports/host-clash', 'host mode'],
  ['nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)', 'ports/host-clash', 'host mode'],
  ['Error: listen EADDRINUSE: address already in use :::3000', 'ports/host-clash', 'host mode'],
  [
    'failed to set up container networking: failed to create the ipvlan port: device or resource busy',
    'parent/driver-clash',
    'carries macvlan',
  ],
  ['failed to create the macvlan port: device or resource busy', 'parent/driver-clash', 'carries ipvlan'],
  ['failed to create the ipvlan port: operation not supported', 'engine/kernel-lacks-driver', 'no ipvlan'],
  ['RTNETLINK answers: Device or resource busy', 'parent/driver-clash', 'bridge or bond'],
  ['RTNETLINK answers: File exists', undefined, 'route'],
  ['Error: Unknown device type.', 'engine/kernel-lacks-driver', 'no macvlan or ipvlan'],
  ['network di-0123456789ab is already using parent interface eth0', 'parent/taken-by-network', 'eth0'],
  ['network dm-0123456789ab is already using parent interface eth0', 'parent/taken-by-network', 'one macvlan'],
  ['-o parent interface was not found on the host: eth9', 'parent/not-found', '"eth9"'],
  ['invalid subinterface vlan name eth9.x, example formatting is eth0.10', 'parent/not-found', 'VLAN'],
  [
    'failed to create network lan: Error response from daemon: Pool overlaps with other one on this address space',
    'subnet/taken-by-network',
    'subnet',
  ],
  [
    'could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network',
    undefined,
    'subnets',
  ],
  ['all predefined address pools have been fully subnetted', undefined, 'subnets'],
  ["no available IPv4 addresses on this network's address pools: lan (3f2a)", 'address/range-exhausted', 'range'],
  [
    'invalid endpoint settings: no configured subnet contains IP address 10.0.0.5',
    'address/outside-subnet',
    '10.0.0.5',
  ],
  [
    'user specified IP address is supported only when connecting to networks with user configured subnets',
    'address/outside-subnet',
    'subnet',
  ],
  ['Address already assigned to an ipvlan device.', 'shim/address-taken', 'ipvlan'],
  ['Error response from daemon: Address already in use', 'address/reserved', 'gateway'],
  ['ipvlan interfaces do not support custom mac address assignment', 'netmode/key-not-for-mode', 'MAC'],
  ['This node is not a swarm manager. Use "docker swarm init"', 'engine/swarm-inactive', 'swarm'],
  ['Could not attach to network far: PermissionDenied: network far not manually attachable', undefined, 'swarm'],
  [
    'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock',
    'engine/unreachable',
    'may not',
  ],
  [
    'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
    'engine/unreachable',
    'does not run',
  ],
  [
    'network netcompose-eth0 declared as external, but could not be found',
    'engine/network-missing',
    '"netcompose-eth0"',
  ],
  [
    'network lan was found but has incorrect label com.docker.compose.network set to ""',
    'netmode/conflicting-network',
    '"lan"',
  ],
  ['error while removing network: network lan has active endpoints (name:"web-1")', undefined, 'removed'],
  [
    'service web declares mutually exclusive `network_mode` and `networks`: invalid compose project',
    undefined,
    'network_mode',
  ],
  ['services.web.x-netmode: cannot override services.web.x-netmode', 'netmode/mixed-forms', 'mapping'],
  // Engine 28.5, and 20.10 where it says it otherwise.
  [
    'Error response from daemon: conflicting options: port exposing and the container type network mode.',
    'netmode/key-not-for-mode',
    '"expose"',
  ],
  ['conflicting options: custom host-to-IP mapping and the network mode', 'netmode/key-not-for-mode', '"extra_hosts"'],
  ['conflicting options: dns and the network mode', 'netmode/key-not-for-mode', '"dns"'],
  ['Cannot restart container guest: cannot join network of a non running container: bc99342e', undefined, 'run'],
  ['Cannot restart container guest: No such container: bc99342e', undefined, 'gone'],
  ['docker: Error response from daemon: network front not found.', undefined, '"front'],
  ['no matching subnet for aux-address 10.8.0.1', 'address/outside-subnet', '10.8.0.1'],
  ["requested ipvlan mode 'L3' is not valid, 'l2' mode is the ipvlan driver default", 'driver-option/unknown', '"L3"'],
  ['bridge is a pre-defined network and cannot be removed', undefined, "Docker's own"],
  [
    'failed to add interface veth368bcb9 to sandbox: error setting interface "veth368bcb9" MAC to ' +
      '"02:42:0a:09:00:05": address already in use',
    'address/duplicate-mac',
    '02:42:0a:09:00:05',
  ],
  [
    'failed to set up\n  container networking: failed to create the ipvlan port:\n device or resource busy',
    'parent/driver-clash',
    'macvlan',
  ],
];

for (const [text, rule, word] of cases) {
  test(text.replace(/\s+/g, ' '), () => {
    const found = explainError(text);
    assert.is(found?.rule, rule);
    assert.match(found!.message, word);
    assert.match(found!.help, /\.$/);
  });
}

for (const { example, text } of errorRows) {
  test(`explained by its row: ${example}`, () => {
    assert.is(errorRows.find((row) => row.text.test(example))?.text, text);
    assert.ok(explainError(example));
  });
}

for (const text of ['', 'hello world', 'no space left on device']) {
  test(`not known: "${text}"`, () => assert.is(explainError(text), undefined));
}

test.run();
