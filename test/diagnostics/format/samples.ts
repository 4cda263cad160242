/** Diagnostics for the formatters' tests. */
import type { Diagnostic } from '../../../src/diagnostics/diagnostic.ts';
import { SourceFile, type Span } from '../../../src/diagnostics/source.ts';

export const cwd = '/home/me/stack';

export function sourceOf(text: string, path = `${cwd}/compose.yaml`): SourceFile {
  return new SourceFile(path, text);
}

/** The first place that says `needle`. */
export function spanOf(source: SourceFile, needle: string): Span {
  const start = source.text.indexOf(needle);
  if (start < 0) throw new Error(`"${needle}" is not in "${source.path}"`);
  return { source, start, end: start + needle.length };
}

export function diagnosticAt(span: Span | undefined, rest: Partial<Diagnostic> = {}): Diagnostic {
  const message = '"web": there is no netmode "ipvln"';
  return { rule: 'netmode/unknown-mode', severity: 'error', message, related: [], ...(span && { span }), ...rest };
}

const compose = sourceOf(`services:
  api:
    ports: ["8080:80"]
  web:
    x-netmode: ipvln
    ports: ["8080:8080"]
`);

/** One of each: with help, with a related place, without a place. */
export const samples: readonly Diagnostic[] = [
  diagnosticAt(undefined, {
    rule: 'engine/unreachable',
    message: 'the Docker engine at "unix:///var/run/docker.sock" does not answer',
    help: 'start it: sudo systemctl start docker',
  }),
  diagnosticAt(spanOf(compose, 'ipvln'), { help: 'did you mean "ipvlan"?' }),
  diagnosticAt(spanOf(compose, '"8080:8080"'), {
    rule: 'ports/published-twice',
    severity: 'warning',
    message: '"web" publishes port 8080/tcp of the host, as "api" does',
    related: [{ message: '"api" publishes it here', span: spanOf(compose, '"8080:80"') }],
  }),
  diagnosticAt(spanOf(compose, '"8080:80"'), {
    rule: 'service/ports-ignored',
    severity: 'info',
    message: '"api": host publishes no ports',
  }),
];
