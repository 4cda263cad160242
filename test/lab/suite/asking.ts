/** Who reaches whom, asked of everybody at once, for each moment that is looked at. */
import { containers, stateOf } from './containers.ts';
import { containerPorts, serverPorts } from './lan.ts';
import { run } from './process.ts';

/** Who asks: the host, a namespace of the LAN, or a container by its name. */
export type From = 'host' | 'router' | 'neighbour' | { readonly container: string };

export interface Asked {
  readonly from: From;
  readonly protocol: 'icmp' | 'tcp' | 'udp';
  readonly address: string;
  /** Not for ICMP. */
  readonly port?: number;
}

/** `web saw 192.168.1.10`; `echo` for ICMP; nothing where nobody answered. */
export type Answered<T extends Asked> = T & { readonly answer: string | undefined };

const program = '/src/ask.py';
/** How often those that are silent are asked: some may be meant to be, or each is to answer. */
const rounds = { some: 3, none: 8 } as const;
const [host, router, neighbour] = ['/proc/1/ns/net', '/run/netns/router', '/run/netns/neighbour'] as const;
const places = { host, router, neighbour } as const;

/**
 * Every container that has a network of its own, the host, the router and the neighbour answer, each by its name, and
 * tell whom they have seen.
 *
 * @param silent whether some are meant to give no answer, or none
 */
export function askAll<T extends Asked>(
  asked: readonly T[],
  silent: keyof typeof rounds = 'some',
): readonly Answered<T>[] {
  const servers = [
    ...Object.entries(places).map(([who, netns]) => ({ who, netns, ...serverPorts })),
    ...[...containers()].flatMap(([name, { pid, joins }]) =>
      pid > 0 && !joins ? [{ who: serviceOf(name), netns: namespaceOf(pid), ...containerPorts }] : [],
    ),
  ];
  const questions = asked.map(({ from, protocol, address, port }) => ({
    netns: typeof from === 'string' ? places[from] : namespaceOf(stateOf(from.container).pid),
    ...{ protocol, address, port },
  }));
  const input = JSON.stringify({ servers, questions, rounds: rounds[silent] });
  const { code, stdout, stderr } = run(['python3', program], { input });
  if (code !== 0) throw new Error(`nothing can be asked: ${stderr}`);
  const answers = JSON.parse(stdout) as readonly (string | null)[];
  return asked.map((question, at) => ({ ...question, answer: answers[at] ?? undefined }));
}

const namespaceOf = (pid: number) => `/proc/${pid}/ns/net`;

/** `every-l2-a-1` is the container of `l2-a`. */
const serviceOf = (container: string) => container.split('-').slice(1, -1).join('-');
