/** Who reaches whom: questions put from several network namespaces at once, for each moment that is looked at. */
import groupBy from 'lodash/groupBy.js';
import type { Question } from './ask.ts';
import { stateOf } from './containers.ts';
import { quickNode } from './node.ts';
import { runBeside } from './process.ts';

/** Who asks: the host, a namespace of the LAN, or a container by its name. */
export type From = 'host' | 'router' | 'neighbour' | { readonly container: string };

export interface Asked extends Question {
  readonly from: From;
}

/** `web saw 192.168.1.10`; the address is bare. */
export type Answered<T extends Asked> = T & { readonly answer: string | undefined };

/** How long silence is waited for, where an answer would be a surprise, and where it is wanted. */
export const patience = { surprise: 4, wanted: 20 } as const;

const program = '/src/ask.mjs';

/**
 * Asks all of it, side by side. The network is the container's own, the program this machine's: `docker exec` takes seconds.
 *
 * @param seconds for how long those that do not answer are asked again
 */
export async function askAll<T extends Asked>(asked: readonly T[], seconds: number): Promise<readonly Answered<T>[]> {
  const answers = new Map<T, string | null>();
  const groups = Object.values(groupBy(asked, ({ from }) => (typeof from === 'string' ? from : `container ${from.container}`)));
  await Promise.all(
    groups.map(async (group) => {
      const questions = group.map(({ protocol, address, port }) => ({ protocol, address, port }));
      const { from } = group[0]!;
      const { code, stdout, stderr } = await runBeside([...entering(from), ...quickNode, program], {
        input: JSON.stringify({ questions, seconds }),
        seconds: seconds + 60,
      });
      if (code !== 0) throw new Error(`nothing can be asked from ${JSON.stringify(from)}: ${stderr}`);
      for (const [at, answer] of (JSON.parse(stdout) as readonly (string | null)[]).entries()) answers.set(group[at]!, answer);
    }),
  );
  return asked.map((question) => ({ ...question, answer: answers.get(question) ?? undefined }));
}

function entering(from: From): readonly string[] {
  if (from === 'host') return [];
  if (typeof from === 'string') return ['ip', 'netns', 'exec', from];
  return ['nsenter', '--net', '--target', String(stateOf(from.container).pid)];
}
