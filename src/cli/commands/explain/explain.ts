/**
 * `netcompose explain RULE`: the rule's page of `docs/rules/`. `netcompose explain "ERROR TEXT"`: what an error of
 * Docker means.
 */
import groupBy from 'lodash/groupBy.js';
import { rules } from '../../../diagnostics/rules.ts';
import { nearest } from '../../../diagnostics/suggest.ts';
import { table } from '../../../emit/text/table.ts';
import { errorsThatSay, explainError } from '../../../plan/doctor/docker-errors.ts';
import type { Explanation } from '../../../plan/doctor/errors/error-row.ts';
import { exitCodes } from '../../exit-codes.ts';
import { ownOptions } from '../../options/own-options.ts';
import type { Session } from '../../session.ts';
import { asset } from '../../steps/program/asset.ts';
import { UsageError } from '../../usage-error.ts';
import { pageText } from './page-text.ts';

const examples = `
Examples:
  netcompose explain                          all rules, group by group
  netcompose explain parent/driver-clash
  netcompose explain "device or resource busy"
`;

export async function run(session: Session): Promise<number> {
  const options = ownOptions(session, (command) => {
    command
      .description('Say what a diagnostic, or an error of Docker, means, why it matters and how to mend it.')
      .argument('[rule or error...]', 'such as parent/driver-clash, or "device or resource busy" as Docker has put it')
      // An error may begin with a dash.
      .allowUnknownOption()
      .addHelpText('after', examples);
  });
  if (!options) return exitCodes.fine;
  const rule = options.args.join(' ');
  if (rule === '') {
    session.terminal.out(allRules(session.terminal.columns));
    return exitCodes.fine;
  }
  if (/\s/.test(rule)) return explainText(session, rule);
  if (!Object.hasOwn(rules, rule)) {
    const names = Object.keys(rules);
    // Without its group, as people say it.
    const near = names.find((name) => name.endsWith(`/${rule}`)) ?? nearest(rule, names);
    throw new UsageError(
      `there is no rule "${rule}"`,
      near === undefined ? '"netcompose explain" lists them' : `did you mean "${near}"?`,
    );
  }
  session.terminal.out(pageText(asset(`docs/rules/${rule}.md`, session.host), session.terminal.columns));
  return exitCodes.fine;
}

/** Each rule and what it is about, group by group. */
function allRules(columns?: number): string {
  const names = Object.keys(rules) as (keyof typeof rules)[];
  const width = Math.max(...names.map((name) => name.length)) + 2;
  const groups = Object.entries(groupBy(names, (name) => name.split('/')[0]!));
  const listed = groups.map(([group, those]) =>
    table([[group, ''], ...those.map((name) => [`  ${name}`.padEnd(width), rules[name].summary])], columns),
  );
  return `${listed.join('\n')}\nWhat one of them means: netcompose explain RULE\n`;
}

function explainText({ terminal }: Session, text: string): number {
  const found = explainError(text);
  if (found) {
    terminal.out(pageText(explained(found), terminal.columns));
    return exitCodes.fine;
  }
  const rows = errorsThatSay(text);
  if (rows.length === 0)
    throw new UsageError(
      `"${text}" is not an error that netcompose knows`,
      '"netcompose check" and "netcompose doctor" find most causes by themselves',
    );
  const all = rows.map(({ example }) => `${example}\n\n${explained(explainError(example)!)}`).join('\n\n');
  terminal.out(pageText(all, terminal.columns));
  return exitCodes.fine;
}

function explained({ message, help, rule }: Explanation): string {
  const foundBefore =
    rule === undefined ? '' : `\nnetcompose finds this before anything starts: netcompose explain ${rule}\n`;
  return `${message}\n${help}\n${foundBefore}`;
}
