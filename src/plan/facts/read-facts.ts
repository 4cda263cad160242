/** Facts that were written down before, on another host or by hand: checked, with what may be absent filled in. */
import type { EngineFacts, EnginePart, Facts, HostFacts } from './facts.ts';
import { type SchemaError, validateFacts } from './schema.generated.js';

/**
 * @param text a file as `netcompose facts` prints it
 * @returns the facts, or what is wrong with them: the first place, what stands there, and what belongs there
 */
export function readFactsText(text: string): { readonly facts: Facts } | { readonly fault: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    return { fault: `it is not JSON: ${(cause as Error).message}` };
  }
  return readFactsValue(value);
}

/** The same of what such a file holds. */
export function readFactsValue(value: unknown): { readonly facts: Facts } | { readonly fault: string } {
  if (validateFacts(value)) return { facts: complete(value as WrittenFacts) };
  return { fault: faultText(validateFacts.errors![0]!) };
}

/** As the schema has it: what it gives a default is there. */
type WrittenFacts = Omit<Facts, 'host' | 'engine'> & {
  readonly host?: Without<HostFacts, HostPart>;
  readonly engine?: Without<EngineFacts, EnginePart>;
};
type Without<T, K extends keyof T> = Omit<T, K> & Partial<Pick<T, K>>;

const hostParts = ['interfaces', 'routes'] as const;
type HostPart = (typeof hostParts)[number];
const engineParts = ['networks', 'containers', 'swarm'] as const satisfies readonly EnginePart[];

function complete({ host, engine, ...rest }: WrittenFacts): Facts {
  return {
    ...rest,
    ...(host && { host: { interfaces: [], routes: [], ...host, ...unseenIn(host, hostParts) } }),
    ...(engine && {
      engine: { networks: [], containers: [], swarm: 'inactive', ...engine, ...unseenIn(engine, engineParts) },
    }),
  };
}

function unseenIn<K extends string>(written: { readonly [P in K]?: unknown }, parts: readonly K[]) {
  const unseen = parts.filter((part) => written[part] === undefined);
  return unseen.length > 0 && { unseen };
}

function faultText({ keyword, instancePath, params, parentSchema, data }: SchemaError): string {
  const missing = keyword === 'required' ? String(params['missingProperty']) : undefined;
  const place = placeText(instancePath, missing);
  if (missing !== undefined) return `${place} is missing`;
  const { description } = parentSchema as { readonly description?: string };
  return `${place || 'it'} is ${show(data)}, not ${description ?? 'what belongs there'}`;
}

/** A JSON pointer as people write it: `engine.networks[1].pools[0]`. */
function placeText(pointer: string, last?: string): string {
  const parts = pointer.split('/').slice(1).map(unescaped);
  return [...parts, ...(last === undefined ? [] : [last])]
    .map((part) => (/^\d+$/.test(part) ? `[${part}]` : /^[\w-]+$/.test(part) ? `.${part}` : `["${part}"]`))
    .join('')
    .replace(/^\./, '');
}

const unescaped = (part: string) => part.replaceAll('~1', '/').replaceAll('~0', '~');

/** A value, as far as a line has room for it. */
function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
