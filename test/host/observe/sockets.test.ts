import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { endianness } from 'node:os';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openSockets, withOwners } from '../../../src/host/observe/sockets.ts';
import { realHost } from '../../../src/host/system/real-host.ts';
import type { HostSocket } from '../../../src/plan/facts/facts.ts';
import { fakeHost } from '../fake-host.ts';

/** A line as the kernel writes it: words of 32 bits in the machine's own order. */
const word = (bytes: string) => (endianness() === 'LE' ? bytes.match(/../g)!.reverse().join('') : bytes);
const address = (bytes: string) => bytes.match(/.{8}/g)!.map(word).join('');
const line = (bytes: string, port: number, state: string, inode: number) =>
  `   0: ${address(bytes)}:${port.toString(16).toUpperCase().padStart(4, '0')} ${'0'.repeat(bytes.length)}:0000 ` +
  `${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0 100 0`;
const table = (...lines: readonly string[]) =>
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n' +
  `${lines.join('\n')}\n`;

const nobody = () => false;
const everybody = () => true;

const container = 'ab'.repeat(32);
const host = () =>
  fakeHost({
    files: {
      '/proc/net/tcp': table(
        line('7F000035', 53, '0A', 11),
        line('00000000', 8080, '0A', 12),
        line('00000000', 40000, '01', 13),
      ),
      '/proc/net/tcp6': table(
        line('0'.repeat(32), 443, '0A', 14),
        line('FD000001000000000000000000000005', 22, '0A', 15),
        line('00000000000000000000FFFF7F000001', 9000, '0A', 16),
      ),
      '/proc/net/udp': table(line('7F000035', 53, '07', 17), line('C0A8010A', 5000, '01', 18)),
      '/proc/1/comm': 'systemd\n',
      '/proc/812/comm': 'nginx\n',
      '/proc/812/cgroup': '0::/system.slice/nginx.service\n',
      '/proc/1044/comm': 'nginx\n',
      '/proc/900/comm': 'node_exporter\n',
      '/proc/900/cgroup': `0::/system.slice/docker-${container}.scope\n`,
      '/proc/self/comm': 'node\n',
    },
    links: {
      '/proc/1/fd/3': '/dev/null',
      '/proc/1044/fd/5': 'socket:[12]',
      '/proc/812/fd/5': 'socket:[12]',
      '/proc/812/fd/6': 'anon_inode:[eventpoll]',
      '/proc/900/fd/3': 'socket:[14]',
    },
  });

test('sockets of both families and protocols; connections are none', async () => {
  assert.equal(withOwners(host(), (await openSockets(host())) ?? [], nobody), [
    { protocol: 'tcp', address: 'fd00:1::5', port: 22 },
    { protocol: 'tcp', address: '127.0.0.53', port: 53 },
    { protocol: 'udp', address: '127.0.0.53', port: 53 },
    { protocol: 'tcp', address: '::', port: 443 },
    { protocol: 'tcp', address: '0.0.0.0', port: 8080 },
    { protocol: 'tcp', address: '127.0.0.1', port: 9000 },
  ]);
});

test('each has the first process that shares it, and its container', async () => {
  const owners = Object.fromEntries(
    withOwners(host(), (await openSockets(host())) ?? [], everybody).flatMap(({ port, owner }) =>
      owner ? [[port, owner]] : [],
    ),
  );
  assert.equal(owners, { 443: { pid: 900, name: 'node_exporter', container }, 8080: { pid: 812, name: 'nginx' } });
});

test('only owners of the sockets that matter are looked for', async () => {
  const only = withOwners(host(), (await openSockets(host())) ?? [], ({ port }) => port === 8080);
  assert.equal(
    only.flatMap(({ port, owner }) => (owner ? [port] : [])),
    [8080],
  );
});

test('no file of any process is opened where no port matters', async () => {
  const base = host();
  const list = () => assert.unreachable('looks at processes') as never;
  withOwners({ ...base, list }, (await openSockets(base)) ?? [], nobody);
});

test("what a container has open is found without a look at other processes' files", async () => {
  const base = host();
  const looked: string[] = [];
  const list = (path: string) => {
    looked.push(path);
    return base.list(path);
  };
  withOwners({ ...base, list }, (await openSockets(base)) ?? [], ({ port }) => port === 443);
  assert.equal(looked, ['/proc', '/proc/900/fd']);
});

test('a kernel without IPv6 has no such files, another system none at all', async () => {
  assert.equal(await openSockets(fakeHost()), []);
  assert.is(await openSockets(fakeHost({ platform: 'darwin' })), undefined);
});

const real =
  process.platform === 'linux'
    ? test
    : (name: string, _run: () => Promise<void>) => console.log(`skipped: ${name}: not Linux`);

real("this process's own sockets are found", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  const [tcp, udp] = [(server.address() as { port: number }).port, socket.address().port];
  try {
    const isOurs = ({ port }: HostSocket) => port === tcp || port === udp;
    const found = withOwners(realHost(), (await openSockets(realHost())) ?? [], isOurs);
    for (const [protocol, port] of [
      ['tcp', tcp],
      ['udp', udp],
    ] as const) {
      const one = found.find((candidate) => candidate.port === port && candidate.protocol === protocol);
      assert.is(one?.address, '127.0.0.1');
      assert.is(one?.owner?.pid, process.pid);
    }
  } finally {
    server.close();
    socket.close();
  }
});

test.run();
