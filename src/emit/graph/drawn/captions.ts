/** What stands beside the parts of a picture. */
import type { Graph, LanNode, NetworkNode, ServiceNode, Way } from '../../../plan/graph/graph.ts';
import { placeTexts } from '../labels.ts';
import type { Line, Span } from './text-box.ts';

export function railSpans(node: LanNode | Graph['host']): Line {
  const about = 'subnets' in node ? node.subnets : node.addresses;
  return [{ text: node.title, font: 'title' }, ...(about.length > 0 ? [place(about.join(' · '))] : [])];
}

export function frameSpans({ title, kind, details }: NetworkNode): readonly Line[] {
  const about = [
    ...(kind === 'none' || kind === 'host' ? [] : [kind === 'container' ? 'a container elsewhere' : kind]),
    ...details,
  ];
  return [[{ text: title, font: 'title' }], ...(about.length > 0 ? [detail(about.join(' · '))] : [])];
}

/** Its name, its addresses, the other networks that it is on, and what it needs and does not reach. */
export function cardSpans(service: ServiceNode, { networks, ways, services }: Graph): readonly Line[] {
  const others = networks.filter(({ id }) => id !== service.network && service.networks.includes(id));
  const lost = ways.filter(({ from, wanted, answer }) => wanted && from === service.id && answer !== 'yes');
  const nameOf = (id: string) => services.find((each) => each.id === id)?.name ?? id;
  return [
    [{ text: service.name, font: 'name' }],
    ...service.details.map((text): Line => [{ text, font: service.owner === undefined ? 'place' : 'detail' }]),
    ...(others.length > 0 ? [detail(`also on ${others.map(({ title }) => title).join(', ')}`)] : []),
    ...lost.map(({ to, answer, reason = '' }) =>
      detail(`${answer === 'no' ? '✕ does not reach' : '? may not reach'} ${nameOf(to)}: ${reason}`),
    ),
  ];
}

export function edgeSpans({ answer, places, by, reason }: Way): Line {
  if (answer !== 'yes') return detail(`${answer === 'no' ? 'no' : 'not known'}: ${reason ?? ''}`);
  return [
    ...(places.length > 0 ? [place(placeTexts(places).join('; '))] : []),
    ...(by === undefined ? [] : detail(by)),
  ];
}

const place = (text: string): Span => ({ text, font: 'place' });
const detail = (text: string): Line => [{ text, font: 'detail' }];
