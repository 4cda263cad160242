/** Who answers a few questions, as one check. */
import { type Asked, askAll, type From } from './asking.ts';
import { check } from './checks.ts';
import { containerPorts } from './lan.ts';

/** Whether each is answered by the one named, over TCP. */
export function reached(
  name: string,
  asked: readonly (readonly [from: From, address: string, who: string, port?: number])[],
): void {
  const questions = asked.map(([from, address, who, port = containerPorts.tcp]): Asked & { readonly who: string } => ({
    from,
    address,
    port,
    protocol: 'tcp',
    who,
  }));
  const missing = askAll(questions, 'none').filter(({ who, answer }) => answer?.split(' saw ')[0] !== who);
  check(
    name,
    missing.length === 0,
    missing
      .map(
        ({ from, address, port, answer }) => `${JSON.stringify(from)} at ${address}:${port}: ${answer ?? 'no answer'}`,
      )
      .join('\n'),
  );
}
