/**
 * What netcompose is doing, while it does it: on standard error, in the look of Compose's own progress, which it never
 * disturbs.
 */
import { blockLines, type Canvas, frameMilliseconds, type Task } from './drawing.ts';
import type { ProgressMode } from './mode.ts';

/** A change of something that is listed; the same `id` is the same line. */
interface ProgressEvent extends Pick<Task, 'id' | 'state' | 'text'> {
  /** What a block is headed by that begins with it, in place of the command's own title. */
  readonly title?: string;
}

export interface Progress {
  /** Says that something is being changed, or has been; it stays on the screen. */
  event(event: ProgressEvent): void;
  /**
   * Says what `work` is about while it takes long, and nothing where it does not; nothing of it stays.
   *
   * @param id such as `This host`
   * @param text such as `Looking`
   */
  during<T>(id: string, text: string, work: () => Promise<T>): Promise<T>;
  /** Writes something else: what is drawn makes room for it. */
  beside(write: () => void): void;
  /** Nothing is drawn while `work` runs, which may ask for a password on the same terminal. */
  aside<T>(work: () => Promise<T>): Promise<T>;
  /** The terminal is somebody else's now: what has been changed stays there, and what has not ended has failed. */
  end(): void;
}

/** Where progress goes; handed in, so that it also runs inside a test. */
export interface Screen {
  readonly isTerminal: boolean;
  /** Absent where it is no terminal. */
  size(): Required<Pick<Canvas, 'columns' | 'rows'>> | undefined;
  write(text: string): void;
  /** Milliseconds since this process began. */
  now(): number;
  /** Calls `tick` again and again, so many milliseconds apart, until the result is called. */
  every(milliseconds: number, tick: () => void): () => void;
}

export interface ProgressOptions {
  readonly mode: ProgressMode;
  readonly color: boolean;
  /** What a block is headed by. */
  readonly title: string;
}

/** So long nothing needs to be said: shorter, and each quick look would flicker by. */
const quietMilliseconds = 300;

/** Says nothing. */
export const silent: Progress = {
  event: () => undefined,
  during: (_id, _text, work) => work(),
  beside: (write) => write(),
  aside: (work) => work(),
  end: () => undefined,
};

export const createProgress = (screen: Screen, options: ProgressOptions): Progress =>
  withoutRepeats(inMode(screen, options));

/**
 * What was said of something is not said again: `up` changes a shim before Compose, and perhaps once more after it.
 */
function withoutRepeats(progress: Progress): Progress {
  const said = new Set<string>();
  return {
    ...progress,
    event(one) {
      const text = JSON.stringify([one.id, one.text]);
      if (one.state !== 'failed' && said.has(text)) return;
      said.add(text);
      progress.event(one);
    },
  };
}

function inMode(screen: Screen, options: ProgressOptions): Progress {
  switch (options.mode) {
    case 'quiet':
      return silent;
    case 'tty':
      return drawn(screen, options);
    case 'plain':
      return lineByLine(screen, ({ id, text }) => ` ${id}  ${text}`);
    case 'json':
      return lineByLine(screen, ({ id, text, state }) =>
        JSON.stringify({ id, status: text, ...(state === 'failed' && { error: true }) }),
      );
  }
}

/** A line for each event. What leaves nothing behind is said only to a person at a terminal. */
function lineByLine(screen: Screen, lineOf: (event: ProgressEvent) => string): Progress {
  let said = 0;
  const event: Progress['event'] = (one) => {
    said = screen.now();
    screen.write(`${lineOf(one)}\n`);
  };
  return {
    ...silent,
    event,
    async during(id, text, work) {
      if (!screen.isTerminal) return work();
      const stop = screen.every(frameMilliseconds, () => {
        if (screen.now() - said < quietMilliseconds) return;
        stop();
        event({ id, text, state: 'working' });
      });
      try {
        return await work();
      } finally {
        stop();
      }
    },
    beside(write) {
      said = screen.now();
      write();
    },
    end: () => void (said = screen.now()),
  };
}

/** One block, drawn over until all in it has ended. */
function drawn(screen: Screen, { color, title }: ProgressOptions): Progress {
  const tasks = new Map<string, Task>();
  const looks = new Set<Task>();
  /** How many lines of what stands above the cursor are this block's. */
  let lines = 0;
  /** When something was last on the screen. */
  let said = 0;
  let isAside = false;
  let stop: (() => void) | undefined;
  let head = title;

  const isWorking = () => looks.size > 0 || [...tasks.values()].some(({ state }) => state === 'working');
  // Line by line: what one command would clear from the first line of the screen on, tmux moves into its history.
  const erase = () => {
    if (lines > 0) screen.write(`\x1b[${lines}A\r${'\x1b[K\n'.repeat(lines)}\x1b[${lines}A`);
    lines = 0;
  };
  const draw = () => {
    if (isAside) return;
    const now = screen.now();
    // A look is said once nothing has been said for a while.
    const seen = tasks.size > 0 || lines > 0 || now - said >= quietMilliseconds ? [...looks] : [];
    const shown = [...tasks.values(), ...seen];
    if (shown.length === 0) return erase();
    const block = blockLines(head, shown, now, { color, ...screen.size() });
    const up = lines > 0 ? `\x1b[${lines}A` : '';
    // What is drawn over may have been longer, and there may have been more of it.
    const left = Math.max(0, lines - block.length);
    const cleared = left > 0 ? `${'\x1b[K\n'.repeat(left)}\x1b[${left}A` : '';
    screen.write(`${up}\r\x1b[?25l${block.map((line) => `${line}\x1b[K\n`).join('')}${cleared}\x1b[?25h`);
    lines = block.length;
    said = now;
  };
  const keepDrawing = () => {
    stop ??= screen.every(frameMilliseconds, draw);
    if (isWorking()) return;
    stop();
    stop = undefined;
  };
  const end = () => {
    stop?.();
    stop = undefined;
    looks.clear();
    // What stays is what has been changed, or was about to be.
    for (const [id, task] of tasks)
      if (task.state === 'working') tasks.set(id, { ...task, state: 'failed', ended: screen.now() });
    if (tasks.size > 0) draw();
    else erase();
    tasks.clear();
    head = title;
    lines = 0;
    said = screen.now();
  };
  return {
    event(event) {
      const now = screen.now();
      const { id, state, text } = event;
      if (tasks.size === 0) head = event.title ?? title;
      const { started = now } = tasks.get(id) ?? {};
      tasks.set(id, { id, state, text, started, ...(state !== 'working' && { ended: now }) });
      draw();
      keepDrawing();
    },
    async during(id, text, work) {
      const look: Task = { id, text, state: 'working', started: screen.now() };
      looks.add(look);
      keepDrawing();
      try {
        return await work();
      } finally {
        // A block that has ended meanwhile has forgotten it.
        if (looks.delete(look)) {
          if (lines > 0) draw();
          keepDrawing();
        }
      }
    },
    beside(write) {
      if (isWorking()) {
        erase();
        write();
        said = screen.now();
        if (tasks.size > 0) draw();
      } else {
        end();
        write();
      }
    },
    async aside(work) {
      erase();
      isAside = true;
      try {
        return await work();
      } finally {
        isAside = false;
        said = screen.now();
        if (tasks.size > 0) draw();
      }
    },
    end,
  };
}
