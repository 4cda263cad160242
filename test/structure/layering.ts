/** Reads which file imports which, and what a pure file must not touch; text in, findings out. */
import { posix } from 'node:path';
import groupBy from 'lodash/groupBy.js';

/**
 * Which wing of `src/` may import which others. A wing stands for all of it, `wing/room` for one room, and `type:`
 * before either allows types only.
 */
const wings: Readonly<Record<string, readonly string[]>> = {
  diagnostics: [],
  compose: ['diagnostics'],
  netmode: ['compose', 'diagnostics'],
  plan: ['netmode', 'compose', 'diagnostics'],
  emit: ['plan', 'compose', 'diagnostics'],
  // What was observed and what is to be done are words that both sides share; nothing is decided there.
  host: ['plan/facts', 'plan/actions', 'type:plan/bench', 'type:plan/reach', 'diagnostics'],
  cli: ['host', 'emit', 'plan', 'netmode', 'compose', 'diagnostics'],
  'index.ts': ['emit', 'plan', 'netmode', 'compose', 'diagnostics'],
};

/**
 * The rooms of each wing, and the files that lie beside them, from the bottom up: each may import what stands on a line
 * above its own. `*` stands for every file of the wing's own folder that is not named; these may import one another.
 */
const floors: Readonly<Record<string, readonly (readonly string[])[]>> = {
  diagnostics: [['*'], ['format']],
  compose: [
    ['tree.ts'],
    ['patterns.ts', 'input.ts'],
    ['file-texts.ts'],
    ['yaml', 'variables', 'project'],
    ['schema', 'merge'],
    ['files'],
    ['load.ts'],
  ],
  netmode: [['*']],
  plan: [
    ['facts', 'file-order.ts'],
    ['actions'],
    ['types.ts'],
    ['networks'],
    ['services'],
    ['host-changes', 'wanted-facts.ts'],
    ['decide.ts', 'checks', 'shims', 'standing'],
    ['bench', 'reach', 'plan.ts'],
    ['doctor', 'advise', 'graph', 'swarm'],
  ],
  emit: [['override', 'persist'], ['source'], ['render'], ['annotate', 'stack'], ['text'], ['graph']],
  host: [
    ['system'],
    ['engine', 'override-store.ts', 'kept.ts'],
    ['lock.ts'],
    ['observe', 'compose-version.ts'],
    ['execute', 'bench', 'persist'],
    ['reach'],
  ],
  cli: [['progress'], ['*'], ['options'], ['steps'], ['commands'], ['commands.ts'], ['run.ts'], ['main.ts']],
};

/** Rooms that only these may import, whatever the tables above allow: a check is nobody's helper. */
const closed: Readonly<Record<string, readonly string[]>> = {
  'plan/checks': ['plan/plan.ts', 'plan/checks', 'cli'],
};

const mostFilesInFolder = 14;

const pureFolders = ['diagnostics', 'compose', 'netmode', 'plan', 'emit', 'index.ts'];

/** Node's modules, or what of them, that only compute. */
const pureModules: Readonly<Record<string, readonly string[] | 'all'>> = {
  'node:path': 'all',
  'node:path/posix': 'all',
  'node:net': ['isIP', 'isIPv4', 'isIPv6'],
  'node:crypto': ['createHash'],
};

/** Too slow to load for commands that do not use them; `lodash/name.js` is small and fine. */
const lazyPackages = ['dockerode', 'execa', 'lodash'];

const impureGlobals = [
  /\bprocess(?:\[|\.(?:env|argv|cwd|chdir|exit|std\w+|platform|arch|hrtime|uptime|nextTick)\b)/,
  /\bprocess\.(?:pid|ppid|get\w*id|on|kill)\b/,
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

/** A source file: its path relative to `src/`, and what it holds. */
export interface Source {
  readonly path: string;
  readonly text: string;
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
  const wing = wingOf(path);
  if (!(wing in wings)) return [`"${wing}" is no folder of the design`];
  if (isHomeless(path)) return [`"${roomOf(path)}" is no room of the design`];
  const pure = pureFolders.includes(wing);
  const findings: string[] = [];
  for (const { specifier, names, typeOnly, dynamic } of importsOf(text)) {
    if (specifier.startsWith('.')) {
      const target = posix.join(posix.dirname(path), specifier);
      if (target.startsWith('../')) {
        if (!target.startsWith('../schema/')) findings.push(`imports ${specifier}, which is outside src`);
        continue;
      }
      const refusal = refusalOf(path, target, typeOnly);
      if (refusal !== undefined) findings.push(`imports ${specifier}: ${refusal}`);
    } else if (specifier.startsWith('node:')) {
      const harmless = pureModules[specifier] ?? [];
      const onlyHarmless = harmless === 'all' || (names.length > 0 && names.every((name) => harmless.includes(name)));
      if (pure && !typeOnly && !onlyHarmless) findings.push(`imports ${specifier}, and ${wing} is pure`);
    } else if (lazyPackages.includes(specifier)) {
      if (pure) findings.push(`imports ${specifier}, and ${wing} is pure`);
      else if (!typeOnly && !dynamic) findings.push(`imports ${specifier} where it is loaded at start: use import()`);
    }
  }
  const code = withoutComments(text);
  if (pure)
    for (const pattern of impureGlobals)
      if (pattern.test(code)) findings.push(`uses ${pattern.exec(code)![0]}, and ${wing} is pure`);
  if (/^\s*export\s+default\b/m.test(code) || /\bas\s+default\b/.test(code)) findings.push('has a default export');
  return findings;
}

/** Why a file may not import another, both relative to `src/`; `undefined` where it may. */
function refusalOf(from: string, to: string, typeOnly: boolean): string | undefined {
  const [wing, otherWing, room, other] = [wingOf(from), wingOf(to), roomOf(from), roomOf(to)];
  const guests = closed[other];
  if (guests !== undefined && ![wing, room].some((place) => guests.includes(place)))
    return `only ${guests.join(', ')} may import ${other}`;
  if (wing !== otherWing) {
    const asValue = [otherWing, other];
    const permitted = typeOnly ? [...asValue, ...asValue.map((place) => `type:${place}`)] : asValue;
    if (permitted.some((place) => wings[wing]!.includes(place))) return undefined;
    const narrowed = wings[wing]!.some((place) => place.replace('type:', '').startsWith(`${otherWing}/`));
    return `${wing} may not import ${narrowed ? other : otherWing}`;
  }
  if (room === other || floorOf(to) < floorOf(from)) return undefined;
  return isUnnamed(from) && isUnnamed(to) ? undefined : `${room} may not import ${other}`;
}

/**
 * Every import circle, types included.
 *
 * @param sources paths relative to `src/`, with their texts
 * @returns a shortest way round for every file that is not on one already named
 */
export function circlesOf(sources: readonly Source[]): readonly string[] {
  const arrows = new Map(
    sources.map(({ path, text }) => [
      path,
      importsOf(text).flatMap(({ specifier }) =>
        specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : [],
      ),
    ]),
  );
  const seen = new Set<string>();
  const circles: string[] = [];
  for (const path of [...arrows.keys()].sort()) {
    if (seen.has(path)) continue;
    const way = wayBack(path, arrows);
    for (const each of way) seen.add(each);
    if (way.length > 0) circles.push([...way, path].join(' → '));
  }
  return circles;
}

/** The shortest way from a file back to itself: the files on it, from the first on; empty where there is none. */
function wayBack(start: string, arrows: ReadonlyMap<string, readonly string[]>): readonly string[] {
  let ways: readonly (readonly string[])[] = [[start]];
  const reached = new Set<string>();
  while (ways.length > 0) {
    const longer: (readonly string[])[] = [];
    for (const way of ways) {
      for (const next of arrows.get(way.at(-1)!) ?? []) {
        if (next === start) return way;
        if (reached.has(next)) continue;
        reached.add(next);
        longer.push([...way, next]);
      }
    }
    ways = longer;
  }
  return [];
}

/** Folders with more files than a person takes in at a glance, those of folders below not counted. */
export function crowdedFolders(paths: readonly string[]): readonly string[] {
  return Object.entries(groupBy(paths, (path) => posix.dirname(path)))
    .filter(([, files]) => files.length > mostFilesInFolder)
    .map(([folder, files]) => `${folder} has ${files.length} files, more than ${mostFilesInFolder}`);
}

/** Files of one wing that share a name: whoever opens one by its name opens the other. */
export function sharedNames(paths: readonly string[]): readonly string[] {
  return Object.values(groupBy(paths, (path) => `${wingOf(path)} ${posix.basename(path)}`))
    .filter((files) => files.length > 1)
    .map((files) => `${files.join(', ')} have one name`);
}

/** Rooms and files that the tables above name and that are gone. */
export function missingRooms(paths: readonly string[]): readonly string[] {
  const present = new Set(paths.flatMap((path) => [wingOf(path), roomOf(path)]));
  return Object.entries(floors)
    .flatMap(([wing, levels]) => levels.flat().map((room) => (room === '*' ? wing : `${wing}/${room}`)))
    .filter((room) => !present.has(room));
}

/** The folder of `src/`, or the file where it lies in `src/` itself. */
function wingOf(path: string): string {
  return path.split('/')[0]!;
}

/** The folder of the wing, or the file where it lies in the wing's own folder: `plan/checks`, `plan/plan.ts`. */
function roomOf(path: string): string {
  return path.split('/').slice(0, 2).join('/');
}

/** How many lines of its wing's table stand above the file's own; -1 where the table has no place for it. */
function floorOf(path: string): number {
  const levels = floors[wingOf(path)] ?? [];
  const name = path.split('/')[1]!;
  const named = levels.findIndex((level) => level.includes(name));
  return named < 0 && !isInRoom(path) ? levels.findIndex((level) => level.includes('*')) : named;
}

/** Lies in the wing's own folder, and the table does not name it. */
function isUnnamed(path: string): boolean {
  return !isInRoom(path) && !(floors[wingOf(path)] ?? []).some((level) => level.includes(path.split('/')[1]!));
}

function isInRoom(path: string): boolean {
  return path.split('/').length > 2;
}

function isHomeless(path: string): boolean {
  return path.includes('/') && floorOf(path) < 0;
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
