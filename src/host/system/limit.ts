/** How long a command may take: one that hangs is ended, one that the machine keeps waiting is not. */
import { readFileSync } from 'node:fs';

/** Between two looks at one that is late, in milliseconds. */
const interval = 500;
const usualLongest = 60;

interface Limit {
  /** Looks no more. @returns the seconds after which the process was ended; nothing where it came to its own end */
  readonly ended: () => number | undefined;
}

/**
 * Ends a process that takes longer than it may.
 *
 * While many containers start, the kernel's lock of the network is taken for seconds at a time, and `ip` waits for it
 * (Linux 6.1: 8 seconds and more with forty containers on one slow core). Such a process is waited for, at most a
 * minute; one that sleeps for an answer is not. While sudo asks for a password, no time passes.
 *
 * @param seconds how long it may take, where the machine lets it work
 * @param end ends it
 * @param longest after how many seconds it is ended whatever keeps it
 */
export function limited(pid: number | undefined, seconds: number, end: () => void, longest = usualLongest): Limit {
  let late: number | undefined;
  let asleep = 0;
  const look = (elapsed: number): void => {
    if (pid !== undefined && isAsking(pid)) {
      timer = setTimeout(look, interval, elapsed);
      return;
    }
    asleep = pid !== undefined && isHeldUp(pid) ? 0 : asleep + 1;
    // Once it may be seen asleep between two things that it does.
    if (asleep < 2 && elapsed < longest) {
      timer = setTimeout(look, interval, elapsed + interval / 1000);
      return;
    }
    late = Math.round(elapsed * 10) / 10;
    end();
  };
  let timer = setTimeout(look, seconds * 1000, seconds);
  return {
    ended: () => {
      clearTimeout(timer);
      return late;
    },
  };
}

/**
 * Whether a process has something to do and does not get to it: it is to run, or waits for a disk or a lock of the
 * kernel (`R` and `D`, proc_pid_stat(5)). Not where there is no /proc, as on a Mac.
 */
function isHeldUp(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return /^[RD]$/.test(stat.slice(stat.lastIndexOf(')') + 2).charAt(0));
  } catch {
    return false;
  }
}

/**
 * Whether sudo has not started its command yet: it has no child, nor has become the command itself. What PAM starts
 * meanwhile lives for a moment only.
 */
function isAsking(pid: number): boolean {
  try {
    const name = readFileSync(`/proc/${pid}/comm`, 'latin1').trim();
    return name === 'sudo' && readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim() === '';
  } catch {
    return false;
  }
}
