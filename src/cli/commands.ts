/** Which command does what. A command that is not here is Compose's alone, and passes straight through. */
import type { CommandModule } from './session.ts';

const up = () => import('./commands/up.ts');
const config = () => import('./commands/config.ts');

/** Each command's file is loaded only when it is called: the others must not slow it down. */
export const commands: Readonly<Record<string, () => Promise<CommandModule>>> = {
  up,
  create: up,
  run: up,
  start: up,
  restart: up,
  down: () => import('./commands/down.ts'),
  config,
  convert: config,
  scale: up,
  watch: up,
  check: () => import('./commands/check.ts'),
  plan: () => import('./commands/plan.ts'),
  render: () => import('./commands/render.ts'),
  facts: () => import('./commands/facts.ts'),
  schema: () => import('./commands/schema.ts'),
  explain: () => import('./commands/explain.ts'),
  doctor: () => import('./commands/doctor.ts'),
  'bench-net': () => import('./commands/bench-net.ts'),
};

/** netcompose's own, for `--help`. */
export const ownCommands = [
  ['check', 'find every conflict, change nothing'],
  ['plan', 'what `up` would do, command by command'],
  ['render', 'the project as one plain Compose file (--override: what is given to Compose)'],
  ['explain RULE', 'what a diagnostic, or an error of Docker, means and how to mend it'],
  ['doctor', 'is this host fit for each netmode, and if not, why and what to do'],
  ['bench-net', 'what each netmode costs on this machine, in latency and throughput'],
  ['facts', 'what was observed of this host and its engine, as JSON'],
  ['schema', 'the JSON Schema of x-netmode'],
] as const;
