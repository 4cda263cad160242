/** The parent of macvlan and ipvlan as `doctor` judges it: whether it is there, fit and free. */
import { isUnderlay, type UnderlayMode, underlay } from '../../netmode/modes.ts';
import { isOurs, servedNetwork } from '../facts/ownership.ts';
import type { ParsedFacts } from '../facts/parsed-facts.ts';
import type { Finding, Situation } from './finding.ts';

/** Whether there is a parent at all. */
export function parentExists({ mode, facts, parent, card }: Situation): Finding | undefined {
  if (!isUnderlay(mode) || !facts.host || card || facts.engine?.remote) return undefined;
  return parent === undefined
    ? {
        verdict: 'with-change',
        reason: 'this host has no default route from which to find the parent',
        mend: 'write "parent:" with the interface of the LAN',
      }
    : { verdict: 'cannot', reason: `there is no interface "${parent}" on this host` };
}

/** What the parent is, and in what state. */
export function parentIsFit({ mode, card }: Situation): readonly Finding[] | undefined {
  if (!isUnderlay(mode) || !card) return undefined;
  const findings: Finding[] = [];
  if (card.loopback) findings.push({ verdict: 'cannot', reason: `"${card.name}" is the loopback interface` });
  if (card.wireless && mode === 'macvlan') {
    findings.push({
      verdict: 'cannot',
      reason: `"${card.name}" is a Wi-Fi interface: access points drop the frames of other MAC addresses`,
      mend: 'use ipvlan-l2',
    });
  }
  if (card.master !== undefined)
    findings.push({
      verdict: 'with-change',
      reason: `"${card.name}" is a member of "${card.master}"`,
      mend: `write "parent: ${card.master}"`,
    });
  if (!card.up)
    findings.push({
      verdict: 'with-change',
      reason: `"${card.name}" is down`,
      mend: ['ip', 'link', 'set', 'dev', card.name, 'up'],
    });
  if (underlay(mode).onLan && card.addresses.length === 0 && card.master === undefined && !card.loopback) {
    findings.push({
      verdict: 'with-change',
      reason: `"${card.name}" has no address from which to take the subnet`,
      mend: 'write "subnet:" and "gateway:"',
    });
  }
  return findings;
}

/** Which host interfaces are on the parent now; docs/measured.md: one driver for each parent, one ipvlan mode. */
export function parentIsFree({ mode, facts, parent }: Situation): readonly Finding[] | undefined {
  if (!isUnderlay(mode) || parent === undefined || facts.engine?.remote) return undefined;
  return otherInterfaces(mode, parent, facts);
}

function otherInterfaces(mode: UnderlayMode, parent: string, { host, engine }: ParsedFacts): readonly Finding[] {
  const { driver, ipvlanMode } = underlay(mode);
  const links = (host?.interfaces ?? []).filter(
    ({ link, kind }) => link === parent && (kind === 'macvlan' || kind === 'ipvlan'),
  );
  return links.flatMap((link): readonly Finding[] => {
    const mend = isOurs(link)
      ? 'take down the projects that use it: netcompose down'
      : 'use the netmode that it is of, or another parent; what it is for is not known here';
    if (link.kind !== driver)
      return [
        {
          verdict: 'with-change',
          reason: `"${link.name}" on ${parent} is ${link.kind}, beside which the kernel refuses ${driver}`,
          mend,
        },
      ];
    if (driver === 'macvlan' || link.mode === ipvlanMode) return [];
    if (isOurs(link) && modeOfNetwork(servedNetwork(link), engine) === ipvlanMode)
      return [
        {
          verdict: 'with-change',
          reason: `another ipvlan interface on ${parent} has changed the mode of all: "${link.name}" is ${link.mode}`,
          mend: ['netcompose', 'shim', 'up'],
        },
      ];
    return [
      {
        verdict: 'with-change',
        reason: `"${link.name}" makes all ipvlan on ${parent} ${link.mode}; the last to start changes the mode of all`,
        mend,
      },
    ];
  });
}

/** What the ipvlan interfaces of a Docker network are made as. */
function modeOfNetwork(name: string | undefined, engine: ParsedFacts['engine']): string | undefined {
  const network = engine?.networks.find((one) => one.name === name);
  return network?.driver === 'ipvlan' ? (network.options['ipvlan_mode'] ?? 'l2') : undefined;
}
