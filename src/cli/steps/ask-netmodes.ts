/** Asks service by service how it is to be attached. */
import { networkModeText, ownerIn } from '../../compose/project/network-mode.ts';
import type { Project, Service } from '../../compose/project/project.ts';
import { toPlain } from '../../compose/tree.ts';
import { safeLine } from '../../diagnostics/format/safe.ts';
import { longForm } from '../../emit/annotate/wish.ts';
import type { Plain, PlainMap } from '../../emit/override/plain-data.ts';
import { isUnderlay, type Netmode, underlay } from '../../netmode/modes.ts';
import type { Advice } from '../../plan/advise/advice.ts';
import { lackingDriver, lackingMessage } from '../../plan/facts/drivers.ts';
import type { ParsedFacts } from '../../plan/facts/parsed-facts.ts';
import type { Choice, Questions } from '../questions.ts';

export interface Answer {
  readonly name: string;
  readonly set: PlainMap;
  /** The native key whose place it takes, where the advice says so. */
  readonly replaces?: readonly string[];
}

type Answered = 'leave' | Omit<Answer, 'name'>;

/** For a person who does not know the words yet; the whole story is in docs/netmodes.md. */
const netmodes: readonly Choice<Answered>[] = [
  ['bridge', 'behind this host, its ports published: what Compose does by itself'],
  ['ipvlan-l2', "on the LAN with an address of its own and the host's MAC address; on Wi-Fi too"],
  ['macvlan', 'on the LAN with an address and a MAC address of its own; not on Wi-Fi'],
  ['host', "in the host's own network: no ports to publish, nothing isolated"],
  ['none', 'no network at all'],
  ['ipvlan-l3', 'routed, with a subnet of its own: the router needs a route to it'],
].map(([mode, description]) => ({ value: { set: { mode: mode! } }, name: mode!, description: description! }));

/**
 * @param names the services to ask about; none: all
 * @param advice what Enter alone answers, service by service
 * @param facts of this host, which may not have what a netmode needs: the file may be for another
 * @returns an answer for each service that is not to stay as it is
 */
export async function askEach(
  questions: Questions,
  project: Project,
  names: readonly string[],
  advice: readonly Advice[],
  facts: Pick<ParsedFacts, 'host' | 'engine'>,
): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  const offered = netmodes.map((choice) => onThisHost(choice, facts));
  const services = [...project.services.values()].filter(({ name }) => names.length === 0 || names.includes(name));
  for (const service of services) {
    // A guest has its owner's network: there is nothing to choose.
    if (ownerIn(service.networkMode?.value) !== undefined) continue;
    const choices = choicesFor(
      offered,
      project,
      advice.find((one) => one.service === service.name),
    );
    const { value: preselected } = choices.find(({ name }) => name.endsWith(advised)) ?? choices[0]!;
    const answer = await questions.choose(questionOf(service), choices, preselected);
    if (answer !== 'leave') answers.push({ name: service.name, ...answer });
  }
  return answers;
}

const advised = ' (advised)';

/** Says so where this host's kernel has no driver for it. */
function onThisHost(choice: Choice<Answered>, facts: Pick<ParsedFacts, 'host' | 'engine'>): Choice<Answered> {
  const mode = choice.name as Netmode;
  const lacking = isUnderlay(mode) ? lackingDriver(underlay(mode).driver, '', facts) : undefined;
  return lacking ? { ...choice, description: `not here: ${lackingMessage(lacking.driver)}` } : choice;
}

/** With the reason for what is advised below it; where nothing is to be changed, that is to leave it. */
function choicesFor(
  offered: readonly Choice<Answered>[],
  project: Project,
  advice: Advice | undefined,
): readonly Choice<Answered>[] {
  const networks = [...project.networks.values()].filter(({ netmode, driver }) => netmode ?? driver);
  const reason = advice && safeLine(advice.reason);
  const { netmode, write } = advice ?? {};
  return [
    { value: 'leave', name: 'leave as it is', ...(reason !== undefined && !write && { description: reason }) },
    ...offered.map((choice) =>
      write && choice.name === netmode
        ? {
            value: { set: { mode: netmode }, replaces: write.replaces },
            name: `${netmode}${advised}`,
            description: reason!,
          }
        : choice,
    ),
    ...networks.map(({ key }) => ({
      value: { set: { network: key } },
      name: `join network ${key}`,
      description: 'the network that this file declares',
    })),
  ];
}

/** Such as `web (nginx, publishes 8080), now host`. */
function questionOf({ name, image, ports, netmode, networkMode }: Service): string {
  const published = ports.flatMap((port) => (port.published ? port.published.first : []));
  const about = [
    ...(image ? [image.value] : []),
    ...(published.length > 0 ? [`publishes ${[...new Set(published)].slice(0, 4).join(', ')}`] : []),
  ];
  const said = netmode && longForm(toPlain(netmode) as Plain);
  const now = said ? (said['mode'] ?? said['network']) : networkMode && networkModeText(networkMode.value);
  return `${name}${about.length > 0 ? ` (${about.join(', ')})` : ''}${now === undefined ? '' : `, now ${now}`}`;
}
