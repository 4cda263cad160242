/**
 * Tells a process that hangs from one that is slow. A machine under load takes any time for anything, so no clock says
 * that something hangs: what neither reports anything nor uses the processor does, and so does what uses it for ever.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** When something that is waited for is given up. */
export interface Patience {
  /** After so long without a report and with hardly any processor time used. */
  readonly quietSeconds: number;
  /**
   * After so much processor time without a report: a loop without an end uses it up on a fast and on a slow machine.
   */
  readonly busySeconds: number;
}

export interface Watch {
  /** To be called whenever something has moved: output, a test that has finished. */
  readonly moved: () => void;
  readonly stop: () => void;
}

/**
 * What a daemon may use that waits: an engine looks after its containers now and then, an idle emulator after its
 * clock.
 */
const idleShare = 0.05;
/** Looks between two moments that would be given up: enough that one late look does not matter. */
const looks = 20;
/** In which `/proc/PID/stat` counts, whatever the kernel was built with. */
const ticksPerSecond = 100;

/**
 * Watches something until it is stopped, or given up.
 *
 * @param cpuSeconds the processor time used until now by all that belongs to it, in seconds
 * @param giveUp called once, with what has not happened, as the end of a sentence that begins with its name
 */
export function watch(cpuSeconds: () => number, patience: Patience, giveUp: (why: string) => void): Watch {
  const { quietSeconds, busySeconds } = patience;
  const pause = quietSeconds / looks;
  let last = cpuSeconds();
  let used = 0;
  let usedWhenAlive = 0;
  let quietLooks = 0;
  // Looks are counted, not seconds: whoever is kept from looking does not know that nothing has moved.
  const timer = setInterval(() => {
    const now = cpuSeconds();
    // Less than before where a process has gone whose time nobody took over.
    used += Math.max(0, now - last);
    last = now;
    quietLooks += 1;
    if (used - usedWhenAlive >= quietSeconds * idleShare) {
      usedWhenAlive = used;
      quietLooks = 0;
    }
    if (quietLooks >= looks) end(`nothing has moved for ${quietSeconds} s`);
    else if (used >= busySeconds) end(`${busySeconds} s of processor time have brought nothing`);
  }, pause * 1000);
  timer.unref();
  function end(why: string): void {
    clearInterval(timer);
    giveUp(why);
  }
  return {
    moved: () => {
      used = 0;
      usedWhenAlive = 0;
      quietLooks = 0;
    },
    stop: () => clearInterval(timer),
  };
}

/**
 * The processor time, in seconds, of a process, all below it, and those of them that have ended. Without `/proc` it is
 * always 0: there only what is reported counts as movement.
 */
export function cpuSecondsBelow(root: number): number {
  return processesBelow(root).reduce((sum, { ticks }) => sum + ticks, 0) / ticksPerSecond;
}

/** Kills a process and all below it: what is left would keep its streams open, and whoever reads them waiting. */
export function killBelow(root: number): void {
  for (const { pid } of processesBelow(root)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  }
}

function processesBelow(root: number): readonly Running[] {
  const processes = new Map(runningProcesses().map((process) => [process.pid, process]));
  const belongs = new Map<number, boolean>([[root, true]]);
  const isBelow = (pid: number): boolean => {
    const known = belongs.get(pid);
    if (known !== undefined) return known;
    // Told beforehand, because a number may have been given anew while the list was read.
    belongs.set(pid, false);
    const parent = processes.get(pid)?.parent;
    const answer = parent !== undefined && isBelow(parent);
    belongs.set(pid, answer);
    return answer;
  };
  return [...processes.values()].filter(({ pid }) => isBelow(pid));
}

interface Running {
  readonly pid: number;
  readonly parent: number;
  /** Its own and those of its children that it has waited for. */
  readonly ticks: number;
}

function runningProcesses(): readonly Running[] {
  let names: readonly string[];
  try {
    names = readdirSync('/proc');
  } catch {
    return [];
  }
  return names
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
        // The program's name stands in brackets and may hold anything.
        const fields = stat
          .slice(stat.lastIndexOf(')') + 2)
          .split(' ')
          .map(Number);
        const [user, system, usersChildren, systemsChildren] = fields.slice(11, 15) as [number, number, number, number];
        return { pid: Number(name), parent: fields[1]!, ticks: user + system + usersChildren + systemsChildren };
      } catch {
        // It has ended meanwhile.
        return [];
      }
    });
}
