/** dhcpcd, as its files under /run and /etc tell of it, and which version it is. */
import { posix } from 'node:path';
import type { DhcpcdFacts } from '../../../plan/facts/managers/manager-facts.ts';
import type { Host } from '../../system/host.ts';
import { look } from '../../system/run-look.ts';
import { programOf } from '../../system/which.ts';

/** What is known of it where it runs; the version is asked for by `withVersion`. */
export function observeDhcpcd(host: Host): DhcpcdFacts | undefined {
  const only = host
    .list('/run/dhcpcd')
    .filter((name) => /^.+\.pid$/.test(name) && isRunning(host, `/run/dhcpcd/${name}`))
    .map((name) => posix.basename(name, '.pid'));
  const all = ['/run/dhcpcd/pid', '/run/dhcpcd.pid'].some((path) => isRunning(host, path));
  if (!all && only.length === 0) return undefined;
  const lines = (host.readText('/etc/dhcpcd.conf') ?? '').split('\n').map((line) => line.trim().split(/[\s,]+/));
  const after = (keyword: string) => lines.flatMap(([first, ...rest]) => (first === keyword ? rest : []));
  return {
    ...{ denied: after('denyinterfaces'), allowed: after('allowinterfaces'), defended: defended(lines) },
    ...(!all && { only: only.sort() }),
  };
}

/** It removes the file when it ends; where it could not, another process may have its number by now. */
function isRunning(host: Host, path: string): boolean {
  const pid = host.readText(path)?.trim();
  return pid !== undefined && host.readText(`/proc/${Number(pid)}/comm`)?.trim() === 'dhcpcd';
}

/** dhcpcd.conf(5): what stands above the first `interface`, `ssid` or `profile` is for all, the rest for that one. */
function defended(lines: readonly (readonly string[])[]): readonly string[] {
  let block: string | undefined = '*';
  const found = new Set<string>();
  for (const [first = '', name] of lines) {
    if (first === 'interface') block = name;
    else if (first === 'ssid' || first === 'profile') block = undefined;
    else if (first === 'arp_persistdefence' && block !== undefined) found.add(block);
  }
  return [...found];
}

/** What is known of it where it runs, its version too. */
export async function observeDhcpcdAndVersion(host: Host): Promise<DhcpcdFacts | undefined> {
  const facts = observeDhcpcd(host);
  return facts && withVersion(host, facts);
}

/** The same with its version, as its program tells it; without where it does not. */
export async function withVersion(host: Host, facts: DhcpcdFacts): Promise<DhcpcdFacts> {
  const program = programOf(host, 'dhcpcd');
  if (program === undefined) return facts;
  const { code, stdout } = await look(host, [program, '--version']);
  const [, version] = /^dhcpcd (\d[\w.]*)/.exec(stdout) ?? [];
  return code === 0 && version !== undefined ? { ...facts, version } : facts;
}
