import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parsePortRange, parseShortPort } from '../../../src/compose/project/port-syntax.ts';

const good: Readonly<Record<string, readonly string[]>> = {
  '80': [':80/tcp'],
  '80/udp': [':80/udp'],
  '80/': [':80/tcp'],
  '0080': [':80/tcp'],
  '80/SCTP': [':80/sctp'],
  '8080:80': ['8080:80/tcp'],
  ':80': [':80/tcp'],
  '8080-8082:80': ['8080-8082:80/tcp'],
  '8080-8081:80-81/udp': ['8080:80/udp', '8081:81/udp'],
  '80-81': [':80/tcp', ':81/tcp'],
  '127.0.0.1:8080:80': ['127.0.0.1 8080:80/tcp'],
  '127.0.0.1::80': ['127.0.0.1 :80/tcp'],
  '[::1]:8080:80': ['::1 8080:80/tcp'],
  '[fe80::1]::80': ['fe80::1 :80/tcp'],
  '::80': [':80/tcp'],
};

for (const [text, expected] of Object.entries(good)) {
  test(`reads ${text}`, () => {
    const parsed = parseShortPort(text);
    assert.ok('ports' in parsed);
    const shown = parsed.ports.map(({ hostIp, published, target, protocol }) => {
      const host = published
        ? published.first === published.last
          ? published.first
          : `${published.first}-${published.last}`
        : '';
      return `${hostIp === undefined ? '' : `${hostIp} `}${host}:${target}/${protocol}`;
    });
    assert.equal(shown, expected);
  });
}

const bad: Readonly<Record<string, string>> = {
  '': 'there is no container port',
  '8080:': 'there is no container port',
  '/tcp': 'there is no container port',
  '80/icmp': '"icmp" is not a protocol',
  '80/foo/tcp': '"foo" is not a protocol',
  '8080:0': 'there is no container port 0',
  '0-3': 'there is no container port 0',
  '0/udp': 'there is no container port 0',
  'a:80': '"a" is not a port or a range of ports',
  '80:a': '"a" is not a port or a range of ports',
  '65536:80': '"65536" is not a port or a range of ports',
  '81-80': '"81-80" is not a port or a range of ports',
  '1-2:1-3': 'the ranges of published and container ports differ in length',
  'localhost:80:80': '"localhost" is not an IP address',
  '010.0.0.1:80:80': '"010.0.0.1" is not an IP address',
  '::1:80:80': '"::1" lacks brackets',
  '[fe80::1%eth0]:80:80': '"[fe80::1%eth0]" is not an IP address',
};

for (const [text, message] of Object.entries(bad)) {
  test(`refuses "${text}"`, () => {
    const parsed = parseShortPort(text);
    assert.ok('message' in parsed);
    assert.is(parsed.message, message);
  });
}

test('a range has both ends within the ports', () => {
  assert.equal(parsePortRange('0-65535'), { first: 0, last: 65535 });
  for (const text of ['', '-1', '1-', '1-2-3', '1.5', ' 1']) assert.is(parsePortRange(text), undefined, text);
});

test.run();
