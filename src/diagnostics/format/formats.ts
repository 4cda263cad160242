/** The formats of `--format`. */
import type { Diagnostic } from '../diagnostic.ts';
import { github } from './github.ts';
import { json } from './json.ts';
import type { FormatOptions } from './place.ts';
import { pretty } from './pretty.ts';
import { sarif } from './sarif.ts';

/** Text that ends in a line break, or nothing where a format has nothing to say. */
export type Formatter = (diagnostics: readonly Diagnostic[], options: FormatOptions) => string;

export const formats = { pretty, json, github, sarif } as const satisfies Record<string, Formatter>;

export type FormatName = keyof typeof formats;

export const formatNames = Object.keys(formats) as readonly FormatName[];
