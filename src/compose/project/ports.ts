/** `services.*.ports` and `expose`, short and long syntax, as typed ports. */
import { isIP } from 'node:net';
import type { Report } from '../../diagnostics/diagnostic.ts';
import { at, entriesOf, type Mapping, type Scalar, type Tree } from '../tree.ts';
import { stringIn } from './fields.ts';
import { rangeText } from './port-runs.ts';
import { longPortKey, parsePortRange, parseShortPort, protocols, shortPortKey } from './port-syntax.ts';
import type { ExposedPort, Port } from './project.ts';

/**
 * Reports `compose/invalid-model` for what cannot be read. A port given twice counts once; the last one counts, as in
 * Compose.
 */
export function readPorts(tree: Tree | undefined, service: string, report: Report): readonly Port[] {
  if (tree?.kind !== 'sequence') return [];
  const ports = new Map<string, Port>();
  for (const item of tree.items) {
    for (const port of item.kind === 'mapping' ? longPort(item, service, report) : shortPorts(item, service, report))
      ports.set(item.kind === 'mapping' ? longPortKey(item) : shortPortKey(port), port);
  }
  for (const { published, span } of ports.values())
    if (published?.first === 0 && published.last > 0)
      report('compose/invalid-model', span, `"${service}": Docker publishes no range that begins with port 0`, {
        severity: 'warning',
        help: 'begin with 1, or leave the published port out: Docker then chooses any that is free',
      });
  return withoutRepeats([...ports.values()]);
}

/** What Compose tells apart may still be the same port. */
function withoutRepeats(ports: readonly Port[]): readonly Port[] {
  if (ports.length < 2) return ports;
  const seen = new Map(
    ports.map((port) => [
      `${port.hostIp} ${rangeText(port.published)} ${port.target} ${port.protocol} ${port.mode}`,
      port,
    ]),
  );
  return [...seen.values()];
}

function shortPorts(tree: Tree, service: string, report: Report): readonly Port[] {
  if (tree.kind !== 'scalar' || (typeof tree.value !== 'string' && typeof tree.value !== 'number')) return [];
  const text = String(tree.value);
  const parsed = parseShortPort(text);
  if ('message' in parsed) {
    report('compose/invalid-model', tree.span, `"${service}": port "${text}" cannot be read: ${parsed.message}`, {
      help: parsed.help,
    });
    return [];
  }
  return parsed.ports.map((port) => ({ ...port, mode: 'ingress', span: tree.span, tree }));
}

function longPort(tree: Mapping, service: string, report: Report): readonly Port[] {
  const target = at(tree, 'target');
  if (!target) {
    report('compose/invalid-model', tree.span, `"${service}": a port lacks "target"`, {
      help: 'add "target: <container port>"',
    });
    return [];
  }
  const number = target.kind === 'scalar' && typeof target.value === 'number' ? target.value : undefined;
  if (number === undefined) return [];
  // Compose lets it pass, and Docker publishes a port that leads nowhere; the short syntax has none, to Compose too.
  if (number === 0)
    report('compose/invalid-model', target.span, `"${service}": there is no container port 0`, {
      severity: 'warning',
      help: 'container ports are 1 to 65535',
    });
  // Docker, not Compose, refuses these: say so, but do not refuse the file.
  if (number > 65535)
    report('compose/invalid-model', target.span, `"${service}": ${number} is not a port`, { severity: 'warning' });
  if (number < 0) report('compose/invalid-model', target.span, `"${service}": ${number} is not a port`);
  const hostIp = stringIn(at(tree, 'host_ip'));
  if (hostIp && (isIP(hostIp.value) === 0 || hostIp.value.includes('%'))) {
    report('compose/invalid-model', hostIp.span, `"${service}": "${hostIp.value}" is not an IP address`);
  }
  const published = at(tree, 'published');
  if (published?.kind === 'scalar' && isWrittenFraction(published))
    report('compose/invalid-model', published.span, `"${service}": a fraction is no port to publish`, {
      help: 'write a whole number, or a range in quotes',
    });
  const range = published?.kind === 'scalar' ? parsePortRange(String(published.value)) : undefined;
  if (published?.kind === 'scalar' && !range && published.value !== '') {
    report(
      'compose/invalid-model',
      published.span,
      `"${service}": "${String(published.value)}" is not a port or a range of ports`,
      { severity: 'warning' },
    );
  }
  return [
    {
      ...(hostIp && { hostIp: hostIp.value }),
      ...(range && { published: range }),
      // `-0` is another zero only to JavaScript.
      target: Math.abs(number),
      protocol: stringIn(at(tree, 'protocol'))?.value.toLowerCase() || 'tcp',
      mode: stringIn(at(tree, 'mode'))?.value || 'ingress',
      span: tree.span,
      tree,
    },
  ];
}

/** Compose takes whole numbers and any text in `expose`; what Docker could not read is a warning. */
export function readExpose(tree: Tree | undefined, service: string, report: Report): readonly ExposedPort[] {
  if (tree?.kind !== 'sequence') return [];
  const exposed: ExposedPort[] = [];
  const seen = new Set<string>();
  for (const item of tree.items) {
    if (
      item.kind !== 'scalar' ||
      item.value === null ||
      typeof item.value === 'boolean' ||
      seen.has(String(item.value))
    )
      continue;
    seen.add(String(item.value));
    const [port = '', protocol = 'tcp'] = String(item.value).toLowerCase().split('/');
    const ports = parsePortRange(port);
    if (ports && protocols.includes(protocol as 'tcp') && !isWrittenFraction(item))
      exposed.push({ ports, protocol, span: item.span });
    else
      report('compose/invalid-model', item.span, `"${service}": "${String(item.value)}" is not a port to expose`, {
        severity: isWrittenFraction(item) ? 'error' : 'warning',
      });
  }
  return exposed;
}

/** A fraction to Compose, though its value may be whole: `80.0`, `1e2`. */
const isWrittenFraction = ({ value, span: { source, start, end } }: Scalar): boolean =>
  typeof value === 'number' && /^[^xX"']*[.eE]/.test(source.text.slice(start, end));

/** What Compose reads of each file by itself, though a later one may take it away or say it anew. */
export function checkPorts(model: Mapping, report: Report): void {
  for (const { key: name, value: service } of entriesOf(at(model, 'services'))) {
    const ports = at(service, 'ports');
    if (ports?.kind === 'sequence') for (const item of ports.items) shortPorts(item, name, report);
    readExpose(at(service, 'expose'), name, report);
  }
}
