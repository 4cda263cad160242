/** YAML text → trees with places, one for each document: by the quick reader where it can, else by the yaml package. */

import type { CST, Document, ParsedNode } from 'yaml';
import { Composer, Parser } from 'yaml';
import type { Report } from '../../diagnostics/diagnostic.ts';
import type { SourceFile } from '../../diagnostics/source.ts';
import type { Tree } from '../tree.ts';
import { deepest, tooDeep } from './depth.ts';
import { TreeReader } from './full-reader.ts';
import { indentingTab } from './indenting-tabs.ts';
import { lenientTokens } from './lenient-tokens.ts';
import { readPlainYaml } from './quick-reader.ts';

export interface ParsedFile {
  readonly source: SourceFile;
  /** Empty where the file says nothing (Compose then reads nothing, without complaint). */
  readonly trees: readonly Tree[];
  /** The first document, worked out when it is asked for. */
  readonly document: () => Document | undefined;
  /** Whether anything in it has a `!reset` or `!override`. */
  readonly tagged: boolean;
}

/**
 * Reads one file's text.
 *
 * @param quick whether the trees may do without `node`, which is far quicker
 * @returns nothing where the text is not YAML; every fault of it is reported as `compose/invalid-yaml`
 */
export function parseYaml(source: SourceFile, quick: boolean, report: Report): ParsedFile | undefined {
  const deep = tooDeep(source.text);
  if (deep !== undefined) {
    report(
      'compose/invalid-yaml',
      { source, start: deep, end: deep + 1 },
      `what stands here is nested more than ${deepest} levels deep`,
      { help: 'netcompose reads no deeper; take what is inside apart' },
    );
    return undefined;
  }
  const tree = quick ? readPlainYaml(source) : undefined;
  if (tree === undefined) return parseFully(source, report);
  let document: Document | undefined;
  return {
    source,
    trees: tree === null ? [] : [tree],
    document: () => (document ??= compose(source)[0]),
    tagged: false,
  };
}

/** What YAML does not allow in a text at all; the package lets it pass. */
const unprintable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]/;

function parseFully(source: SourceFile, report: Report): ParsedFile | undefined {
  const trees: Tree[] = [];
  const reader = new TreeReader(source, report);
  const control = unprintable.exec(source.text);
  if (control) reader.fault('a control character is not allowed', control.index, control.index + 1);
  const documents = control ? [] : compose(source);
  for (const document of documents) {
    for (const error of document.errors)
      if (!isTolerated(error)) reader.fault(error.message, error.pos[0], error.pos[1]);
    const { explicit, version } = document.directives?.yaml ?? {};
    if (explicit && version !== '1.1')
      reader.fault(`"%YAML ${version}" is not read by Compose`, 0, 0, 'remove the line');
    if (!reader.failed) trees.push(reader.read(document.contents as ParsedNode | null));
  }
  const tab = reader.failed ? undefined : indentingTab(source.text, documents);
  if (tab !== undefined) reader.fault('a tab cannot indent', tab, tab + 1, 'use spaces, or empty the line');
  return reader.failed ? undefined : { source, trees, document: () => documents[0], tagged: reader.tagged };
}

function compose({ text }: SourceFile): readonly Document[] {
  const documents = composeTokens(new Parser().parse(text), text.length);
  if (!hasFaults(documents)) return documents;
  const again = composeTokens(lenientTokens(text), text.length);
  return hasFaults(again) ? documents : again;
}

function composeTokens(tokens: Iterable<CST.Token>, length: number): readonly Document[] {
  const composer = new Composer({
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: 'silent',
    version: '1.2',
    merge: false,
    resolveKnownTags: false,
  });
  return [...composer.compose(tokens, false, length)];
}

function hasFaults(documents: readonly Document[]): boolean {
  return documents.some(({ errors }) => errors.some((error) => !isTolerated(error)));
}

/** go-yaml takes a comment right behind a quote or bracket, and `\'` within double quotes. */
function isTolerated({ message }: Error): boolean {
  return message.startsWith('Comments must be separated') || message === "Invalid escape sequence \\'";
}
