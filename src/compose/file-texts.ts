/** Files that are there only as texts. */
import { posix } from 'node:path';
import type { Files } from './input.ts';

/** The texts of files by absolute path. */
export type FileTexts = Readonly<Record<string, string>>;

/** @returns a way to these files and to no others; a reader as it is */
export function filesOf(files: Files | FileTexts): Files {
  return isReader(files) ? files : readerOf(files);
}

const isReader = (files: Files | FileTexts): files is Files => typeof files['read'] === 'function';

function readerOf(given: FileTexts): Files {
  const texts = new Map(Object.entries(given).map(([path, text]) => [posix.normalize(path), text]));
  return {
    read: (path) => {
      const text = texts.get(path);
      if (text === undefined) return { error: 'missing', detail: 'no such file was handed in' };
      // What was read without saying in which encoding.
      return typeof text === 'string' ? { text } : { error: 'unreadable', detail: 'what was handed in is no text' };
    },
    exists: (path) => texts.has(path),
    isDirectory: (path) => {
      const folder = path.endsWith('/') ? path : `${path}/`;
      return [...texts.keys()].some((file) => file.startsWith(folder));
    },
  };
}
