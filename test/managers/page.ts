/** `docs/network-managers.md`, from what was seen. Pure. */

import type { RuleName } from '../../src/diagnostics/rules.ts';
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
/** What a program did to a shim, in the suites where it was tried; and left alone once the help was followed. */
export interface Tried {
  readonly name: string;
  readonly does: string;
  readonly rule: RuleName;
  /** As the program says it. */
  readonly versions: ReadonlyMap<Suite, string>;
}

export type Versions = ReadonlyMap<string, string>;

export const versionKey = (manager: string, suite: Suite): string => `${manager} ${suite}`;

const formNames: Readonly<Record<FormName, string>> = {
  plain: 'plain',
  addressed: 'with an address of its own',
  table: 'routes in a table of their own',
};

/** @param outcomes of all machines, in any order */
export function pageOf(outcomes: readonly Outcome[], versions: Versions): string {
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
    'netplan writes for systemd-networkd or NetworkManager, and ifupdown starts a DHCP client, such as dhcpcd: it is ' +
      'what these do',
    'that counts. Which of them were tried through reboots: [Keeping shims](keeping-shims.md#after-a-reboot).',
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
  ].join('\n');
}

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

const threatsHeading = '## Programs that take, rename or block a shim';

/** Of the page: what comes of events, and what comes of such programs. Each test writes its own. */
export function partsOf(page: string): { readonly events: string; readonly threats: string } {
  const at = page.indexOf(threatsHeading);
  return at < 0
    ? { events: page, threats: '' }
    : { events: `${page.slice(0, at).trimEnd()}\n`, threats: page.slice(at) };
}

export const pageFrom = ({ events, threats }: ReturnType<typeof partsOf>): string =>
  threats === '' ? events : `${events}\n${threats}`;

/** @param tried each with its versions; a suite without one was not tried, or it was not as it should be */
export function threatsOf(tried: readonly Tried[]): string {
  const heads = ['Debian 12', 'Debian 13', 'unstable'];
  return [
    threatsHeading,
    '',
    'Each did so on these machines, in the versions that are named, to a macvlan shim beside a container; `check` ' +
      'had said it',
    'before, and once what its help says was written, word for word, the program left the shim alone, and the host ' +
      'reached the',
    'container. That test writes this table. With ipvlan and engine 26, in a virtual machine, so did ' +
      'networkd, dhcpcd, ConnMan and',
    'firewalld (`npm run lab -- --threats all`).',
    '',
    `| program | ${heads.join(' | ')} | what it does to a shim | told beforehand by |`,
    `| --- |${' --- |'.repeat(heads.length + 2)}`,
    ...tried.map(({ name, does, rule, versions }) => {
      const cells = suites.map((suite) => versions.get(suite) ?? '–');
      return `| ${name} | ${cells.join(' | ')} | ${does} | [${rule}](rules/${rule}.md) |`;
    }),
    '',
  ].join('\n');
}

/** The page without versions: the newest of a suite changes by itself. */
export const withoutVersions = (page: string): string => page.replace(/\d+(?:\.\d+)+|\b2\d\d\b/g, 'N');

/** What the page says of the events on some suites only, line by line. */
export function columnsOf(page: string, tried: (suite: Suite) => boolean): readonly string[] {
  let manager = page.startsWith(threatsHeading) ? 'programs' : '';
  return page.split('\n').flatMap((line) => {
    if (line.startsWith('### ')) manager = line.slice('### '.length);
    const [, event = '', ...cells] = line.split('|');
    if (manager === '' || cells.length <= suites.length || event.startsWith(' --')) return [];
    const seen = cells.filter((_, at) => suites[at] !== undefined && tried(suites[at])).map(withoutVersions);
    return [`${manager}, ${event.trim()}: ${seen.join(' | ').trim()}`];
  });
}
