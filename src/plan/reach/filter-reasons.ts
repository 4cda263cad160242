/** Reasons in a packet filter: the container's own, or this host's. */
import { formatPort } from '../services/listeners.ts';
import { addressAsked, containerOf, type Failed, familyAsked, type Reason, sideAndAddress } from './reason.ts';

const iptables = { 4: 'iptables', 6: 'ip6tables' } as const;

/** VPN clients and firewalls in a container set one up in its network namespace. */
export function ownFirewall({ question, evidence }: Failed): Reason | undefined {
  const { from, container } = question;
  const family = familyAsked(question);
  const rules = `${iptables[family]} -S`;
  // A container in host mode has this host's.
  const answering = containerOf(question, evidence);
  const asking = from.kind === 'container' ? evidence.containers.get(from.container) : undefined;
  for (const [one, hook] of [[answering, 'input'] as const, [asking, 'output'] as const, [asking, 'input'] as const]) {
    if (!one || one.isOnHost || !evidence.ownDropping.get(one.name)?.[family].has(hook)) continue;
    return {
      reason:
        `likely the packet filter in the network of "${one.name}": ` +
        `what no rule accepts is dropped (policy of the hook "${hook}")`,
      help: `see: nsenter --net --target ${one.pid} ${rules}; a VPN's image has settings for that`,
    };
  }
  const other = evidence.answering.get(sideAndAddress(question, addressAsked(question) ?? ''));
  if (other === undefined || container === undefined || question.onHost) return undefined;
  return {
    reason: `likely a packet filter in the network of "${container}": at this address ${other} is answered, not this`,
    ...(answering?.pid !== undefined && { help: `see: nsenter --net --target ${answering.pid} ${rules}` }),
  };
}

/** What comes to this host from a container, or leaves it. */
export function hostFirewall({ question, why, evidence }: Failed): Reason | undefined {
  const { from, onHost, listens } = question;
  if (why === 'closed' || (from.kind === 'container' && !onHost)) return undefined;
  const asked = addressAsked(question) ?? '';
  const entrance = from.kind === 'container' ? evidence.entrances.get(sideAndAddress(question, asked)) : undefined;
  const zone = evidence.zones.get(entrance ?? '');
  if (zone)
    return {
      reason:
        `likely this host's firewall: firewalld has "${entrance}" in zone "${zone.name}", ` +
        `which opens ${zone.opens.length > 0 ? `${zone.opens.join(', ')} only` : 'nothing'}`,
      help: listens
        ? `firewall-cmd --zone=${zone.name} --add-port=${formatPort(listens)}, and once more with --permanent`
        : `see: firewall-cmd --zone=${zone.name} --list-all`,
    };
  const help = `see: nft list ruleset, or ${iptables[familyAsked(question)]} -S`;
  const hook = onHost ? 'input' : 'output';
  if (why !== 'refused' && evidence.dropping[familyAsked(question)].has(hook))
    return {
      reason: `likely this host's firewall: what no rule accepts is dropped (policy of the hook "${hook}")`,
      help,
    };
  if (!onHost) return undefined;
  const by = entrance === undefined ? '' : `, as it comes by "${entrance}"`;
  return { reason: `likely this host's firewall: a rule ${why === 'silent' ? 'drops' : 'refuses'} it${by}`, help };
}
