/**
 * Asks places, a program of its own that runs in the network namespace from which is asked; Node and nothing else. It
 * reads probes as JSON and prints an outcome for each, in the same order.
 */
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import type { Failure, Outcome, Probe, UdpProtocol } from '../../plan/reach/probe.ts';

/** For one answer. */
const patienceMilliseconds = 2000;
/** After a proxy has taken a connection it dials; where nobody is there, it closes at once. */
const proxyMilliseconds = 300;
const atOnce = 32;
/** A neighbour that is there answers sooner. */
const relearningMilliseconds = 300;
/** For what is no ping, before pings begin. */
const othersMilliseconds = 100;

const failures: Readonly<Record<string, Failure>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'closed',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  EHOSTDOWN: 'unreachable',
};

const failed = (error: NodeJS.ErrnoException): Outcome => {
  const why = failures[error.code ?? ''];
  if (why) return { kind: 'no', why };
  return { kind: 'not-asked', reason: `it could not be asked: ${error.message}` };
};

const since = (start: number): Outcome => ({
  kind: 'yes',
  milliseconds: Math.round((performance.now() - start) * 10) / 10,
});

type TcpProbe = Extract<Probe, { kind: 'tcp' }>;

function askTcp({ address, port, proxied, behind = [] }: TcpProbe): Promise<Outcome> {
  return new Promise((resolve) => {
    const start = performance.now();
    const socket = connect({ host: address, port });
    const end = (outcome: Outcome) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(outcome);
    };
    let timer = setTimeout(() => end({ kind: 'no', why: 'silent' }), patienceMilliseconds);
    socket.on('error', (error) => end(failed(error)));
    socket.on('connect', () => {
      const yes = since(start);
      if (!proxied) return end(yes);
      clearTimeout(timer);
      if (behind.length > 0) {
        // What the proxy does with it from here on says less.
        socket.removeAllListeners('error').on('error', () => undefined);
        return void askBehind(behind, yes).then(end);
      }
      timer = setTimeout(() => end(yes), proxyMilliseconds);
      socket.on('data', () => end(yes)).on('end', () => end({ kind: 'no', why: 'closed' }));
    });
  });
}

/** Asks what a proxy that takes everything would ask. */
async function askBehind(places: NonNullable<TcpProbe['behind']>, yes: Outcome): Promise<Outcome> {
  const outcomes = await Promise.all(places.map((place) => askTcp({ kind: 'tcp', ...place })));
  return outcomes.some(({ kind }) => kind === 'yes') ? yes : outcomes[0]!;
}

/** What is sent, and whether an answer is one. */
const protocols: Readonly<
  Record<UdpProtocol, { readonly query: Buffer; readonly isAnswer: (answer: Buffer) => boolean }>
> = {
  // RFC 1035, 4.1: the name servers of the root. A refusal is an answer, too.
  dns: {
    query: Buffer.from('6e63010000010000000000000000020001', 'hex'),
    isAnswer: (answer) => answer.length >= 12 && answer.readUInt16BE(0) === 0x6e63 && (answer[2]! & 0x80) !== 0,
  },
  // RFC 5905, 7.3: version 4, mode 3 (client); a server's is 4.
  ntp: {
    query: Buffer.concat([Buffer.from([0x23]), Buffer.alloc(47)]),
    isAnswer: (answer) => answer.length >= 48 && (answer[0]! & 7) === 4,
  },
};

function askUdp({ address, port, protocol }: Extract<Probe, { kind: 'udp' }>): Promise<Outcome> {
  const { query, isAnswer } = protocols[protocol];
  return new Promise((resolve) => {
    const start = performance.now();
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    const end = (outcome: Outcome) => {
      clearTimeout(timer);
      clearInterval(again);
      socket.close();
      resolve(outcome);
    };
    const timer = setTimeout(() => end({ kind: 'no', why: 'silent' }), patienceMilliseconds);
    // A datagram may be lost.
    const again = setInterval(() => socket.send(query), patienceMilliseconds / 3);
    socket.on('error', (error) => end(failed(error)));
    socket.on('message', (answer) => void (isAnswer(answer) && end(since(start))));
    // Connected, so that a refusal comes back as an error.
    socket.connect(port, address, () => socket.send(query));
  });
}

/** A program of the host's to its end; one that takes too long is ended. */
function run(program: string, args: readonly string[]): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: { ...process.env, LC_ALL: 'C' }, stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk) => void (out += String(chunk)));
    child.stderr.on('data', (chunk) => void (err += String(chunk)));
    const timer = setTimeout(() => child.kill(), 2 * patienceMilliseconds);
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code, out, err });
    });
  });
}

/** By a program of the host's, whichever is there: a socket of our own for it would need root. */
function runPing(address: string): ReturnType<typeof run> {
  const words = ['-c', '1', '-W', String(patienceMilliseconds / 1000), address];
  return run('ping', ['-n', ...words]).catch(() => run('busybox', ['ping', ...words]));
}

async function ping({ address, orNeighbour }: Extract<Probe, { kind: 'ping' }>): Promise<Outcome> {
  const once = () => runPing(address);
  try {
    const { code, out, err } = await once();
    if (code === 0) return { kind: 'yes', milliseconds: Number(/time[=<]([\d.]+)/.exec(out)?.[1] ?? 0) };
    if (orNeighbour && (await isFound(address, once)))
      return { kind: 'yes', milliseconds: 0, by: address.includes(':') ? 'NDP' : 'ARP' };
    // From the address itself: it is there, and will not.
    if (out.includes(`From ${address} `)) return { kind: 'no', why: 'refused' };
    if (/nreachable/.test(out + err)) return { kind: 'no', why: 'unreachable' };
    if (code === 1 || code === null) return { kind: 'no', why: 'silent' };
    return { kind: 'not-asked', reason: `ping could not ask: ${err.trim().split('\n').at(-1) ?? ''}` };
  } catch {
    return { kind: 'not-asked', reason: '"ping" is not installed on this host' };
  }
}

/** What the kernel knows of its neighbours may be long past: it must forget, and learn it anew. */
async function isFound(address: string, again: () => Promise<unknown>): Promise<boolean> {
  // Somebody else who asks may just have made it forget.
  const device = (await learnt(address)) ?? (await sleep(relearningMilliseconds).then(() => learnt(address)));
  if (device === undefined) return false;
  const { code, err } = await run('ip', ['neigh', 'del', address, 'dev', device]);
  if (code !== 0 && !err.includes('No such file')) return false;
  await again();
  return (await learnt(address)) !== undefined;
}

/** The interface by which the kernel has learnt who has the address; what was written by hand is `PERMANENT`. */
async function learnt(address: string): Promise<string | undefined> {
  const { out } = await run('ip', ['neigh', 'show', 'to', address]);
  return / lladdr /.test(out) && !/PERMANENT/.test(out) ? / dev (\S+)/.exec(out)?.[1] : undefined;
}

function ask(probe: Probe): Promise<Outcome> {
  switch (probe.kind) {
    case 'tcp':
      return askTcp(probe);
    case 'udp':
      return askUdp(probe);
    case 'ping':
      return ping(probe);
  }
}

/** The first connection of a process takes much longer than what it is to measure. */
async function warmUp(): Promise<void> {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  try {
    await once(server, 'listening');
    await askTcp({ kind: 'tcp', address: '127.0.0.1', port: (server.address() as AddressInfo).port });
  } catch {
    // A network namespace without a loopback interface.
  } finally {
    server.close();
  }
}

async function askAll(probes: readonly Probe[]): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const running = new Set<Promise<void>>();
  const pings = [...probes.keys()].filter((at) => probes[at]!.kind === 'ping');
  const others = [...probes.keys()].filter((at) => probes[at]!.kind !== 'ping');
  await warmUp();
  for (const at of [...others, ...pings]) {
    if (running.size >= atOnce) await Promise.race(running);
    // To start a program takes a while in which no answer is noticed.
    if (at === pings[0]) await Promise.race([Promise.all(running), sleep(othersMilliseconds)]);
    const one = ask(probes[at]!).then((outcome) => {
      outcomes[at] = outcome;
      running.delete(one);
    });
    running.add(one);
    // Answers to those before are noticed here.
    await setImmediate();
  }
  await Promise.all(running);
  return outcomes;
}

let input = '';
process.stdin.on('data', (chunk) => void (input += String(chunk)));
process.stdin.on('end', () => {
  void askAll(JSON.parse(input) as readonly Probe[]).then((outcomes) =>
    process.stdout.write(`${JSON.stringify(outcomes)}\n`),
  );
});
