/** `docs/network-managers.md`, from what was seen. Pure. */
import { managers } from './managers.ts';
import type { FormName } from './product.ts';
import { type Suite, suites } from './rig/suites.ts';

/** What came of one event on one machine. */
export interface Outcome {
  readonly manager: string;
  readonly suite: Suite;
  readonly event: string;
  readonly form: FormName;
  /** What is wrong, in words; none where all is kept. */
  readonly faults: readonly string[];
}

/** The versions of the programs, by manager and suite. */
export type Versions = ReadonlyMap<string, string>;

export const versionKey = (manager: string, suite: Suite): string => `${manager} ${suite}`;

const formNames: Readonly<Record<FormName, string>> = {
  plain: 'plain',
  addressed: 'with an address of its own',
  table: 'routes in a table of their own',
};

/** What came of a program that does something to shims which were made without regard to it. */
export interface ThreatOutcome {
  readonly program: string;
  /** Of the suites on which it was tried, in their order. */
  readonly versions: readonly string[];
  /** How it was set up. */
  readonly setUp: string;
  readonly does: string;
  readonly rule: string;
  /** Whether everywhere the rule spoke before `up`, it happened, and no longer did once the help was followed. */
  readonly isCured: boolean;
}

const threatsHead = '## Programs that would take, rename or block a shim';

/** @param threats the section about them, as `threatsSection` makes it */
export function pageOf(outcomes: readonly Outcome[], versions: Versions, threats: string): string {
  return [
    "# Your host's network manager",
    '',
    'Which program manages the network of a host decides what becomes of an interface that it did not make, such as a',
    '[shim](shim.md). These were tried as process 1 of Debian 12, Debian 13 and its unstable suite would run ' +
      'them, with',
    "netcompose's own plan and steps, real macvlan containers, a DHCP server, and a listener on the LAN. That test",
    'writes this page (`UPDATE_GOLDENS=1 npm test -- managers-all`), and fails where the page and the result differ.',
    '',
    '| program | versions | what it does to a shim | what netcompose does about it |',
    '| --- | --- | --- | --- |',
    ...managers.map(
      ({ name, does, answer }) =>
        `| ${name} | ${suites.map((suite) => versions.get(versionKey(name, suite)) ?? '?').join(', ')} ` +
        `| ${does} | ${answer} |`,
    ),
    '',
    '## What was tried',
    '',
    '*kept*: after the event the host reached the container by the shim and the container the host, from the ' +
      'address that',
    "it should be, without anybody mending; and meanwhile nobody on the LAN heard the host's address from another MAC",
    "address than the parent's.",
    '',
    'Each shim in each form: *plain*, without an address of the LAN; *with an address of its own* ' +
      '(`shim.ipv4_address`);',
    'and, in the newest version, *with routes in a table of their own*, which is the form on a host with an ' +
      'interface that came',
    'before the parent, for a network that was there already. The last names its source: after another lease the next',
    '`up` rewrites it, and *kept* there means after that.',
    ...managers.flatMap(({ name }) => tableOf(name, outcomes, versions)),
    '',
    threats,
  ].join('\n');
}

export const threatsSection = (outcomes: readonly ThreatOutcome[]): string =>
  [
    threatsHead,
    '',
    'Each was set up so in a machine of its own. `check` told what would happen, by the rule that is named; a shim ' +
      'was made',
    'nevertheless, and it happened; then what the help of the message says was written, word for word: *left alone* ' +
      'is that it',
    'no longer happened, `check` was silent, and the host reached its container. `up` says what `check` says, and',
    '[`doctor`](doctor.md), too.',
    '',
    '| program | versions | set up with | what it does to a shim | told by | after that |',
    '| --- | --- | --- | --- | --- | --- |',
    ...outcomes.map(
      ({ program, versions, setUp, does, rule, isCured }) =>
        `| ${program} | ${versions.join(', ')} | ${setUp} | ${does} | [${rule}](rules/${rule}.md) ` +
        `| ${isCured ? 'left alone' : 'not left alone'} |`,
    ),
    '',
  ].join('\n');

/** That section of a page that is written. */
export const threatsIn = (page: string): string => page.slice(page.indexOf(threatsHead));

/** Its lines without versions, of which a run on some suites has not all. */
export const threatLines = (section: string): readonly string[] =>
  section.split('\n').map((line) => line.replace(/^(\| [^|]+ \|)[^|]+/, '$1 '));

function tableOf(manager: string, all: readonly Outcome[], versions: Versions): readonly string[] {
  const outcomes = all.filter((outcome) => outcome.manager === manager);
  const events = [...new Set(outcomes.map(({ event }) => event))];
  const head = suites.map((suite) => versions.get(versionKey(manager, suite)) ?? '?');
  return [
    '',
    `### ${manager}`,
    '',
    `| event | ${head.join(' | ')} |`,
    `| --- |${' --- |'.repeat(head.length)}`,
    ...events.map((event) => {
      const cells = suites.map((suite) => cellOf(outcomes.filter((one) => one.suite === suite && one.event === event)));
      return `| ${event} | ${cells.join(' | ')} |`;
    }),
  ];
}

function cellOf(outcomes: readonly Outcome[]): string {
  if (outcomes.length === 0) return '–';
  const lost = outcomes.filter(({ faults }) => faults.length > 0);
  return lost.length === 0
    ? 'kept'
    : lost.map(({ form, faults }) => `${formNames[form]}: ${faults.join(', ')}`).join('; ');
}

/** The page without versions: the newest of a suite changes by itself. */
export const withoutVersions = (page: string): string => page.replace(/\d+(?:\.\d+)+|\b2\d\d\b/g, 'N');

/** What the page says of the events on some suites only, line by line. */
export function columnsOf(page: string, tried: (suite: Suite) => boolean): readonly string[] {
  let manager = '';
  return page.split('\n').flatMap((line) => {
    if (line.startsWith('### ')) manager = line.slice('### '.length);
    const [, event = '', ...cells] = line.split('|');
    if (manager === '' || cells.length <= suites.length || event.startsWith(' --')) return [];
    const seen = cells.filter((_, at) => suites[at] !== undefined && tried(suites[at])).map(withoutVersions);
    return [`${manager}, ${event.trim()}: ${seen.join(' | ').trim()}`];
  });
}
