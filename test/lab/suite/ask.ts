/**
 * Asks many places at once, from the network namespace it is started in: questions as JSON on its input, answers as JSON on
 * its output. A program of its own, because a process cannot go from one namespace to another, and one process for each
 * question would take the emulated machine minutes.
 */
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Question {
  readonly protocol: 'icmp' | 'tcp' | 'udp';
  readonly address: string;
  /** Not for ICMP. */
  readonly port?: number;
}

/** What was answered, without the end of the line: for ICMP `echo`. Nothing where nobody did in time. */
export type Answer = string | undefined;

const isV6 = ({ address }: Question) => address.includes(':');

/** Each tries once. They resolve to nothing rather than fail. */
const tries: Readonly<Record<Question['protocol'], (question: Question, milliseconds: number) => Promise<Answer>>> = {
  icmp: (question, milliseconds) =>
    new Promise((resolve) => {
      const seconds = String(Math.ceil(milliseconds / 1000));
      const child = spawn('ping', ['-n', '-q', isV6(question) ? '-6' : '-4', '-c', '1', '-W', seconds, question.address], { stdio: 'ignore' });
      child.on('error', () => resolve(undefined));
      child.on('close', (code) => resolve(code === 0 ? 'echo' : undefined));
    }),
  tcp: ({ address, port }, milliseconds) =>
    new Promise((resolve) => {
      let answer = '';
      const socket = connect({ host: address, port: port! });
      const end = () => {
        socket.destroy();
        resolve(answer === '' ? undefined : answer);
      };
      socket.setEncoding('utf8').setTimeout(milliseconds, end);
      socket.on('data', (data: string) => (answer += data));
      socket.on('end', end).on('error', end);
    }),
  udp: (question, milliseconds) =>
    new Promise((resolve) => {
      const socket = createSocket(isV6(question) ? 'udp6' : 'udp4');
      const end = (answer: Answer) => {
        clearTimeout(timer);
        socket.removeAllListeners('message').on('error', () => undefined);
        socket.close();
        resolve(answer);
      };
      const timer = setTimeout(() => end(undefined), milliseconds);
      socket.on('message', (data) => end(data.toString()));
      socket.once('error', () => end(undefined));
      // Told of an address without a way there by the argument that its type does not have.
      socket.connect(question.port!, question.address, (...[error]: readonly unknown[]) => (error === undefined || error === null ? socket.send('who\n') : end(undefined)));
    }),
};

/** The first packets may get lost while the kernel asks for the neighbour, and the machine is slow. */
async function answerTo(question: Question, deadline: number): Promise<Answer> {
  for (let milliseconds = 1000; ; milliseconds = Math.min(2 * milliseconds, Math.max(deadline - performance.now(), 1000))) {
    const tried = performance.now();
    const answer = await tries[question.protocol](question, milliseconds);
    if (answer !== undefined) return answer.trim().replace(/\[(?:::ffff:)?([\da-f.:]+)\]/i, '$1');
    if (performance.now() >= deadline) return undefined;
    // Where it was refused at once.
    await sleep(Math.max(0, 500 - (performance.now() - tried)));
  }
}

const { questions, seconds } = JSON.parse(await text(process.stdin)) as { readonly questions: readonly Question[]; readonly seconds: number };
const deadline = performance.now() + seconds * 1000;
const answers = await Promise.all(questions.map((question) => answerTo(question, deadline)));
process.stdout.write(JSON.stringify(answers.map((answer) => answer ?? null)));
