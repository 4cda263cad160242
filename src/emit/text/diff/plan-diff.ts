/** What a plan changes of what runs now, as a diff that people can read. */
import { safeLine } from '../../../diagnostics/format/safe.ts';
import type { Facts } from '../../../plan/facts/facts.ts';
import {
  attachmentsNow,
  attachmentsPlanned,
  containersOf,
  isAttachedSo,
  type Standing,
} from '../../../plan/host-changes/standing.ts';
import type { Plan } from '../../../plan/types.ts';
import { unifiedDiff } from './unified-diff.ts';

/**
 * Services with their networks and fixed addresses, Docker networks and shims: as the engine and the host have them,
 * and as they are planned. Compose makes a container anew where that of its service changes.
 *
 * @returns nothing where nothing changes
 */
export function planDiff(plan: Plan, facts: Facts, standing: Standing, color: boolean): string {
  const containers = facts.engine?.containers ?? [];
  const project = plan.project.name;
  const planned = [...plan.services.values()].filter(({ service }) => service.active);
  const names = new Set([
    ...planned.map(({ service }) => service.name),
    ...containers.flatMap((one) => (one.project === project && one.service !== undefined ? one.service : [])),
  ]);
  const now: string[] = [];
  const then: string[] = [];
  for (const name of [...names].sort()) {
    const service = planned.find((one) => one.service.name === name);
    const attached = service && attachmentsPlanned(service, plan, containers);
    const all = containersOf(name, plan, containers);
    // Of several the one that changes.
    const running = all.find((container) => attached && !isAttachedSo(container, attached)) ?? all[0];
    if (running) now.push(`service ${name}:`, ...indented(running.running ? attachmentsNow(running) : ['stopped']));
    if (attached) then.push(`service ${name}:`, ...indented(attached));
    else if (running)
      then.push(`service ${name}:`, ...indented(['not in the files: "up --remove-orphans" removes it']));
  }
  for (const { key, dockerName } of plan.networks.values()) {
    if (standing.networks.get(key) !== 'new') now.push(`network ${dockerName}`);
    then.push(`network ${dockerName}`);
  }
  for (const { name } of plan.shims) {
    if (standing.shims.get(name) !== 'new')
      now.push(`shim ${name}${standing.shims.get(name) === 'changes' ? ': not as it should be' : ''}`);
    then.push(`shim ${name}`);
  }
  for (const { kind, name } of standing.leftOver) now.push(`${kind} ${name}`);
  return unifiedDiff(`what runs of ${project}`, joined(now), joined(then), color);
}

const indented = (lines: readonly string[]) => lines.map((line) => `  ${line}`);

/** A name may hold line breaks. */
const joined = (lines: readonly string[]) => lines.map((line) => `${safeLine(line)}\n`).join('');
