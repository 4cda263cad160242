/** Options of network drivers that Docker does not know, and silently ignores. */
import type { Network } from '../../../compose/project/project.ts';
import { at, entriesOf } from '../../../compose/tree.ts';
import type { Report } from '../../../diagnostics/diagnostic.ts';
import { didYouMean } from '../../../diagnostics/suggest.ts';
import type { Plan } from '../../types.ts';

/** Reports `driver-option/unknown`. */
export function checkDriverOptions({ project }: Plan, report: Report): void {
  for (const network of project.networks.values()) checkNetwork(network, report);
}

/**
 * Options that each driver knows; Docker ignores all others without a word (docs/measured.md). Source: Docker's network
 * driver documentation.
 */
const knownOptions: Readonly<Record<string, readonly string[]>> = {
  macvlan: ['parent', 'macvlan_mode'],
  ipvlan: ['parent', 'ipvlan_mode', 'ipvlan_flag'],
};

const knownValues: Readonly<Record<string, readonly string[]>> = {
  macvlan_mode: ['bridge', 'private', 'vepa', 'passthru'],
  ipvlan_mode: ['l2', 'l3', 'l3s'],
  ipvlan_flag: ['bridge', 'private', 'vepa'],
};

function checkNetwork(network: Network, report: Report): void {
  const driver = network.driver?.value ?? '';
  // The name is the file's: it may be `constructor`.
  const known = Object.hasOwn(knownOptions, driver) ? knownOptions[driver] : undefined;
  if (!known) return;
  const written = at(network.tree, 'driver_opts');
  const keySpans = new Map(entriesOf(written).map(({ key, keySpan }) => [key, keySpan]));
  for (const [option, { value, span }] of network.driverOpts) {
    if (option.startsWith('com.docker.')) continue; // generic options of the engine
    if (!known.includes(option)) {
      report(
        'driver-option/unknown',
        keySpans.get(option) ?? span,
        `network "${network.key}": ${network.driver!.value} has no option "${option}", and Docker ignores it silently`,
        {
          help: didYouMean(option.replaceAll('-', '_'), known) ?? `one of ${known.join(', ')}`,
        },
      );
    } else if (knownValues[option] && !knownValues[option].includes(value)) {
      report('driver-option/unknown', span, `network "${network.key}": "${value}" is not a value of ${option}`, {
        help: didYouMean(value, knownValues[option]) ?? `one of ${knownValues[option].join(', ')}`,
      });
    }
  }
}
