/** What a service opens, by the first place that says something of it. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EngineFacts } from '../../../src/plan/facts/facts.ts';
import { formatAddress } from '../../../src/plan/facts/ip.ts';
import { formatPort } from '../../../src/plan/services/listeners.ts';
import { lanFacts, planTexts } from '../../support/in-memory.ts';

const tcp = (port: number) => ({ first: port, last: port, protocol: 'tcp' });
const images: NonNullable<EngineFacts['images']> = { nginx: [tcp(80), tcp(443)], 'project-web': [tcp(3000)] };

function opened(keys: string, listen = '') {
  const text = `services:\n  web: { ${keys}, x-netmode: { mode: host${listen} } }\n`;
  const { plan } = planTexts(text, { facts: { ...lanFacts, engine: { ...lanFacts.engine!, images } } });
  return plan!.services
    .get('web')!
    .listeners.map(
      ({ address, span: { start, end }, from, ...ports }) =>
        `${from}: ${address ? `${formatAddress(address)} ` : ''}${formatPort(ports)} ${text.slice(start, end)}`,
    );
}

for (const [name, keys, listen, expected] of [
  [
    'listen says it all',
    'image: nginx, expose: [81], ports: ["82:83"]',
    ', listen: [8080, "53/udp", "127.0.0.1:9000-9001"]',
    ['listen: 8080/tcp 8080', 'listen: 53/udp "53/udp"', 'listen: 127.0.0.1 9000-9001/tcp "127.0.0.1:9000-9001"'],
  ],
  ['listen says that it opens nothing', 'image: nginx', ', listen: []', []],
  [
    'expose comes next',
    'image: nginx, expose: ["81", "90-92/udp"], ports: ["82:83"]',
    '',
    ['expose: 81/tcp "81"', 'expose: 90-92/udp "90-92/udp"'],
  ],
  ['then the container side of ports', 'image: nginx, ports: ["82:83/udp"]', '', ['ports: 83/udp "82:83/udp"']],
  ['then the image', 'image: nginx', '', ['image: 80/tcp nginx', 'image: 443/tcp nginx']],
  ['an image that nobody has', 'image: apache', '', []],
  ['an image with the name of what every object has', 'image: constructor', '', []],
] as const) {
  test(name, () => assert.equal(opened(keys, listen), expected));
}

test('an image that Compose builds has a name made of the project and the service', () => {
  assert.equal(
    opened('build: .').map((line) => line.split(' ').slice(0, 2).join(' ')),
    ['image: 3000/tcp'],
  );
});

test('nobody asked the engine', () => {
  const { plan } = planTexts('services:\n  web: { image: nginx, x-netmode: host }\n');
  assert.equal(plan!.services.get('web')!.listeners, []);
});

test.run();
