/** `netcompose completion SHELL`: the file by which a shell completes netcompose's words. */
import { Argument } from 'commander';
import { exitCodes } from '../../exit-codes.ts';
import { ownOptions } from '../../options/own-options.ts';
import type { Session } from '../../session.ts';
import { asset } from '../../steps/program/asset.ts';

const files = { bash: 'netcompose.bash', zsh: '_netcompose', fish: 'netcompose.fish' } as const;

export async function run(session: Session): Promise<number> {
  const options = ownOptions(session, (command) => {
    command
      .description('Print what makes a shell complete commands, options, services, networks, interfaces and rules.')
      .addArgument(new Argument('<shell>', 'which shell').choices(Object.keys(files)))
      .addHelpText('after', examples);
  });
  if (!options) return exitCodes.fine;
  session.terminal.out(asset(`completions/${files[options.args[0] as keyof typeof files]}`, session.host));
  return exitCodes.fine;
}

const examples = `
Examples, for this user and from the next shell on (mkdir -p the folder first):
  cd ~/.local/share/bash-completion/completions
  netcompose completion bash > netcompose
  netcompose completion zsh > ~/.zfunc/_netcompose   # in $fpath before compinit
  netcompose completion fish > ~/.config/fish/completions/netcompose.fish
  source <(netcompose completion bash)               # in this shell
"docker netcompose" is completed by docker's own completion.
`;
