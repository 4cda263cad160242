/** `netcompose install-plugin`: netcompose becomes `docker netcompose`, for this user. */
import { posix } from 'node:path';
import { dockerConfigFolder } from '../../../host/engine/docker-config.ts';
import { HostError } from '../../../host/system/errors.ts';
import type { Host } from '../../../host/system/host.ts';
import { displayCommand } from '../../../plan/actions/display.ts';
import { exitCodes } from '../../exit-codes.ts';
import { metadataWord, pluginMetadata } from '../../options/docker-call.ts';
import { ownOptions } from '../../options/own-options.ts';
import type { Session } from '../../session.ts';
import { version } from '../../version.ts';

/** By which the file is known to be netcompose's. */
const mark = '# Made by "netcompose install-plugin"';

export async function run(session: Session): Promise<number> {
  const options = ownOptions(session, (command) => {
    command
      .description('Make netcompose a plugin of Docker, for this user: docker netcompose up -d.')
      .option('--uninstall', 'remove the plugin')
      .option('--print', 'show the file and write nothing')
      .addHelpText(
        'after',
        '\nThe plugin is a small script in ~/.docker/cli-plugins, or below $DOCKER_CONFIG,\n' +
          'that starts this netcompose. A plugin of that name from elsewhere stays.\n' +
          '\nExamples:\n  netcompose install-plugin              then: docker netcompose up -d\n' +
          '  netcompose install-plugin --uninstall\n',
      );
  });
  if (!options) return exitCodes.fine;
  const { host, terminal, globals } = session;
  const path = posix.join(dockerConfigFolder(host), 'cli-plugins', 'docker-netcompose');
  const isDry = options.values['print'] === true || globals.dryRun;
  const found = whoseIs(path, host);
  if (options.values['uninstall'] === true) {
    if (found === 'none') terminal.out('there is no plugin to remove\n');
    else if (found === 'another') throw notOurs(path);
    else if (isDry) terminal.out(`would remove ${path}\n`);
    else {
      host.remove(path);
      terminal.out(`removed ${path}\n`);
    }
    return exitCodes.fine;
  }
  if (found === 'another') throw notOurs(path);
  const text = scriptOf(host.program);
  if (isDry) terminal.out(`# ${path} (mode 0755)\n${text}`);
  else if (host.readText(path) === text && host.isExecutable(path)) terminal.out(`${path} is there already\n`);
  else {
    host.writeShared(path, text, 0o755);
    terminal.out(`written ${path}\n`);
    terminal.err('netcompose: try it: docker netcompose --help\n');
  }
  return exitCodes.fine;
}

/** A link is somebody's own way of installing it, wherever it leads. */
function whoseIs(path: string, host: Host): 'none' | 'ours' | 'another' {
  if (host.readLink(path) !== undefined) return 'another';
  if (!host.exists(path)) return 'none';
  return host.readText(path)?.includes(`\n${mark}`) === true ? 'ours' : 'another';
}

const notOurs = (path: string) =>
  new HostError({
    message: `"${path}" was not made by "netcompose install-plugin"`,
    help: 'remove it yourself if netcompose is to take its place',
  });

/**
 * Docker asks every plugin what it is at each start of any, and whenever it lists commands: the script answers that
 * without starting Node, until netcompose is newer than the script. It names Node because a Docker that was started
 * from a desktop or a service often has no PATH that leads to it.
 */
function scriptOf([node, program]: Host['program']): string {
  if (program.includes('/_npx/'))
    throw new HostError({
      message: 'npx keeps netcompose only for the moment, and a plugin needs it to stay',
      help: 'npm install --global netcompose, then: netcompose install-plugin',
    });
  const quoted = (word: string) => displayCommand(['x', word]).slice(2);
  return `#!/bin/sh
${mark}; "netcompose install-plugin --uninstall" removes it.
program=${quoted(program)}
node=${quoted(node)}
if [ ! -e "$program" ]; then
  echo "docker-netcompose: $program is gone: install netcompose again, then: netcompose install-plugin" >&2
  exit 127
fi
if [ "$1" = ${metadataWord} ] && [ ! "$program" -nt "$0" ]; then
  echo ${quoted(JSON.stringify(pluginMetadata(version)))}
  exit
fi
[ -x "$node" ] || node=node
exec "$node" -- "$program" "$@"
`;
}
