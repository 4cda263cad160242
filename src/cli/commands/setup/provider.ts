/**
 * `netcompose compose up|down`: how Compose calls a service with `provider: { type: netcompose }`, so that a plain
 * `docker compose up` has shims made and removed. Of what is written, Compose shows lines of JSON, and reads nothing
 * else.
 *
 * Source: compose's docs/extension.md; what is called when was seen with 2.40.3.
 */
import { HostError } from '../../../host/system/errors.ts';
import { exitCodes } from '../../exit-codes.ts';
import type { Session } from '../../session.ts';
import { mendShims } from '../../steps/shims/mend-shims.ts';
import { removeShims } from '../../steps/shims/remove-shims.ts';
import { UsageError } from '../../usage-error.ts';

const parameter = {
  name: 'network',
  description: "Docker's name of a network whose shim is to be made; several with commas",
  required: true,
  type: 'string',
};

export async function run({ args, host, terminal }: Session): Promise<number> {
  const said = args.find((word) => /^(metadata|up|down)$/.test(word));
  const say = (type: 'info' | 'error' | 'debug', message: string) =>
    terminal.out(`${JSON.stringify({ type, message })}\n`);
  if (said === 'metadata') {
    const up = { parameters: [parameter] };
    terminal.out(`${JSON.stringify({ description: "Shims: this host's way to its containers", up, down: up })}\n`);
    return exitCodes.fine;
  }
  const networks = args.flatMap((word) => /^--network=(.*)$/.exec(word)?.[1]?.split(',') ?? []);
  try {
    if (said === undefined)
      throw new UsageError('this is how Compose calls a provider', 'see docs/plugin.md, "Under docker compose itself"');
    if (networks.length === 0) throw new UsageError('a provider of netcompose needs "options: { network: … }"');
    if (said === 'up')
      await mendShims(host, {
        names: networks,
        onMade: (shim) => say('info', `${shim}: made`),
        onMended: (shim, fault) => say('info', `${shim}: ${fault}: mended`),
      });
    // One that never was, because "up" failed before it, must not keep Compose from removing the rest.
    else for (const shim of await removedOf(networks, host)) say('info', `${shim}: removed`);
    return exitCodes.fine;
  } catch (error) {
    if (!(error instanceof HostError || error instanceof UsageError)) throw error;
    say('error', [error.message, error.help].filter(Boolean).join('; '));
    return error instanceof UsageError ? exitCodes.usage : exitCodes.hostAction;
  }
}

async function removedOf(networks: readonly string[], host: Session['host']): Promise<readonly string[]> {
  try {
    return await removeShims(host, networks);
  } catch (error) {
    if (error instanceof UsageError) return [];
    throw error;
  }
}
