/** Deciding and checking in one, for those who learn nothing in between. */
import type { Report } from '../diagnostics/diagnostic.ts';
import type { Intents } from '../netmode/intents.ts';
import { check } from './checks/check.ts';
import { decide } from './decide.ts';
import type { Facts } from './facts/facts.ts';
import type { Plan } from './types.ts';

/**
 * Decides what will be, and looks for everything that is wrong with it.
 *
 * @param facts what was observed; parts that are absent were not looked at, and what depends on them stays open
 * @param report gets everything that `decide` and `check` find, all of it at once
 * @param starting the services that the command starts, where that is not all: what is in the way of others does not
 *   matter
 */
export function planOf(intents: Intents, facts: Facts, report: Report, starting?: ReadonlySet<string>): Plan {
  const plan = decide(intents, facts, report);
  check(plan, facts, report, starting);
  return plan;
}
