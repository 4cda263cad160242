/**
 * What the words after one of Compose's own commands mean for the project: which services it names, how many of each it
 * starts, whether it only pretends. Nothing else looks at the words themselves.
 */
import type { Project, Service } from '../../compose/project/project.ts';
import { type Located, SourceFile } from '../../diagnostics/source.ts';
import { writtenOwner } from '../../netmode/owners.ts';
import { type FlagLine, isOn, type ReadFlags, readFlags, valuesOf } from '../flags.ts';
import type { Session } from '../session.ts';

/** netcompose's own option of the commands that run hooks; Compose does not know it. */
export const trustOption = '--trust-hooks';

/** netcompose's own option of `up`: asks the plan's places once all is started. */
const waitReachOption = '--wait-reach';

/** netcompose's own option of `up`: what it changes of the host is put back unless confirmed in so many seconds. */
export const confirmOption = '--confirm';

const everywhere: readonly FlagLine[] = ['-h, --help', '--dry-run'];

const upAndCreate: readonly FlagLine[] = [
  ...everywhere,
  trustOption,
  ...['--build', '--force-recreate', '--no-build', '--no-recreate', '--pull string', '--quiet-pull'],
  ...['--remove-orphans', '--scale scale', '-y, --yes'],
];

const config: readonly FlagLine[] = [
  ...everywhere,
  ...['--environment', '--format string', '--hash string', '--images', '--lock-image-digests', '--models'],
  ...['--networks', '--no-consistency', '--no-env-resolution', '--no-interpolate', '--no-normalize'],
  ...['--no-path-resolution', '-o, --output string', '--profiles', '-q, --quiet', '--resolve-image-digests'],
  ...['--services', '--variables', '--volumes'],
];

/** Source: `docker compose COMMAND --help` of 2.26.1 and 2.40.3; those that it hides from its cmd/compose/*.go. */
export const optionsOf = {
  up: [
    ...upAndCreate,
    waitReachOption,
    `${confirmOption} int`,
    ...['--abort-on-container-exit', '--abort-on-container-failure', '--always-recreate-deps'],
    ...['--attach stringArray', '--attach-dependencies', '-d, --detach', '--exit-code-from string', '--menu'],
    ...['--no-attach stringArray', '--no-color', '--no-deps', '--no-log-prefix', '--no-start', '--quiet-build'],
    ...['-V, --renew-anon-volumes', '-t, --timeout int', '--timestamps', '--wait', '--wait-timeout int', '-w, --watch'],
  ],
  create: upAndCreate,
  run: [
    ...everywhere,
    trustOption,
    ...['--build', '--cap-add list', '--cap-drop list', '-d, --detach', '--entrypoint string', '-e, --env stringArray'],
    ...['--env-from-file stringArray', '-i, --interactive', '-l, --label stringArray', '--labels stringArray'],
    ...['--name string', '-T, --no-TTY', '--no-deps', '-p, --publish stringArray', '--pull string', '-q, --quiet'],
    ...['--quiet-build', '--quiet-pull', '--remove-orphans', '--rm', '-P, --service-ports', '-t, --tty'],
    ...['--use-aliases', '-u, --user string', '-v, --volume stringArray', '--volumes stringArray'],
    '-w, --workdir string',
  ],
  start: [...everywhere, trustOption],
  restart: [...everywhere, trustOption, '--no-deps', '-t, --timeout int'],
  scale: [...everywhere, trustOption, '--no-deps'],
  watch: [...everywhere, trustOption, '--no-up', '--prune', '--quiet'],
  down: [
    ...everywhere,
    trustOption,
    ...['--remove-orphans', '--rmi string', '-t, --timeout int', '-v, --volumes', '--volume'],
  ],
  config,
  convert: config,
} as const satisfies Readonly<Record<string, readonly FlagLine[]>>;

interface ServiceWords {
  /** The services named, in order; none where the command means all of them. */
  readonly services: readonly string[];
  /** How many of a service are asked for. */
  readonly replicas: ReadonlyMap<string, Located<number>>;
  /** `run`: whether it starts a container of the service beside the service's own. */
  readonly beside: boolean;
  readonly help: boolean;
  /** Absent where the words do not say; then the global option counts. */
  readonly dryRun?: boolean;
  /** `up`: whether it ends once the services run. */
  readonly detached: boolean;
  readonly noDependencies: boolean;
  /** Whether the containers of what is started are made anew in any case. */
  readonly recreates: boolean;
  /** `run`: whether the service's own ports are published. */
  readonly servicePorts: boolean;
  readonly trustsHooks: boolean;
  /** `up`: whether the plan's places are asked after the start, and how long they are waited for, in seconds. */
  readonly waitsReach?: number;
  /** `up`: the seconds in which its changes of the host are to be confirmed, as they are written. */
  readonly confirm?: string;
  /** The words that Compose is given: all but netcompose's own options. */
  readonly forCompose: readonly string[];
}

/** netcompose's own options of Compose's commands, and what each is for. */
const purposes: Readonly<Record<string, string>> = {
  [trustOption]: 'run the hooks of x-netmode, now and from now on',
  [waitReachOption]: 'start, and wait until every place of the plan answers',
  [confirmOption]: 'put the network back unless confirmed within so many seconds',
};

/** What netcompose adds to the options of one of Compose's commands. */
export function addedOptions(command: string): readonly (readonly [option: string, purpose: string])[] {
  const lines: readonly FlagLine[] = Object.hasOwn(optionsOf, command)
    ? optionsOf[command as keyof typeof optionsOf]
    : [];
  return Object.entries(purposes).filter(([option]) => isOurs(option, lines));
}

type Called = Pick<Session, 'command' | 'args'>;

/** Reads the words after a command. A command that is not Compose's names no services. */
export function serviceWords({ command, args }: Called): ServiceWords {
  const lines: readonly FlagLine[] | undefined = Object.hasOwn(optionsOf, command)
    ? optionsOf[command as keyof typeof optionsOf]
    : undefined;
  // What follows the service of `run` is the container's own command.
  const read: ReadFlags = lines
    ? readFlags(args, lines, { interspersed: command !== 'run' })
    : { options: [], rest: [], faulty: false };
  const ours = new Set(
    read.options.flatMap(({ name, takesValue, at }) => {
      if (!isOurs(`--${name}`, lines)) return [];
      return takesValue && !args[at]!.includes('=') ? [at, at + 1] : at;
    }),
  );
  const waitsReach = command === 'up' && isOn(read, waitReachOption.slice(2)) === true;
  const detached = command === 'up' && (isOn(read, 'detach') === true || isOn(read, 'wait') === true);
  const kept = args.filter((_, at) => !ours.has(at));
  const counts = command === 'scale' ? read.rest : valuesOf(read, 'scale');
  const dryRun = isOn(read, 'dry-run');
  const lacksTime = args.at(-1) === confirmOption;
  const confirm = lacksTime ? '' : valuesOf(read, confirmOption.slice(2)).at(-1);
  return {
    services: command === 'run' ? read.rest.slice(0, 1) : read.rest.map((word) => nameIn(command, word)),
    replicas: new Map(counts.flatMap((word) => replicasIn(command, word))),
    beside: command === 'run',
    help: isOn(read, 'help') ?? false,
    ...(dryRun !== undefined && { dryRun }),
    // As Compose's own `--wait` does, it means that `up` ends.
    detached: detached || waitsReach,
    noDependencies: isOn(read, 'no-deps') ?? false,
    recreates: isOn(read, 'force-recreate') ?? false,
    servicePorts: isOn(read, 'service-ports') ?? false,
    trustsHooks: isOn(read, trustOption.slice(2)) ?? false,
    ...(waitsReach && { waitsReach: patience(valuesOf(read, 'wait-timeout')) }),
    ...(command === 'up' && confirm !== undefined && { confirm }),
    forCompose: waitsReach && !detached ? ['--detach', ...kept] : kept,
  };
}

const ownOptions: ReadonlySet<string> = new Set([trustOption, waitReachOption, confirmOption]);

/** Of a command that does not have it, an option of netcompose's is one that Compose has to refuse. */
const isOurs = (option: string, lines: readonly FlagLine[] = []) =>
  ownOptions.has(option) && lines.some((line) => line.split(' ')[0] === option);

/** As long as Compose is told to wait for health; what opens its ports takes seconds, not minutes. */
function patience(timeouts: readonly string[]): number {
  const seconds = Number(timeouts.at(-1) ?? 0);
  return seconds > 0 ? seconds : 30;
}

const nameIn = (command: string, word: string) => (command === 'scale' ? word.split('=')[0]! : word);

/** `web=3`, or `web=+3` as Go reads numbers. Anything else is Compose's to refuse. */
function replicasIn(command: string, word: string): readonly (readonly [string, Located<number>])[] {
  const [, name, count] = /^([^=]+)=\+?(\d+)$/.exec(word) ?? [];
  if (name === undefined) return [];
  const text = command === 'scale' ? `scale ${word}` : `${command} --scale ${word}`;
  const source = new SourceFile('<command line>', text);
  return [[name, { value: Number(count), span: { source, start: text.length - word.length, end: text.length } }]];
}

/**
 * The project as the command line has it: a service that is named is started whatever its profiles say (`run debug`),
 * as often as is asked for, and by `run` beside what `up` has started of it.
 */
export function asCalled(project: Project, words: ServiceWords): Project {
  const named = new Set(words.services);
  const changed = (service: Service): Service => {
    const replicas = words.replicas.get(service.name);
    const isNamed = named.has(service.name);
    return {
      ...service,
      ...(isNamed && { active: true }),
      ...(isNamed && words.beside && { runsBeside: true }),
      ...(replicas && { replicas }),
    };
  };
  if (![...named, ...words.replicas.keys()].some((name) => project.services.has(name))) return project;
  return { ...project, services: new Map([...project.services].map(([name, service]) => [name, changed(service)])) };
}

/**
 * Which services a command starts: what is in the way of the others must not stop it.
 *
 * @returns nothing where it starts all of them
 */
export function startedBy(called: Called, project: Project): ReadonlySet<string> | undefined {
  const { services, noDependencies, servicePorts } = serviceWords(called);
  const named = services.filter((name) => project.services.has(name));
  if (named.length === 0) return undefined;
  const started = noDependencies ? new Set(named) : withDependencies(named, project);
  if (called.command !== 'run' || servicePorts) return started;
  // Without `--service-ports`, `run` publishes nothing, and its command is not the one that opens the ports.
  return new Set([...started].filter((name) => name !== named[0]));
}

function withDependencies(names: readonly string[], project: Project): ReadonlySet<string> {
  const found = new Set(names);
  // Iterating over a set also reaches what is added meanwhile.
  for (const name of found) {
    const service = project.services.get(name);
    for (const dependency of service?.dependsOn ?? []) found.add(dependency.service);
    const mode = service?.networkMode?.value;
    if (mode?.kind === 'service') found.add(mode.service);
    const owner = service?.netmode && writtenOwner(service, project.services);
    if (owner !== undefined) found.add(owner);
  }
  return found;
}
