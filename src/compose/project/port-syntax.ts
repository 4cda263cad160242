/** The short syntax of `ports` and `expose`, as Docker's own parser reads it (go-connections' `nat`). */
import { isIP } from 'node:net';
import { at, type Mapping } from '../tree.ts';
import { rangeText } from './port-runs.ts';
import type { PortRange } from './project.ts';

interface ShortPort {
  readonly hostIp?: string;
  readonly published?: PortRange;
  readonly target: number;
  readonly protocol: string;
}

export type ShortPorts =
  | { readonly ports: readonly ShortPort[] }
  | { readonly message: string; readonly help?: string };

export const protocols = ['tcp', 'udp', 'sctp'] as const;

/**
 * Reads `[[host_ip:][published]:]target[/protocol]`. A range of targets gives one port for each; a range of published
 * ports for a single target stays a range, from which Docker chooses.
 */
export function parseShortPort(text: string): ShortPorts {
  const parts = text.split(':');
  const container = parts.pop()!;
  const host = parts.pop() ?? '';
  const { hostIp, message, help } = hostAddress(parts.join(':'));
  if (message !== undefined) return { message, ...(help !== undefined && { help }) };
  // What follows a second slash Docker's parser drops.
  const [target = '', protocol = 'tcp'] = container.split('/');
  if (target === '') return { message: 'there is no container port' };
  const proto = (protocol === '' ? 'tcp' : protocol).toLowerCase();
  if (!protocols.includes(proto as 'tcp')) {
    return { message: `"${protocol}" is not a protocol`, help: `write ${protocols.join(', ')}` };
  }
  const targets = parsePortRange(target);
  if (!targets)
    return {
      message: `"${target}" is not a port or a range of ports`,
      help: 'ports are 0 to 65535, the lower one first',
    };
  if (targets.first === 0) return { message: 'there is no container port 0', help: 'container ports are 1 to 65535' };
  const published = host === '' ? undefined : parsePortRange(host);
  if (host !== '' && !published)
    return {
      message: `"${host}" is not a port or a range of ports`,
      help: 'ports are 0 to 65535, the lower one first',
    };
  const count = targets.last - targets.first + 1;
  if (published && published.last - published.first + 1 !== count && count > 1) {
    return { message: 'the ranges of published and container ports differ in length' };
  }
  const ports: ShortPort[] = [];
  for (let i = 0; i < count; i++) {
    const binding = published && (count === 1 ? published : { first: published.first + i, last: published.first + i });
    ports.push({
      ...(hostIp !== '' && { hostIp }),
      ...(binding && { published: binding }),
      target: targets.first + i,
      protocol: proto,
    });
  }
  return { ports };
}

/** An IPv6 address is in brackets. Node takes a zone (`fe80::1%eth0`), Docker does not. */
function hostAddress(text: string): { readonly hostIp: string; readonly message?: string; readonly help?: string } {
  if (text === '') return { hostIp: '' };
  const bracketed = /^\[(.*)\]$/.exec(text);
  const hostIp = bracketed ? bracketed[1]! : text;
  const version = hostIp.includes('%') ? 0 : isIP(hostIp);
  if (version === 4 || (version === 6 && bracketed)) return { hostIp };
  if (version === 6) return { hostIp, message: `"${text}" lacks brackets`, help: `write [${text}]` };
  return { hostIp, message: `"${text}" is not an IP address` };
}

/** `80` or `8000-8010`, perhaps with leading zeros; `undefined` if it is neither. */
export function parsePortRange(text: string): PortRange | undefined {
  const match = /^(\d+)(?:-(\d+))?$/.exec(text);
  if (!match) return undefined;
  const first = Number(match[1]);
  const last = match[2] === undefined ? first : Number(match[2]);
  return first <= last && last <= 65535 ? { first, last } : undefined;
}

/**
 * What Compose tells a port in long syntax by, as it is written: `published: ""` is another port than none at all, a
 * number another than the same in quotes, and `protocol: ""` another than `tcp` (`override/uncity.go`).
 */
export function longPortKey(port: Mapping): string {
  const field = (name: string): string | undefined => {
    const value = at(port, name);
    return value?.kind === 'scalar' && value.value !== null ? String(value.value) : undefined;
  };
  return portKey({ hostIp: field('host_ip'), target: field('target'), protocol: field('protocol') }, published(port));
}

function published(port: Mapping): string {
  const value = at(port, 'published');
  if (value?.kind !== 'scalar' || value.value === null) return '';
  return typeof value.value === 'string' ? value.value || '""' : `=${String(value.value)}`;
}

/** The same of a port in short syntax. */
export const shortPortKey = (port: ShortPort): string => portKey(port, rangeText(port.published));

interface KeyFields {
  readonly hostIp?: string | undefined;
  readonly target: string | number | undefined;
  readonly protocol?: string | undefined;
}

const portKey = ({ hostIp = '0.0.0.0', target, protocol = 'tcp' }: KeyFields, published: string): string =>
  `${hostIp}:${published}:${target}/${protocol}`;
