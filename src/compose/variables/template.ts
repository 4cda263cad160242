/**
 * Compose's variable templates: `$NAME`, `${NAME}`, `${NAME:-default}`, `-`, `:?message`, `?`, `:+other`, `+`, nested,
 * and `$$` for a dollar sign. A `$` before anything else stands for itself. The odd details (a default is filled in
 * even where it is not used, where a brace closes) are compose-go's (`template/template.go`) and are kept.
 */

/** What a variable is, or nothing where it is not set. */
export type Lookup = (name: string) => string | undefined;

/** Told of what cannot be filled in; the text goes on with an empty string. */
export interface TemplateFaults {
  unset(name: string): void;
  missing(name: string, reason: string): void;
  invalid(template: string): void;
}

const pattern = /\$(?:(\$)|([_a-z][_a-z0-9]*)|\{(?:([_a-z][_a-z0-9]*(?::?[-+?][^\n]*)?)\}|))/gi;
const operators = [':?', '?', ':-', '-', ':+', '+'] as const;
type Operator = (typeof operators)[number];

/** The template with its variables filled in. */
export function substitute(template: string, lookup: Lookup, faults: TemplateFaults): string {
  if (!template.includes('$')) return template;
  if (isTooDeep(template)) {
    faults.invalid(template);
    return '';
  }
  return template.replace(pattern, (match: string, escaped?: string, named?: string, braced?: string) => {
    if (escaped !== undefined) return '$';
    if (named !== undefined) return plain(named, lookup, faults);
    if (braced === undefined) {
      faults.invalid(template);
      return '';
    }
    return bracedValue(match, lookup, faults);
  });
}

/** Each `${` within another is read one within the other; no person writes as many. */
const deepest = 100;

function isTooDeep(template: string): boolean {
  let open = 0;
  for (let at = template.indexOf('${'); at >= 0 && at < template.length; at++) {
    if (template[at] === '}' && open > 0) open--;
    else if (template[at] === '{' && template[at - 1] === '$' && ++open > deepest) return true;
  }
  return false;
}

function plain(name: string, lookup: Lookup, faults: TemplateFaults): string {
  const value = lookup(name);
  if (value === undefined) faults.unset(name);
  return value ?? '';
}

/** The pattern is greedy: `match` may go on to the last brace of the line. */
function bracedValue(match: string, lookup: Lookup, faults: TemplateFaults): string {
  const close = closingBrace(match);
  const body = close < 0 ? match.slice(2, -1) : match.slice(2, close);
  const rest = close < 0 ? '' : match.slice(close + 1);
  const operator = firstOperator(body);
  if (!operator) return plain(body, lookup, faults) + substitute(rest, lookup, faults);
  const at = body.indexOf(operator);
  const name = body.slice(0, at);
  const argument = substitute(body.slice(at + operator.length), lookup, faults);
  return apply(operator, name, argument, lookup, faults) + substitute(rest, lookup, faults);
}

function apply(operator: Operator, name: string, argument: string, lookup: Lookup, faults: TemplateFaults): string {
  const value = lookup(name);
  const filled = operator.startsWith(':') ? value !== undefined && value !== '' : value !== undefined;
  switch (operator) {
    case ':-':
    case '-':
      return filled ? value! : argument;
    case ':+':
    case '+':
      return filled ? argument : (value ?? '');
    case ':?':
    case '?':
      if (!filled) faults.missing(name, argument);
      return value ?? '';
  }
}

function firstOperator(body: string): Operator | undefined {
  let best: Operator | undefined;
  let bestAt = Infinity;
  for (const operator of operators) {
    const at = body.indexOf(operator);
    if (at >= 0 && at < bestAt) {
      best = operator;
      bestAt = at;
    }
  }
  return best;
}

/** Where the first brace of `text` closes; the character after an opening brace is never looked at. */
function closingBrace(text: string): number {
  let open = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === '}' && --open === 0) return i;
    if (char === '{') {
      open++;
      i++;
    }
  }
  return -1;
}
