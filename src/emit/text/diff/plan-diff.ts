/** What a plan changes of what is there now, for people: a mark for each thing, and what of it changes. */
import { diffArrays } from 'diff';
import { createColors } from 'picocolors';
import { safeLine } from '../../../diagnostics/format/safe.ts';
import type { Standing, State, Subject } from '../../../plan/standing/standing.ts';
import type { Plan } from '../../../plan/types.ts';

type Mark = '+' | '~' | '=' | '-';

interface Shown {
  readonly mark: Mark;
  readonly title: string;
  /** Each with its own mark: `+`, `-`, or a space for what stays. */
  readonly lines: readonly string[];
}

const marks: Readonly<Record<State, Mark>> = { new: '+', changes: '~', there: '=' };
const words: Readonly<Record<Mark, string>> = { '+': 'new', '~': 'changes', '=': 'stays', '-': 'not in the plan' };

/**
 * Services with their networks, addresses and ports, Docker networks and shims: as the engine and the host have them,
 * and as they are planned. Compose makes a container anew where that of its service changes.
 *
 * @returns nothing where nothing changes
 */
export function planDiff(plan: Plan, standing: Standing, color: boolean): string {
  const { services, networks, shims, leftOver, orphans } = standing;
  const shown: readonly Shown[] = [
    ...[...services].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, subject]) => ofPlan(`service ${name}`, subject)),
    ...orphans.map(({ name, now }) => gone(`service ${name}`, 'only "up --remove-orphans" removes it', now)),
    ...[...networks].map(([key, subject]) => ofPlan(`network ${plan.networks.get(key)!.dockerName}`, subject)),
    ...left('network', leftOver),
    ...[...shims].map(([name, subject]) => ofPlan(`shim ${name}`, subject)),
    ...left('shim', leftOver),
  ];
  if (shown.every(({ mark }) => mark === '=')) return '';
  const colors = createColors(color);
  const paint = (mark: string, line: string) => {
    const safe = safeLine(line);
    if (mark === '+') return colors.green(safe);
    if (mark === '-') return colors.red(safe);
    return mark === '~' ? colors.yellow(safe) : safe;
  };
  const lines = shown.flatMap(({ mark, title, lines: those }) => [
    paint(mark, `${mark} ${title}`),
    ...those.map((line) => paint(line[0]!, line)),
  ]);
  const legend = (Object.keys(words) as Mark[]).flatMap((mark) => {
    const count = shown.filter((one) => one.mark === mark).length;
    return count > 0 ? [`${mark} ${words[mark]}: ${count}`] : [];
  });
  return `${[...lines, '', legend.join('   ')].join('\n')}\n`;
}

function ofPlan(title: string, { state, now, planned }: Subject): Shown {
  if (state === 'there') return { mark: '=', title, lines: [] };
  const lines = diffArrays([...now], [...planned]).flatMap(({ added, removed, value }) =>
    value.map((line) => `${added ? '+' : removed ? '-' : ' '}    ${line}`),
  );
  // What the lines do not tell: that it is down, say, or lacks a setting.
  const isSilent = state === 'changes' && lines.every((line) => line.startsWith(' '));
  return { mark: marks[state], title, lines: isSilent ? [...lines, '~    set right: see "netcompose plan"'] : lines };
}

const gone = (title: string, why: string, now: readonly string[]): Shown => ({
  mark: '-',
  title: `${title}: ${why}`,
  lines: now.map((line) => `-    ${line}`),
});

const left = (of: 'network' | 'shim', leftOver: Standing['leftOver']): readonly Shown[] =>
  leftOver
    .filter(({ kind }) => kind === of)
    .map(({ kind, name, now }) => gone(`${kind} ${name}`, 'the next "down" removes it', now));
