/** `.env` files as Compose's own parser reads them (compose-go's `dotenv/parser.go`), its oddities included. */
import { type Lookup, substitute, type TemplateFaults } from './template.ts';

export interface DotenvFaults {
  /** What is wrong, and the offset where. The rest of the file is not read. */
  syntax(message: string, offset: number): void;
  /** For the templates of the value that starts at an offset. */
  template(offset: number): TemplateFaults;
}

const space = /[\t\v\f\r \u0085\u00a0]/;
const anySpace = /[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;
const trailingSpace = /[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/;
const nameCharacter = /[\p{L}\p{N}_.\-[\]]/u;
const escapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  c: '\\c',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
};

/**
 * @param text the file's text
 * @param values gets the variables; those of earlier files are in it already
 * @param lookup variables that win over the file's own inside `${…}`
 */
export function readDotenv(text: string, values: Map<string, string>, lookup: Lookup, faults: DotenvFaults): void {
  const find: Lookup = (name) => lookup(name) ?? values.get(name);
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  for (;;) {
    at = statementStart(text, at);
    if (at >= text.length) return;
    const key = readKey(text, at, faults);
    if (!key) return;
    if (key.name.includes(' ')) {
      faults.syntax(`"${key.name}": a name cannot contain a space`, at);
      return;
    }
    at = skipSpace(text, key.end);
    if (key.inherited) {
      const value = find(key.name);
      if (value !== undefined) values.set(key.name, value);
      continue;
    }
    const read = readValue(text, at, find, faults);
    if (!read) return;
    values.set(key.name, read.value);
    at = read.end;
  }
}

function statementStart(text: string, from: number): number {
  let at = from;
  while (at < text.length) {
    if (anySpace.test(text[at]!)) at++;
    else if (text[at] === '#') {
      const end = text.indexOf('\n', at);
      if (end < 0) return text.length;
      at = end;
    } else break;
  }
  return at;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && space.test(text[at]!)) at++;
  return at;
}

function readKey(
  text: string,
  from: number,
  faults: DotenvFaults,
): { name: string; end: number; inherited: boolean } | undefined {
  const exported = /export\s+/y;
  exported.lastIndex = from;
  const start = exported.test(text) ? skipSpace(text, from + 'export'.length) : from;
  for (let at = start; at < text.length; ) {
    const char = String.fromCodePoint(text.codePointAt(at)!);
    if (char === '=' || char === ':' || char === '\n') {
      return { name: text.slice(start, at).replace(trailingSpace, ''), end: at + 1, inherited: char === '\n' };
    }
    if (!space.test(char) && !nameCharacter.test(char)) {
      faults.syntax(`${JSON.stringify(char)} is not allowed in the name of a variable`, at);
      return undefined;
    }
    at += char.length;
  }
  // A last line without `=` and line break names nothing.
  return { name: '', end: start, inherited: false };
}

function readValue(
  text: string,
  from: number,
  find: Lookup,
  faults: DotenvFaults,
): { value: string; end: number } | undefined {
  const quote = text[from];
  if (quote !== '"' && quote !== "'") {
    const lineEnd = text.indexOf('\n', from);
    const end = lineEnd < 0 ? text.length : lineEnd;
    const value = text.slice(from, end).split(' #', 1)[0]!.replace(trailingSpace, '');
    return { value: substitute(value, find, faults.template(from)), end: Math.min(end + 1, text.length) };
  }
  let value = '';
  let escaped = false;
  for (let at = from + 1; at < text.length; at++) {
    const char = text[at]!;
    if (char === quote && !escaped) {
      const filled = quote === '"' ? substitute(withoutEscapes(value), find, faults.template(from)) : value;
      return { value: filled, end: at + 1 };
    }
    if (char !== quote && !escaped && char === '\\') {
      escaped = true;
      continue;
    }
    if (char !== quote && escaped) value += '\\';
    escaped = false;
    value += char;
  }
  faults.syntax('the quoted value has no end', from);
  return undefined;
}

function withoutEscapes(text: string): string {
  return text.replace(/\\(?:([abcfnrtv$"\\])|0(\d{0,3}))/g, (match: string, letter?: string, octal?: string) => {
    // `\$` is a literal dollar sign, which the template that follows writes `$$`.
    if (letter === '$') return '$$';
    if (letter !== undefined) return escapes[letter] ?? match;
    return octal !== undefined && /^[0-3][0-7]{2}$/.test(octal) ? String.fromCharCode(parseInt(octal, 8)) : match;
  });
}
