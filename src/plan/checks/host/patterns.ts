/** Patterns of names as fnmatch(3) has them, which systemd, udev and dhcpcd use. */
import partition from 'lodash/partition.js';

/** In square brackets: what a backslash spares, a class of characters, any other character. */
const member = String.raw`\\.|\[:[a-z]+:\]|[^\\\]]`;
/** The first in the brackets may be `]`, after `!` or `^` too. */
const bracket = String.raw`\[(?:[!^]|(?![!^]))(?:\]|${member})(?:${member})*\]`;
const token = new RegExp(String.raw`\\.|${bracket}|\*+|.`, 'gsu');
const memberToken = new RegExp(String.raw`^\]|${member}`, 'gsu');

const classes: ReadonlyMap<string, string> = new Map([
  ['alnum', 'A-Za-z0-9'],
  ['alpha', 'A-Za-z'],
  ['digit', '0-9'],
  ['lower', 'a-z'],
  ['punct', String.raw`!-\/:-@\[-\x60\{-~`],
  ['space', String.raw`\s`],
  ['upper', 'A-Z'],
  ['xdigit', 'A-Fa-f0-9'],
]);

/** Whether the whole text fits: `*`, `?`, `[abc]`, `[!abc]`, and a backslash before what stands for itself. */
export function fits(pattern: string, text: string): boolean {
  const source = (pattern.match(token) ?? []).map((part) => {
    if (part.startsWith('*')) return '.*';
    if (part === '?') return '.';
    if (part === '\\') return '(?!)'; // nothing is after it: glibc takes no text then
    return part.length > 1 && part.startsWith('[') ? inBrackets(part) : literal(part.replace('\\', ''));
  });
  try {
    return new RegExp(`^${source.join('')}$`, 'su').test(text);
  } catch {
    return false; // a range that is none, such as [z-a]
  }
}

function inBrackets(part: string): string {
  const inside = part.slice(1, -1);
  const isNot = /^[!^]/.test(inside);
  const members = (inside.slice(isNot ? 1 : 0).match(memberToken) ?? []).map((each) => {
    if (each.startsWith('[:')) return classes.get(each.slice(2, -2)) ?? '';
    return each === '\\-' ? each : literal(each.replace('\\', ''));
  });
  return `[${isNot ? '^' : ''}${members.join('')}]`;
}

const literal = (character: string) => character.replace(/[$()*+.?[\\\]^{|}]/, '\\$&');

/**
 * Whether a list of patterns allows a text, as systemd has it (`net_condition_test_strv`): none that begins with `!`
 * may fit and, where there are others, one of those must.
 */
export function allows(patterns: readonly string[], text: string | undefined): boolean {
  if (text === undefined) return patterns.every((pattern) => pattern.startsWith('!'));
  const [against, wanted] = partition(patterns, (pattern) => pattern.startsWith('!'));
  if (against.some((pattern) => fits(pattern.slice(1), text))) return false;
  return wanted.length === 0 || wanted.some((pattern) => fits(pattern, text));
}
