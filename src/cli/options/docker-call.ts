/**
 * How the Docker CLI calls its plugins, and its global options, which `docker-compose` as a program of its own takes
 * too. Pure.
 */
import { posix } from 'node:path';
import { type FlagLine, isOn, type ReadFlags, readFlags, valuesOf } from '../flags.ts';
import { UsageError } from '../usage-error.ts';

/** What `docker netcompose` is called, and how the file of such a plugin begins. */
const pluginName = 'netcompose';

/** The words with which Docker asks what a plugin is, and tells it of a command that has ended. */
export const metadataWord = 'docker-cli-plugin-metadata';
const hooksWord = 'docker-cli-plugin-hooks';

/** Source: docker/cli, cli-plugins/metadata; the first two fields are required. */
export const pluginMetadata = (version: string) => ({
  SchemaVersion: '0.1.0',
  Vendor: 'netcompose',
  Version: version,
  ShortDescription: 'Docker Compose with ipvlan, macvlan and host networking (x-netmode)',
  URL: 'https://www.npmjs.com/package/netcompose',
});

export type DockerCall =
  | { readonly kind: 'metadata' }
  /** Docker tells of one of its own commands that has ended; a plugin's answer would be printed below it. */
  | { readonly kind: 'hook' }
  /** `argv` without what is Docker's; `env` has what it asks for, to be added to the environment. */
  | { readonly kind: 'call'; readonly argv: readonly string[]; readonly env: Readonly<Record<string, string>> };

/** Source: `docker --help`; cli/flags/options.go. */
const ofDocker: readonly FlagLine[] = [
  ...['--config string', '-c, --context string', '-D, --debug', '-H, --host list', '-l, --log-level string'],
  ...['--tls', '--tlscacert string', '--tlscert string', '--tlskey string', '--tlsverify', '-h, --help'],
  '-v, --version',
];

/** Source: compose's cmd/compatibility/convert.go. */
const ofDockerCompose: readonly FlagLine[] = [
  ...['--context string', '-D, --debug', '-H, --host list', '--log-level string'],
  ...['--tls', '--tlscacert string', '--tlscert string', '--tlskey string', '--tlsverify'],
];

/** Docker's words before the plugin's name where it asks for help or completion. */
const before: ReadonlySet<string> = new Set(['help', '__complete', '__completeNoDesc']);

/**
 * What a command line asks for that is Docker's: `docker -H tcp://… netcompose up` becomes `-H tcp://… netcompose up`.
 * No call of a person's looks so: there is no command `netcompose`. Throws a `UsageError` for what has no variable.
 *
 * @param composeOptions the global options of Compose, between which Docker's may stand
 */
export function dockerCall(argv: readonly string[], composeOptions: readonly FlagLine[]): DockerCall {
  const [first = '', second] = argv;
  if (first === metadataWord) return { kind: 'metadata' };
  if (first === hooksWord) return { kind: 'hook' };
  if (before.has(first) && second === pluginName) return { kind: 'call', argv: [first, ...argv.slice(2)], env: {} };
  const asPlugin = readFlags(argv, ofDocker, { interspersed: false });
  if (!asPlugin.faulty && asPlugin.rest[0] === pluginName) {
    const asked = ['version', 'help'].flatMap((name) => (isOn(asPlugin, name) ? `--${name}` : []));
    return { kind: 'call', argv: [...asked, ...asPlugin.rest.slice(1)], env: variables(asPlugin) };
  }
  const read = readFlags(argv, [...composeOptions, ...ofDockerCompose], { interspersed: false });
  const names = new Set(ofDockerCompose.map((line) => /--([\w-]+)/.exec(line)![1]));
  // A word with several short options is left as it is: "-Dv" is none of Compose's either.
  const isDockers = ({ name, at }: ReadFlags['options'][number]) =>
    names.has(name) && read.options.filter((option) => option.at === at).length === 1;
  const dockers = read.options.filter(isDockers);
  if (dockers.length === 0) return { kind: 'call', argv, env: {} };
  const gone = new Set(dockers.flatMap(({ at, takesValue }) => (takesValue && isAlone(argv[at]!) ? [at, at + 1] : at)));
  return { kind: 'call', argv: argv.filter((_, at) => !gone.has(at)), env: variables({ ...read, options: dockers }) };
}

/** Whether the value of an option that takes one is the next word. */
const isAlone = (word: string) => (word.startsWith('--') ? !word.includes('=') : word.length === 2);

const certificates = { tlscacert: 'ca.pem', tlscert: 'cert.pem', tlskey: 'key.pem' } as const;

/**
 * Docker's options as the variables that say the same to `docker`, to Compose and to netcompose. Those about Docker's
 * messages are for `docker` alone.
 */
function variables(read: ReadFlags): Readonly<Record<string, string>> {
  const last = (name: string) => valuesOf(read, name).at(-1);
  const [config, context, host] = [last('config'), last('context'), last('host')];
  const verify = isOn(read, 'tlsverify');
  return {
    ...(config !== undefined && { DOCKER_CONFIG: config }),
    // Docker takes an empty variable for none; DOCKER_HOST would win over the context.
    ...(context !== undefined && { DOCKER_CONTEXT: context, DOCKER_HOST: '' }),
    ...(host !== undefined && { DOCKER_HOST: host, DOCKER_CONTEXT: '' }),
    ...(verify !== undefined && { DOCKER_TLS_VERIFY: verify ? '1' : '' }),
    ...(isOn(read, 'tls') && { DOCKER_TLS: '1' }),
    ...certificateFolder(read),
  };
}

function certificateFolder(read: ReadFlags): Readonly<Record<string, string>> {
  const given = Object.entries(certificates).flatMap(([option, name]) =>
    valuesOf(read, option).map((path) => ({ option, name, path })),
  );
  const folders = new Set(given.map(({ path }) => posix.dirname(path)));
  const misnamed = given.find(({ name, path }) => posix.basename(path) !== name);
  if (misnamed || folders.size > 1)
    throw new UsageError(
      `--${(misnamed ?? given[0]!).option}: only ca.pem, cert.pem and key.pem of one folder can be used`,
      'name that folder in DOCKER_CERT_PATH, or make a context with "docker context create"',
    );
  const [folder] = folders;
  return folder === undefined ? {} : { DOCKER_CERT_PATH: folder };
}
