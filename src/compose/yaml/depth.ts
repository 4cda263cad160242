/**
 * How deep a text is nested, found without recursion and before any reader sees it: thousands of levels would end
 * the readers, and Node with them, by their stack.
 */
import { Lexer } from 'yaml';

/** No person writes as much; Compose's own files have a dozen levels. */
export const deepest = 200;

/** @returns where the text gets too deep; nothing where it does not */
export function tooDeep(text: string): number | undefined {
  if (!mayBeDeep(text)) return undefined;
  const compact = compactLine.exec(text);
  return compact ? compact.index : deepToken(text);
}

/** `- - - …` on one line, each a list in a list; the lexer itself reads these one within the other. */
const compactLine = new RegExp(`^(?:[ \\t]*[-?:](?=[ \\t])){${deepest}}`, 'm');

/** A look that costs next to nothing, and says no for what people write. */
function mayBeDeep(text: string): boolean {
  if (deepIndent.test(text) || compactLine.test(text)) return true;
  let open = 0;
  for (const [bracket] of text.matchAll(/[[\]{}]/g)) {
    if (bracket === '[' || bracket === '{') {
      if (++open > deepest) return true;
    } else if (open > 0) open--;
  }
  return false;
}

/** Each level of a block takes a column at least. */
const deepIndent = new RegExp(`^[ ]{${deepest}}`, 'm');

/** The tokens as the yaml package reads them: what stands in quotes or in a block of text is one token. */
function deepToken(text: string): number | undefined {
  let flow = 0;
  let at = 0;
  let column = 0;
  let isLineStart = true;
  const blocks: number[] = [];
  for (const token of new Lexer().lex(text)) {
    if (marks.has(token)) continue;
    if (token === '{' || token === '[') flow++;
    else if ((token === '}' || token === ']') && flow > 0) flow--;
    else if (token.startsWith('\n') || token.startsWith('\r')) isLineStart = true;
    const isBlank = /^\s*$/.test(token);
    if (!isBlank && flow === 0 && (isLineStart || token === '-')) {
      while (blocks.length > 0 && blocks.at(-1)! >= column) blocks.pop();
      blocks.push(column);
    }
    if (!isBlank) isLineStart = false;
    if (flow + blocks.length > deepest) return at;
    at += token.length;
    const lastBreak = token.lastIndexOf('\n');
    column = lastBreak < 0 ? column + token.length : token.length - lastBreak - 1;
  }
  return undefined;
}

/** Tokens of the lexer that stand for no text: document, end of a flow, a scalar that follows. */
const marks: ReadonlySet<string> = new Set(['\u0002', '\u0018', '\u001f']);
