/** Templates of which only some variables are filled in: those that nobody outside an included project knows. */

const name = /[_a-z][_a-z0-9]*/iy;
const operators = [':?', ':-', ':+', '?', '-', '+'] as const;

/**
 * @param lookUp the value of a variable that is to be filled in, `undefined` for one that stays
 * @returns the template with the rest as it was
 */
export function fillIn(template: string, lookUp: (name: string) => string | undefined): string {
  let out = '';
  let at = 0;
  while (at < template.length) {
    const dollar = template.indexOf('$', at);
    if (dollar < 0) break;
    out += template.slice(at, dollar);
    const reference = template.startsWith('$$', dollar) ? undefined : referenceAt(template, dollar);
    if (!reference) {
      out += template.slice(dollar, dollar + 2);
      at = dollar + 2;
      continue;
    }
    out += filled(template.slice(dollar, reference.end), reference, lookUp);
    at = reference.end;
  }
  return out + template.slice(at);
}

interface Reference {
  readonly name: string;
  readonly operator?: (typeof operators)[number];
  readonly argument: string;
  readonly end: number;
}

function referenceAt(template: string, dollar: number): Reference | undefined {
  const braced = template[dollar + 1] === '{';
  name.lastIndex = dollar + (braced ? 2 : 1);
  const match = name.exec(template)?.[0];
  if (match === undefined) return undefined;
  const nameEnd = dollar + (braced ? 2 : 1) + match.length;
  if (!braced) return { name: match, argument: '', end: nameEnd };
  const close = closingBrace(template, dollar + 1);
  if (close < 0) return undefined;
  const operator = operators.find((operator) => template.startsWith(operator, nameEnd));
  return {
    name: match,
    ...(operator && { operator }),
    argument: template.slice(nameEnd + (operator?.length ?? 0), close),
    end: close + 1,
  };
}

function closingBrace(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === '{') depth++;
    if (text[at] === '}' && --depth === 0) return at;
  }
  return -1;
}

function filled(
  text: string,
  { name: variable, operator, argument }: Reference,
  lookUp: (name: string) => string | undefined,
): string {
  const value = lookUp(variable);
  const inner = fillIn(argument, lookUp);
  if (value === undefined) return operator ? `\${${variable}${operator}${inner}}` : text;
  const literal = value.replaceAll('$', '$$$$');
  switch (operator) {
    case ':-':
      return value === '' ? inner : literal;
    case ':+':
      return value === '' ? '' : inner;
    case '+':
      return inner;
    default:
      return literal;
  }
}
