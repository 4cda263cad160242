/** Reads which file imports which, and what a pure file must not touch; text in, findings out. */
import { posix } from 'node:path';

/** Which folder of `src/` may import which others; `type:` allows types only, a path one file only. */
export const allowed: Readonly<Record<string, readonly string[]>> = {
  diagnostics: [],
  compose: ['diagnostics'],
  netmode: ['compose', 'diagnostics'],
  plan: ['netmode', 'compose', 'diagnostics'],
  emit: ['plan', 'compose', 'diagnostics'],
  // The marks are words that the plan writes and the host reads: they are one vocabulary, and nothing is decided there.
  host: ['type:plan', 'plan/facts/ownership.ts', 'diagnostics'],
  cli: ['host', 'emit', 'plan', 'netmode', 'compose', 'diagnostics'],
  'index.ts': ['emit', 'plan', 'netmode', 'compose', 'diagnostics'],
};

const pureFolders = ['diagnostics', 'compose', 'netmode', 'plan', 'emit', 'index.ts'];

/** Node's modules, or what of them, that only compute. */
const pureModules: Readonly<Record<string, readonly string[] | 'all'>> = {
  'node:path': 'all',
  'node:path/posix': 'all',
  'node:net': ['isIP', 'isIPv4', 'isIPv6'],
};

/** Too slow to load for commands that do not use them; `lodash/name.js` is small and fine. */
const lazyPackages = ['dockerode', 'execa', 'lodash'];

const impureGlobals = [
  /\bprocess(?:\[|\.(?:env|argv|cwd|chdir|exit|std\w+|platform|arch|pid|ppid|get\w*id|hrtime|uptime|nextTick|on|kill)\b)/,
  /\bDate\.now\b/,
  /\bnew Date\(\s*\)/,
  /\bMath\.random\b/,
  /\bperformance\.now\b/,
  /\brandomUUID\b/,
  /\bconsole\./,
  /\bfetch\(/,
  /\bset(?:Timeout|Interval|Immediate)\(/,
];

export interface Import {
  readonly specifier: string;
  /** The names between braces, as exported there; empty where it is not such an import. */
  readonly names: readonly string[];
  readonly typeOnly: boolean;
  /** `import(…)` when the code runs. */
  readonly dynamic: boolean;
}

/** Every import and re-export of a module's text, those in types included. */
export function importsOf(text: string): readonly Import[] {
  const code = withoutComments(text);
  const statements = code.matchAll(
    /(?<=^|[;}\s])(import|export)\s+(type\s+)?(?:([\w$*{][^;'"]*?)\bfrom\s*)?(['"])([^'"]+)\4/g,
  );
  const calls = code.matchAll(/(typeof\s+)?\bimport\s*\(\s*(['"`])([^'"`]+)\2/g);
  return [
    ...[...statements].map((match) => ({
      specifier: match[5]!,
      names: namesIn(match[3]),
      typeOnly: match[2] !== undefined,
      dynamic: false,
    })),
    ...[...calls].map((match) => ({
      specifier: match[3]!,
      names: [],
      typeOnly: match[1] !== undefined,
      dynamic: true,
    })),
  ];
}

/**
 * What a source file does that its place forbids.
 *
 * @param path relative to `src/`
 * @returns one line for each, without the path
 */
export function findingsOf(path: string, text: string): readonly string[] {
  const folder = placeOf(path);
  const mayImport = allowed[folder];
  if (!mayImport) return [`"${folder}" is no folder of the design`];
  const pure = pureFolders.includes(folder);
  const findings: string[] = [];
  for (const { specifier, names, typeOnly, dynamic } of importsOf(text)) {
    if (specifier.startsWith('.')) {
      const target = posix.join(posix.dirname(path), specifier);
      if (target.startsWith('../')) {
        if (!target.startsWith('../schema/')) findings.push(`imports ${specifier}, which is outside src`);
        continue;
      }
      const other = placeOf(target);
      if (
        other !== folder &&
        !mayImport.includes(other) &&
        !mayImport.includes(target) &&
        !(typeOnly && mayImport.includes(`type:${other}`))
      )
        findings.push(`imports ${specifier}: ${folder} may not import ${other}`);
    } else if (specifier.startsWith('node:')) {
      const harmless = pureModules[specifier] ?? [];
      const onlyHarmless = harmless === 'all' || (names.length > 0 && names.every((name) => harmless.includes(name)));
      if (pure && !typeOnly && !onlyHarmless) findings.push(`imports ${specifier}, and ${folder} is pure`);
    } else if (lazyPackages.includes(specifier)) {
      if (pure) findings.push(`imports ${specifier}, and ${folder} is pure`);
      else if (!typeOnly && !dynamic) findings.push(`imports ${specifier} where it is loaded at start: use import()`);
    }
  }
  const code = withoutComments(text);
  if (pure)
    for (const pattern of impureGlobals)
      if (pattern.test(code)) findings.push(`uses ${pattern.exec(code)![0]}, and ${folder} is pure`);
  if (/^\s*export\s+default\b/m.test(code) || /\bas\s+default\b/.test(code)) findings.push('has a default export');
  return findings;
}

/** The folder of `src/`, or the file where it lies in `src/` itself. */
function placeOf(path: string): string {
  return path.split('/')[0]!;
}

function namesIn(clause: string | undefined): readonly string[] {
  const braces = /^\s*\{([^}]*)\}\s*$/.exec(clause ?? '')?.[1] ?? '';
  return braces
    .split(',')
    .map((name) => name.trim().split(/\s+as\s+/)[0]!)
    .filter((name) => name !== '' && !name.startsWith('type '));
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, ' ').replace(/(^|\s)\/\/.*$/gm, '$1');
}
