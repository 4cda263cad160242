/**
 * How V8 works on much input. Most of what is read stays for as long as the program runs, too short for machine
 * code and a large young heap to pay: made late and kept small, they save a third of processor time and of memory
 * (docs/performance.md). For little input they make no difference, and Node would have to compile its own modules
 * anew: its compiled code goes by V8's settings.
 */
import { setFlagsFromString } from 'node:v8';
import type { Host } from '../../../host/system/host.ts';

/** Characters of one file. */
const large = 50_000;

interface Setting {
  readonly changed: string;
  /** V8's own default. */
  readonly usual: string;
}

const youngHeap: readonly Setting[] = [
  { changed: '--no-parallel-scavenge', usual: '--parallel-scavenge' },
  { changed: '--semi-space-growth-factor=1', usual: '--semi-space-growth-factor=2' },
];

/** The old heap is cleaned once it must be: marking begun long before mostly ends with the program, for nothing. */
const oldHeap: Setting = { changed: '--no-incremental-marking', usual: '--incremental-marking' };

/** Node 20's V8 alone has it (`node --v8-options`; 22 and 24 have not). V8 complains aloud of what it does not know. */
const lateCode: Setting = { changed: '--interrupt-budget=1000000', usual: '--interrupt-budget=67584' };

const heap = [...youngHeap, oldHeap];
const settings = process.versions.v8.startsWith('11.') ? [...heap, lateCode] : heap;

/** @returns the same host, which adjusts V8 where it reads a large file */
export function adjustingFor(host: Host): Host {
  return {
    ...host,
    read: (path) => {
      const file = host.read(path);
      if ('text' in file && file.text.length >= large) apply('changed');
      return file;
    },
  };
}

/** Compiled code that is kept goes by the settings, too: by those with which it will be read. */
export function resetAdjustment(): void {
  if (isAdjusted) apply('usual');
}

let isAdjusted = false;

function apply(which: keyof Setting): void {
  isAdjusted = which === 'changed';
  for (const setting of settings) setFlagsFromString(setting[which]);
}
