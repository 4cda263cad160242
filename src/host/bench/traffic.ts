/**
 * The traffic of `bench-net`, a program of its own that runs in its namespaces; Node and nothing else.
 *
 *     serve PORT SECONDS                      a service, until its starter is gone, at most so long
 *     measure ADDRESS PORT SECONDS PATIENCE   calls it and prints a sample as JSON; each measurement takes SECONDS,
 *                                             and PATIENCE seconds are waited for the service to listen
 *
 * A connection's first byte says what it is for: `e`, and every message is sent back; `s`, and all is swallowed,
 * counted, and the count sent back when the client has sent its last.
 */
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sample } from '../../plan/bench/statistics.ts';

/** As a small request. */
const message = Buffer.alloc(64, 'e');
/** Large enough that the kernel, not Node, has the most to do. */
const block = Buffer.alloc(256 * 1024, 's');
/** What a measurement may take beyond its time, in seconds. */
const slack = 5;

function serve(port: number, seconds: number): void {
  const starter = process.ppid;
  createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', (first) => (first[0] === message[0] ? echo(socket, first) : swallow(socket, first)));
  }).listen(port);
  setInterval(() => void (process.ppid === starter || process.exit()), 500);
  setTimeout(() => process.exit(), seconds * 1000);
}

function echo(socket: Socket, first: Buffer): void {
  socket.on('data', (chunk) => socket.write(chunk)).on('end', () => socket.end());
  socket.write(first);
}

function swallow(socket: Socket, first: Buffer): void {
  let bytes = first.length;
  socket.on('data', (chunk) => void (bytes += chunk.length)).on('end', () => socket.end(String(bytes)));
}

async function measure(address: string, port: number, seconds: number, patience: number): Promise<Sample> {
  // A packet that is lost on the way, or a service that hangs, must not keep us.
  setTimeout(() => fail(`${address}:${port} gives no answer`), (patience + 2 * (seconds + slack)) * 1000).unref();
  const dial = () => connected(address, port, performance.now() + patience * 1000);
  return { latency: await roundTrip(await dial(), seconds), throughput: await streamed(await dial(), seconds) };
}

/** Asks again until the service listens. */
async function connected(host: string, port: number, deadline: number): Promise<Socket> {
  for (;;) {
    const socket = connect({ host, port, noDelay: true, timeout: Math.max(1, deadline - performance.now()) });
    try {
      await new Promise((resolve, reject) => {
        socket.once('connect', resolve).once('error', reject);
        socket.once('timeout', () => reject(new Error(`${host}:${port} gives no answer`)));
      });
      return socket.setTimeout(0).on('error', (error) => fail(error.message));
    } catch (error) {
      socket.destroy();
      if (performance.now() >= deadline) throw error;
      await sleep(50);
    }
  }
}

const brokenOff = new Error('the service ended the connection');

/** @returns the median time from a message to its answer, in microseconds */
function roundTrip(socket: Socket, seconds: number): Promise<number> {
  const end = performance.now() + seconds * 1000;
  const took: number[] = [];
  let missing = 0;
  let sent = 0;
  const ask = () => {
    missing = message.length;
    sent = performance.now();
    socket.write(message);
  };
  return new Promise((resolve, reject) => {
    socket.on('end', () => reject(brokenOff));
    socket.on('data', (chunk) => {
      missing -= chunk.length;
      if (missing > 0) return;
      const now = performance.now();
      took.push(now - sent);
      if (now < end) return ask();
      socket.end();
      resolve(took.sort((a, b) => a - b)[took.length >> 1]! * 1000);
    });
    ask();
  });
}

/** @returns what has arrived until the service said so, in Gbit/s */
function streamed(socket: Socket, seconds: number): Promise<number> {
  const start = performance.now();
  const end = start + seconds * 1000;
  let count = '';
  const send = (): void => {
    while (performance.now() < end) if (!socket.write(block)) return void socket.once('drain', send);
    socket.end();
  };
  return new Promise((resolve, reject) => {
    socket.on('data', (chunk) => void (count += String(chunk)));
    socket.on('end', () =>
      count === '' ? reject(brokenOff) : resolve((Number(count) * 8) / ((performance.now() - start) * 1e6)),
    );
    send();
  });
}

function fail(why: string): never {
  process.stderr.write(`${why}\n`);
  process.exit(1);
}

const [what, ...args] = process.argv.slice(2);
if (what === 'serve') {
  serve(Number(args[0]), Number(args[1]));
} else {
  const [address = '', ...numbers] = args;
  const [port = 0, seconds = 0, patience = 0] = numbers.map(Number);
  measure(address, port, seconds, patience).then(
    (sample) => process.stdout.write(`${JSON.stringify(sample)}\n`),
    (error: Error) => fail(error.message),
  );
}
