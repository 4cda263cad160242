/** The name that udev's rules give an interface, udev(7). */
import type { NamingRule } from '../../facts/managers/manager-facts.ts';
import type { VirtualLink } from './match-link.ts';
import { fits } from './patterns.ts';

/** What a rule may ask of an interface without a device of its own; `undefined` where it has no such thing. */
const facts = ({ name, mac }: VirtualLink): Readonly<Record<string, string | undefined>> => ({
  ACTION: 'add',
  SUBSYSTEM: 'net',
  KERNEL: name,
  'ATTR{address}': mac,
  'ATTR{type}': '1',
  'ATTR{dev_id}': '0x0',
  'ATTR{dev_port}': '0',
  DRIVERS: undefined,
  SUBSYSTEMS: 'net',
  KERNELS: name,
  NAME: '',
});

const part = /([A-Z_]+(?:\{[^}]*\})?)\s*(==|!=|:=|\+=|-=|=)\s*"((?:[^"\\]|\\.)*)"/g;

/** The rule by which the interface gets another name, and that name; a rule that asks something else is passed over. */
export function renamedByRule(
  link: VirtualLink,
  rules: readonly NamingRule[],
): { readonly rule: NamingRule; readonly to: string } | undefined {
  const known = facts(link);
  let found: { readonly rule: NamingRule; readonly to: string } | undefined;
  for (const rule of rules) {
    const parts = [...rule.text.matchAll(part)].map(([, key = '', operator = '', value = '']) => ({
      key,
      operator,
      value,
    }));
    const holds = parts
      .filter(({ operator }) => operator === '==' || operator === '!=')
      .every(({ key, operator, value }) => {
        if (!Object.hasOwn(known, key)) return false;
        const text = known[key];
        const equal = text !== undefined && value.split('|').some((pattern) => fits(pattern, text));
        return equal === (operator === '==');
      });
    const to = parts.find(({ key, operator }) => key === 'NAME' && (operator === '=' || operator === ':='))?.value;
    // `$env{…}` and `%k` stand for something that is known only there.
    if (holds && to !== undefined && !/[%$]/.test(to)) found = { rule, to };
  }
  return found && found.to !== '' && found.to !== link.name ? found : undefined;
}
