/** A block of progress as Compose draws it, line by line. Pure. */
import { createColors } from 'picocolors';
import { columnsOf, graphemesOf, widthOf } from '../../diagnostics/format/width.ts';

export interface Task {
  /** What it is about, as Compose says it: `Network shop_default`. */
  readonly id: string;
  readonly state: 'working' | 'done' | 'failed';
  /** `Creating`, `Created`. */
  readonly text: string;
  /** In milliseconds. */
  readonly started: number;
  readonly ended?: number;
}

export interface Canvas {
  /** Absent where it is not known. */
  readonly columns?: number;
  readonly rows?: number;
  readonly color: boolean;
}

/** Compose's spinner (docker/compose, pkg/progress/spinner.go), a step each tenth of a second. */
const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const;
export const frameMilliseconds = 100;

/**
 * The lines of a block, its title first; none is wider than the terminal, and all of them fit on it, so that they can
 * be drawn over.
 *
 * @param now in milliseconds, on the same clock as the tasks
 */
export function blockLines(title: string, tasks: readonly Task[], now: number, canvas: Canvas): readonly string[] {
  const { blue } = createColors(canvas.color);
  const done = tasks.filter(({ state }) => state === 'done').length;
  const head = cut(`[+] ${title} ${done}/${tasks.length}`, canvas.columns);
  const width = Math.max(...tasks.map(({ id }) => columnsOf(id)));
  const shown = canvas.rows === undefined ? tasks : tasks.slice(-Math.max(1, canvas.rows - 2));
  return [done === tasks.length ? blue(head) : head, ...shown.map((task) => taskLine(task, width, now, canvas))];
}

function taskLine({ id, state, text, started, ended }: Task, width: number, now: number, canvas: Canvas): string {
  const { green, red, yellow, blue } = createColors(canvas.color);
  const elapsed = (ended ?? now) - started;
  const paint = { working: yellow, done: green, failed: red }[state];
  const frame = spinner[Math.floor(elapsed / frameMilliseconds) % spinner.length]!;
  const icon = { working: frame, done: '✔', failed: '✘' }[state];
  const timer = `${(elapsed / 1000).toFixed(1)}s`;
  // The icon with a space on each side; a space before the timer, and one after it.
  const room = canvas.columns === undefined ? undefined : canvas.columns - 3 - timer.length - 2;
  const padded = `${id}${' '.repeat(width - columnsOf(id))}`;
  const words = cut(`${padded}  ${text}`, room);
  const status = words.startsWith(`${padded}  `) ? words.slice(padded.length + 2) : '';
  const painted = status === '' || state === 'working' ? words : `${padded}  ${paint(status)}`;
  const gap = room === undefined ? ' ' : ' '.repeat(room - columnsOf(words) + 1);
  return ` ${paint(icon)} ${painted}${gap}${blue(timer)}`;
}

/** As much of a text as there is room for. */
function cut(text: string, columns: number | undefined): string {
  if (columns === undefined || columnsOf(text) <= columns) return text;
  let kept = '';
  for (const one of graphemesOf(text)) {
    if (columnsOf(kept) + widthOf(one) > columns - 1) break;
    kept += one;
  }
  return columns < 1 ? '' : `${kept}…`;
}
