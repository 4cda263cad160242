/**
 * The network around the machine: a pair of interfaces stands for the card (`p0`) and its cable, a namespace for the
 * router, another for a neighbour on the LAN. The router knows one address of the world beyond it, and VLAN 30.
 */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateOf } from './containers.ts';
import { leaveRunning, must, run, until, type Output } from './process.ts';

export const lan = {
  parent: 'p0',
  subnet: '192.168.1.0/24',
  host: '192.168.1.10',
  router: '192.168.1.1',
  neighbour: '192.168.1.20',
  subnet6: 'fd00:1::/64',
  host6: 'fd00:1::10',
  router6: 'fd00:1::1',
  neighbour6: 'fd00:1::20',
  vlan: 30,
  vlanSubnet: '192.168.30.0/24',
  vlanRouter: '192.168.30.1',
  /** Behind the router. */
  beyond: '10.99.0.1',
} as const;

/** Where the web pages of containers lie on this machine. */
export const guestPages = '/srv/guest';

const serverPort = 8001;

export function makeLan(): void {
  for (const name of ['router', 'neighbour']) {
    must('ip', 'netns', 'add', name);
    must('ip', '-n', name, 'link', 'set', 'dev', 'lo', 'up');
  }
  // Duplicate address detection would only cost time.
  for (const name of ['router', 'neighbour'])
    inNamespace(name, 'sysctl', '-qw', 'net.ipv6.conf.all.accept_dad=0', 'net.ipv6.conf.default.accept_dad=0', 'net.ipv4.ip_forward=1');
  const router = (...args: string[]) => must('ip', '-n', 'router', ...args);
  must('ip', 'link', 'add', 'name', lan.parent, 'type', 'veth', 'peer', 'name', 'l0', 'netns', 'router');
  must('ip', '-n', 'neighbour', 'link', 'add', 'name', 'eth0', 'type', 'veth', 'peer', 'name', 'l1', 'netns', 'router');
  router('link', 'add', 'name', 'br0', 'type', 'bridge');
  for (const port of ['l0', 'l1']) router('link', 'set', 'dev', port, 'master', 'br0', 'up');
  router('link', 'set', 'dev', 'br0', 'up');
  router('addr', 'add', `${lan.router}/24`, 'dev', 'br0');
  router('-6', 'addr', 'add', `${lan.router6}/64`, 'dev', 'br0');
  router('addr', 'add', `${lan.beyond}/32`, 'dev', 'lo');
  router('link', 'add', 'link', 'br0', 'name', 'br0.30', 'type', 'vlan', 'id', String(lan.vlan));
  router('addr', 'add', `${lan.vlanRouter}/24`, 'dev', 'br0.30');
  router('link', 'set', 'dev', 'br0.30', 'up');
  const neighbour = (...args: string[]) => must('ip', '-n', 'neighbour', ...args);
  neighbour('addr', 'add', `${lan.neighbour}/24`, 'dev', 'eth0');
  neighbour('-6', 'addr', 'add', `${lan.neighbour6}/64`, 'dev', 'eth0');
  neighbour('link', 'set', 'dev', 'eth0', 'up');
  neighbour('route', 'add', 'default', 'via', lan.router);
  must('ip', 'addr', 'add', `${lan.host}/24`, 'dev', lan.parent);
  must('ip', '-6', 'addr', 'add', `${lan.host6}/64`, 'dev', lan.parent, 'nodad');
  must('ip', 'link', 'set', 'dev', lan.parent, 'up');
  must('ip', 'route', 'add', 'default', 'via', lan.router);
  serve();
}

/** Everybody runs a web server that says who it is and whom it has seen. */
function serve(): void {
  const page = (folder: string, who: string) => {
    const path = join(folder, 'cgi-bin/who');
    mkdirSync(join(folder, 'cgi-bin'), { recursive: true });
    writeFileSync(path, `#!/bin/sh\nprintf 'Content-Type: text/plain\\r\\n\\r\\n%s saw %s\\n' "${who}" "$REMOTE_ADDR"\n`);
    chmodSync(path, 0o755);
  };
  page(guestPages, '$(hostname)');
  page('/srv/host', 'host');
  page('/srv/lan', 'lan');
  leaveRunning('busybox', 'httpd', '-f', '-p', String(serverPort), '-h', '/srv/host');
  for (const name of ['router', 'neighbour'])
    leaveRunning('ip', 'netns', 'exec', name, 'busybox', 'httpd', '-f', '-p', String(serverPort), '-h', '/srv/lan');
}

function inNamespace(name: string, ...argv: readonly string[]): void {
  must('ip', 'netns', 'exec', name, ...argv);
}

/** Who asks: the host, a namespace of the LAN, or a container by its name. */
export type From = 'host' | 'router' | 'neighbour' | { readonly container: string };

const inBrackets = (address: string) => (address.includes(':') ? `[${address}]` : address);

/** The page of a container's web server, or, with the port, of another's. */
export const page = (address: string, port = 80): string => `http://${inBrackets(address)}${port === 80 ? '' : `:${port}`}/cgi-bin/who`;

/** The page of the host's or the LAN's server. */
export const serverPage = (address: string): string => page(address, serverPort);

function fetch(from: From, url: string): Output {
  const curl = ['curl', '--globoff', '--silent', '--show-error', '--max-time', '4', url];
  return run([...entering(from), ...curl]);
}

/** The network is the container's own, the program this machine's: `docker exec` takes seconds under emulation. */
function entering(from: From): readonly string[] {
  if (from === 'host') return [];
  if (typeof from === 'string') return ['ip', 'netns', 'exec', from];
  return ['nsenter', '--net', '--target', String(stateOf(from.container).pid)];
}

const shown = ({ code, stdout, stderr }: Output) => (code === 0 ? stdout.trim() : `no answer (${stderr.trim() || code})`);

/** What the page says; asked again until it begins as wanted. Addresses that IPv6 wraps are unwrapped. */
export function ask(from: From, url: string, wanted: string): string {
  const answer = until(
    () => shown(fetch(from, url)),
    (text) => text.startsWith(wanted),
  );
  return answer.replace(/\[?::ffff:([\d.]+)\]?/, '$1');
}

/** What the page says, asked once, for when no answer is expected. */
export const askOnce = (from: From, url: string): string => shown(fetch(from, url));

/** Whether a container's ping is answered. */
export function ping(container: string, address: string): boolean {
  return (
    until(
      () => run([...entering({ container }), 'ping', '-c', '1', '-W', '2', address]).code,
      (code) => code === 0,
      4,
    ) === 0
  );
}
