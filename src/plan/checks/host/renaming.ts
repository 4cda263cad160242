/** udev renames an interface when it is made: a file that is to name a network card may fit its shim as well. */
import { posix } from 'node:path';
import { fileFor } from './match-link.ts';
import { asked, type Situation, type Threat, whatToWrite } from './threat.ts';
import { renamedByRule } from './udev-name.ts';

const rule = 'host/renamed-by-mac';

const message = ({ shim }: Situation, to: string, where: string) =>
  `udev renames the shim "${shim.name}" of "${shim.network}" to "${to}" as soon as it is made: ${where}`;

/**
 * A name that another interface has is not given twice. What was named by whoever made it stays so under a policy with
 * `keep`; the other policies have no name for an interface without a device. The way out spares the interfaces of
 * Docker's containers, too; `Kind=!*` would read better, but .link files have it only from systemd 251 on.
 */
export function renamedByLinkFile(situation: Situation): Threat | undefined {
  const { link, names, managers } = situation;
  const file = managers.links && fileFor(link, managers.links);
  if (!file?.gives || file.gives === link.name || file.policy?.includes('keep') || names.has(file.gives))
    return undefined;
  return {
    rule,
    message: message(situation, file.gives, `"${file.path}" matches it by ${asked(file)}`),
    help: whatToWrite(
      [`write "/etc/systemd/network/${posix.basename(file.path)}.d/shims.conf":`, '[Match]', 'Driver=!macvlan ipvlan'],
      'udevadm control --reload',
    ),
  };
}

export function renamedByUdevRule(situation: Situation): Threat | undefined {
  const { shim, link, parent, names, managers } = situation;
  const renamed = managers.namingRules && renamedByRule(link, managers.namingRules);
  if (!renamed || names.has(renamed.to)) return undefined;
  const { path, line } = renamed.rule;
  // A device behind the interface is what a network card has, and what comes above it has not.
  const narrower = parent && parent.kind === undefined ? 'DRIVERS=="?*"' : `KERNEL!="${shim.name}"`;
  return {
    rule,
    message: message(situation, renamed.to, `line ${line} of "${path}" matches it`),
    help: whatToWrite([`begin line ${line} of "${path}" with:`, `${narrower},`], 'udevadm control --reload'),
  };
}
