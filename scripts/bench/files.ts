/**
 * Compose files of any size for measuring: networks, ports, dependencies everywhere and a mix of netmodes, without
 * faults.
 */

import { testImage } from '../../test/engine/rig/image.ts';

const servicesPerNetwork = 50;
const publishedFrom = 30_000;
const listeningFrom = 20_000;

/**
 * Eight of ten services are on bridges, each depending on the one before; one is on the LAN, one in the host's
 * namespace.
 */
export function composeFile(services: number): string {
  const networks = Math.ceil(services / servicesPerNetwork);
  return [
    'x-netmode:',
    '  parent: eth0',
    'services:',
    ...Array.from({ length: services }, (_, index) => service(index)),
    'networks:',
    '  backend:',
    ...Array.from({ length: networks }, (_, index) => `  ${networkName(index)}:`),
    '  lan:',
    '    x-netmode:',
    '      mode: macvlan',
    '      subnet: 10.77.0.0/16',
    '      gateway: 10.77.0.1',
    '      ip_range: 10.77.128.0/17',
    '',
  ].join('\n');
}

function service(index: number): string {
  const place = index % 10;
  const lines = [
    `  ${serviceName(index)}:`,
    '    image: acme/app:1.0',
    '    environment:',
    `      NUMBER: "${index}"`,
    '      LEVEL: ${LEVEL:-info}',
  ];
  if (place === 8) return [...lines, '    x-netmode: { network: lan }'].join('\n');
  if (place === 9)
    return [...lines, `    x-netmode: { mode: host, listen: [${listeningFrom + Math.floor(index / 10)}] }`].join('\n');
  lines.push(
    `    ports: ["${publishedFrom + index}:80"]`,
    `    networks: [backend, ${networkName(Math.floor(index / servicesPerNetwork))}]`,
  );
  if (place < 3) lines.push('    x-netmode: bridge');
  if (index > 0) lines.push(`    depends_on: [${serviceName(place === 0 ? index - 3 : index - 1)}]`);
  return lines.join('\n');
}

function serviceName(index: number): string {
  return `app-${index}`;
}

function networkName(index: number): string {
  return `net-${index}`;
}

interface EngineProject {
  readonly name: string;
  /** Of the services on the LAN. */
  readonly parent: string;
  /** The LAN's third number: 192.168.THIRD.0/24. */
  readonly third: number;
  readonly firstPort: number;
}

/** A project that an engine starts: by thirds on a bridge, in the host's namespace and on the LAN. */
export function engineFile(services: number, { name, parent, third, firstPort }: EngineProject): string {
  const netmodes = [
    (port: number) => ['x-netmode: bridge', `ports: ["${port}:80"]`],
    (port: number) => [`x-netmode: { mode: host, listen: [${port}] }`],
    () => ['x-netmode: { network: lan }'],
  ] as const;
  const netmode = `mode: macvlan, parent: ${parent}, scope: project, subnet: 192.168.${third}.0/24`;
  const range = `gateway: 192.168.${third}.1, ip_range: 192.168.${third}.128/25`;
  return [
    `name: ${name}`,
    'services:',
    ...Array.from({ length: services }, (_, index) => [
      `  app-${index}:`,
      `    image: ${testImage}`,
      '    command: [sleep, infinity]',
      // Nobody waits for what does not listen to SIGTERM.
      '    stop_signal: SIGKILL',
      ...netmodes[index % netmodes.length]!(firstPort + index).map((line) => `    ${line}`),
    ]).flat(),
    'networks:',
    `  lan: { x-netmode: { ${netmode}, ${range} } }`,
    '',
  ].join('\n');
}

const each = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index));

/** Files in which one thing grows, to see whether the cost grows with it or faster. */
export const growing = {
  /** Published ports of ten services. */
  ports: (count: number) => [
    'services:',
    ...each(10, (service) =>
      [
        `  app-${service}:`,
        '    image: acme/app:1.0',
        '    ports:',
        ...each(count / 10, (index) => `      - "${10_000 + service * (count / 10) + index}:80"`),
      ].join('\n'),
    ),
  ],
  /** Networks with subnets of their own, each with a service at a fixed address. */
  networks: (count: number) => [
    'services:',
    ...each(count, (index) =>
      [
        `  app-${index}:`,
        '    image: acme/app:1.0',
        `    networks: { net-${index}: { ipv4_address: 10.${index >> 8}.${index & 255}.5 } }`,
      ].join('\n'),
    ),
    'networks:',
    ...each(
      count,
      (index) => `  net-${index}: { ipam: { config: [{ subnet: 10.${index >> 8}.${index & 255}.0/24 }] } }`,
    ),
  ],
  /** Services that all publish one port: each clashes with the others. */
  conflicts: (count: number) => [
    'services:',
    ...each(count, (index) => `  app-${index}: { image: acme/app:1.0, ports: ["8080:80"] }`),
  ],
} as const satisfies Readonly<Record<string, (count: number) => readonly string[]>>;
