/** A page of `docs/rules/`, taken apart. */

export interface Fence {
  readonly language: string;
  readonly text: string;
}

export interface Page {
  readonly title: string;
  /** What stands between the title and the first heading. */
  readonly summary: string;
  /** In order, with their text. */
  readonly sections: ReadonlyMap<string, string>;
}

export function readPage(text: string): Page {
  const [head = '', ...rest] = withoutFences(text).split(/^## /m);
  const [, title = '', summary = ''] = /^# (.*)\n\n([^]*)$/.exec(head) ?? [];
  const names = rest.map((section) => section.slice(0, section.indexOf('\n')));
  const starts = names.map((name) => text.indexOf(`\n## ${name}\n`) + 1);
  return {
    title,
    summary: summary.trim(),
    sections: new Map(
      names.map((name, index) => [
        name,
        text.slice(starts[index]! + name.length + 4, starts[index + 1] ?? text.length),
      ]),
    ),
  };
}

/** Fenced blocks in order, each with its language. */
export function fencesOf(text: string): readonly Fence[] {
  return [...text.matchAll(/^```(\w*)\n([^]*?)^```$/gm)].map(([, language = '', body = '']) => ({
    language,
    text: body,
  }));
}

/** Headings inside fences are not headings. */
function withoutFences(text: string): string {
  return text.replace(/^```[^]*?^```$/gm, '');
}
