/** SVG and HTML as text. Whatever comes from files is data: it is escaped here and nowhere else. */
import { safeLine } from '../../diagnostics/format/safe.ts';

/** Text that is markup already. */
export interface Markup {
  readonly markup: string;
}

type Attributes = Readonly<Record<string, string | number | undefined>>;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** One line, without what XML may not hold and what would turn the text around it; what is shown of a name. */
export const plain = (text: string): string => safeLine(text).replace(/[\uFFFE\uFFFF]/g, '\uFFFD');

const escaped = (text: string): string => plain(text).replace(/[&<>"']/g, (character) => entities[character]!);

/** @param children markup as it is, texts escaped */
export function element(name: string, attributes: Attributes, ...children: readonly (Markup | string)[]): Markup {
  const written = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${typeof value === 'number' ? rounded(value) : escaped(value)}"`],
  );
  const content = children.map((child) => (typeof child === 'string' ? escaped(child) : child.markup)).join('');
  const open = `<${name}${written.join('')}`;
  return { markup: content === '' && !pairs.has(name) ? `${open}/>` : `${open}>${content}</${name}>` };
}

/** HTML's elements that are closed even where they hold nothing. */
const pairs = new Set(['output', 'td', 'th', 'tbody', 'ul', 'div', 'section', 'aside', 'script', 'style', 'h2', 'p']);

/** One after the other, each on a line of its own. */
export const lines = (parts: readonly Markup[]): Markup => ({
  markup: parts.map(({ markup }) => `\n${markup}`).join(''),
});

const rounded = (value: number) => String(Math.round(value * 10) / 10);
