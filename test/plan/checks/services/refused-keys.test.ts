/** Sysctls that Docker refuses in the host's network namespace. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lanFacts, planTexts } from '../../../support/in-memory.ts';

/** What is reported under this rule, as severity, rule, the text it points at, message and help. */
function reported(services: string) {
  const text = `services:\n${services}`;
  return planTexts(text, { facts: lanFacts })
    .diagnostics.sorted()
    .filter(({ rule }) => rule === 'netmode/key-not-for-mode')
    .map(({ severity, rule, span, message, help }) => {
      const place = span && text.slice(span.start, span.end);
      return `${severity} ${rule} at ${place}: ${message}\n  ${help}`;
    });
}

const inHostMode = (sysctls: string) => `  a: { image: x, network_mode: host, sysctls: ${sysctls} }\n`;
const refused = (place: string, name: string, value = '…') =>
  `error netmode/key-not-for-mode at ${place}: "a": Docker refuses the sysctl "${name}" in host mode\n` +
  `  remove it, and set it on the host: sysctl -w ${name}=${value}`;

for (const [name, services, expected] of [
  [
    'a list',
    inHostMode('[net.ipv4.ip_forward=1, net/a]'),
    [refused('net.ipv4.ip_forward=1', 'net.ipv4.ip_forward', '1'), refused('net/a', 'net/a')],
  ],
  [
    'a mapping',
    inHostMode('{ net.ipv4.ip_forward: 1, net.a: }'),
    [refused('net.ipv4.ip_forward', 'net.ipv4.ip_forward', '1'), refused('net.a', 'net.a')],
  ],
  ['what is no sysctl is told of elsewhere', inHostMode('[[net.a], { net.b: 1 }]'), []],
  ['a value that is none', inHostMode('{ net.a: { b: c } }'), [refused('net.a', 'net.a')]],
  ['other namespaces', inHostMode('[kernel.net.x=1, network=2]'), []],
  ['its own network namespace', '  a: { image: x, sysctls: [net.a=1] }\n', []],
  [
    'a guest of one in host mode',
    '  a: { image: x, network_mode: host }\n  b: { image: x, network_mode: "service:a", sysctls: [net.a=1] }\n',
    [
      'error netmode/key-not-for-mode at net.a=1: "b": Docker refuses the sysctl "net.a" in the host\'s network ' +
        'namespace ("service:a")\n  remove it, and set it on the host: sysctl -w net.a=1',
    ],
  ],
] as const) {
  test(`sysctls: ${name}`, () => assert.equal(reported(services), expected));
}

test.run();
