import once from 'lodash/once.js';

/**
 * Text that came from files, made harmless. A terminal obeys control characters (C0, C1), and characters that turn the
 * direction of writing make a line look like another one; half a surrogate pair is not text at all.
 */
const harmful = once(() => /[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029]/gu);

/** Nothing of it is harmful; Node takes its time to make the sets of the other expression. */
const plain = /^[\n\x20-\x7e]*$/;

/** One line for people: control characters as their pictures (`␛`), what has none as `�`. */
export function safeLine(text: string): string {
  if (plain.test(text) && !text.includes('\n')) return text;
  return text.replace(harmful(), (character) => {
    const code = character.codePointAt(0)!;
    if (code < 0x20) return String.fromCodePoint(0x2400 + code);
    return code === 0x7f ? '␡' : '�';
  });
}

/** The same for text that may have several lines; tabs become a space. */
export function safeLines(text: string): readonly string[] {
  return text.split(/\r?\n/).map((line) => safeLine(line.replaceAll('\t', ' ')));
}

/** JSON in which whatever could harm a terminal is escaped; its meaning is the same. */
export function safeJson(value: unknown): string {
  const json = JSON.stringify(value, undefined, 2);
  return plain.test(json)
    ? json
    : json.replace(harmful(), (character) => (character === '\n' ? character : escaped(character)));
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
