/** Where services answer, as text. */
import { formatAddress } from '../../plan/facts/ip.ts';
import type { Reach } from '../../plan/types.ts';

/** Stands for an address or a port that Docker will choose. */
const dynamic = '<dynamic>';

/** `192.168.1.53:53/udp`, `localhost:8080`, `<dynamic>:80` */
export function placeText(reach: Reach): string {
  return `${addressText(reach)}:${portText(reach)}`;
}

function addressText({ at }: Reach): string {
  switch (at.kind) {
    case 'address': {
      const text = formatAddress(at.address);
      return at.address.family === 6 ? `[${text}]` : text;
    }
    case 'localhost':
      return 'localhost';
    case 'this-host':
      return at.address ? formatAddress(at.address) : '<host>';
    case 'engine-machine':
      return "<engine's machine>";
    case 'dynamic':
      return dynamic;
  }
}

/** `8080`, `53/udp`, `8000-8010`, `<dynamic>` */
function portText({ port, protocol }: Reach): string {
  const number = !port ? dynamic : port.first === port.last ? String(port.first) : `${port.first}-${port.last}`;
  return protocol === 'tcp' ? number : `${number}/${protocol}`;
}

/** Where a service answers, from one side; `-` where it does not. */
export function reachText(reach: readonly Reach[], from: Reach['from']): string {
  const places = new Set(reach.filter((place) => place.from === from).map(placeText));
  return places.size > 0 ? [...places].join(', ') : '-';
}
