/**
 * Which command does what; a new one is a file in `commands/` and a line here. A command that is not here is Compose's
 * alone, and passes straight through.
 */
import type { CommandModule } from './session.ts';

export interface CommandEntry {
  /** Each command's file is loaded only when it is called: the others must not slow it down. */
  readonly load: () => Promise<CommandModule>;
  /** For `--help`: how it is called, and what it does. Absent where Compose has a command of that name. */
  readonly usage?: readonly [call: string, purpose: string];
  /** What its progress is headed by, as in `[+] Asking 1/2`, where that is not what is usual. */
  readonly title?: string;
}

const up: CommandEntry = { load: () => import('./commands/up.ts') };
const stop: CommandEntry = { load: () => import('./commands/stop.ts'), title: 'Cleaning up' };
const config: CommandEntry = { load: () => import('./commands/config.ts') };

/** In the order of `--help`. */
export const commands: Readonly<Record<string, CommandEntry>> = {
  up,
  create: up,
  run: up,
  start: up,
  restart: up,
  scale: up,
  watch: up,
  down: { load: () => import('./commands/down.ts'), title: 'Cleaning up' },
  stop,
  kill: stop,
  rm: stop,
  config,
  convert: config,
  check: { load: () => import('./commands/check.ts'), usage: ['check', 'find every conflict, change nothing'] },
  plan: { load: () => import('./commands/plan.ts'), usage: ['plan', 'what `up` would do, command by command'] },
  render: {
    load: () => import('./commands/render.ts'),
    usage: ['render', 'the project as one plain Compose file; or the override'],
  },
  graph: {
    load: () => import('./commands/graph/graph.ts'),
    usage: ['graph', 'a picture of who reaches whom: SVG, a page, Mermaid, DOT'],
  },
  annotate: {
    load: () => import('./commands/annotate.ts'),
    usage: ['annotate', 'put x-netmode into your files, or change it; the rest stays'],
  },
  explain: {
    load: () => import('./commands/explain/explain.ts'),
    usage: ['explain [RULE]', 'what a diagnostic, or an error of Docker, means; all rules'],
  },
  doctor: {
    load: () => import('./commands/doctor.ts'),
    usage: ['doctor', 'is this host fit for each netmode, and if not, why'],
  },
  advise: {
    load: () => import('./commands/services/advise.ts'),
    usage: ['advise', 'which netmode fits each service, and why'],
  },
  reach: {
    load: () => import('./commands/services/reach.ts'),
    usage: ['reach', 'try every address and port of the plan; why one is silent'],
    title: 'Asking',
  },
  'bench-net': {
    load: () => import('./commands/bench-net.ts'),
    usage: ['bench-net', 'what each netmode costs here, in latency and throughput'],
    title: 'Measuring',
  },
  shim: {
    load: () => import('./commands/shim/shim.ts'),
    usage: ['shim COMMAND', "the host's shims: list, repair, watch, make at every start"],
  },
  facts: {
    load: () => import('./commands/facts.ts'),
    usage: ['facts', 'what was observed of this host and its engine, as JSON'],
  },
  // Compose's call of a provider, and no command for people.
  compose: { load: () => import('./commands/setup/provider.ts') },
  completion: {
    load: () => import('./commands/setup/completion.ts'),
    usage: ['completion SHELL', 'completion for bash, zsh or fish'],
  },
  'install-plugin': {
    load: () => import('./commands/setup/install-plugin.ts'),
    usage: ['install-plugin', 'make it a plugin of Docker: docker netcompose …'],
  },
  schema: { load: () => import('./commands/schema.ts'), usage: ['schema', 'the JSON Schema of x-netmode'] },
};

/**
 * Compose's other commands, up to 2.40 (`docker compose --help`, and those that it hides): words that are no slips.
 * What is like none of them may be a newer Compose's.
 */
export const composeCommands: ReadonlySet<string> = new Set([
  ...['alpha', 'attach', 'bridge', 'build', 'commit', 'completion', 'cp', 'events', 'exec', 'export', 'help', 'images'],
  ...['kill', 'logs', 'ls', 'pause', 'port', 'ps', 'publish', 'pull', 'push', 'rm', 'stats', 'stop', 'top', 'unpause'],
  ...['version', 'viz', 'volumes', 'wait', '__complete', '__completeNoDesc'],
]);
