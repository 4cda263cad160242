/** A session whose progress gets out of the way of everything else that is shown on the terminal. */
import type { Host } from '../../../host/system/host.ts';
import type { Globals } from '../../globals.ts';
import { progressMode, takesColor } from '../../progress/mode.ts';
import { createProgress, type Progress, silent } from '../../progress/progress.ts';
import type { Session } from '../../session.ts';
import type { Terminal } from '../../terminal.ts';
import { withEnvFile } from './env-file-look.ts';

/** @param title what the command's progress is headed by */
export function withProgress(
  host: Host,
  terminal: Terminal,
  globals: Globals,
  title: string,
): Pick<Session, 'host' | 'terminal' | 'progress'> {
  const { screen } = terminal;
  const look = withEnvFile(host, globals);
  const color = {
    out: takesColor(look, host.env, terminal.color.out),
    err: takesColor(look, host.env, terminal.color.err),
  };
  const mode = screen && progressMode(look, host.env, screen.isTerminal);
  const progress = screen && mode ? createProgress(screen, { mode, color: color.err, title }) : silent;
  return {
    host: mode === 'tty' ? givingWay(host, progress) : host,
    terminal: {
      ...terminal,
      color,
      out: (text) => progress.beside(() => terminal.out(text)),
      err: (text) => progress.beside(() => terminal.err(text)),
    },
    progress,
  };
}

/**
 * A command that gets the terminal has it for itself, and so has the first sudo, which may ask for a password; once
 * answered, it remembers that for a while. Whether it is going to ask cannot be found out: where `sudo -n` would have
 * to, it writes a failed login into the log, and Debian's sends root a mail.
 */
function givingWay(host: Host, progress: Progress): Host {
  let mayAsk = true;
  return {
    ...host,
    async run(argv, options) {
      if (argv[0] !== 'sudo' || !mayAsk) return host.run(argv, options);
      mayAsk = false;
      return progress.aside(() => host.run(argv, options));
    },
    async attach(argv, options) {
      progress.end();
      try {
        return await host.attach(argv, options);
      } finally {
        progress.end();
      }
    },
  };
}
