/** One call of netcompose: the host, the terminal and what the command line says. */
import type { Command } from 'commander';
import type { Host } from '../host/system/host.ts';
import type { Globals } from './globals.ts';
import type { Progress } from './progress/progress.ts';
import type { Terminal } from './terminal.ts';

export interface Session {
  readonly host: Host;
  readonly terminal: Terminal;
  readonly progress: Progress;
  /** The whole command line, for when nothing in it concerns netcompose. */
  readonly argv: readonly string[];
  readonly globals: Globals;
  readonly command: string;
  /** What follows the command. */
  readonly args: readonly string[];
  /** Given where the command is not to run, but to tell which options it has: for completion and manual pages. */
  readonly inspect?: (command: Command) => void;
}

/** What each command's file exports. */
export interface CommandModule {
  /** @returns the exit code */
  run(session: Session): Promise<number>;
}
