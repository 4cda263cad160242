/** What is told of files that are wrong: all of it, at its place, in words for people. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { LoadOptions } from '../../src/compose/input.ts';
import { loadTexts, type Texts, told } from './memory.ts';

const service = (rest: string) =>
  `services: { web: { image: x, ${rest} }, db: { image: x }, off: { image: x, profiles: [p] } }\nnetworks: { lan: }\n`;

/** Text, then every line told. */
const single: readonly (readonly [string, ...string[]])[] = [
  ['', 'error compose/invalid-model compose.yaml:1 <> the file is empty | add "services:"'],
  ['version: "3"\n', 'error compose/invalid-model compose.yaml:1 <> the file is empty | add "services:"'],
  ['- a\n', 'error compose/invalid-model compose.yaml:1 <- a> the file must be a mapping, not a list'],
  ['services:\n\tweb: {}\n', 'error compose/invalid-yaml compose.yaml:2 <\t> a tab cannot indent | indent with spaces'],
  [
    'services: { a: { image: x }, a: { image: y } }\n',
    'error compose/invalid-yaml compose.yaml:1 <a> "a" is given twice',
  ],
  [
    'services: *nowhere\n',
    'error compose/invalid-yaml compose.yaml:1 <*nowhere> there is no anchor "nowhere" before this',
  ],
  [
    'services: { a: { image: x, environment: { U: p://h/d?s } } }\n',
    'error compose/invalid-yaml compose.yaml:1 <p://h/d?s> text within brackets cannot have "?" without quotes ' +
      '| write "p://h/d?s"',
  ],
  [
    'services: { a: { image: x, dns: [::1] } }\n',
    'error compose/invalid-yaml compose.yaml:1 <::1> text within brackets cannot have ":" at its start ' +
      'without quotes | write "::1"',
  ],
  ['services: &a\n  x: *a\n', 'error compose/invalid-yaml compose.yaml:2 <*a> "a" contains itself'],
  [
    'services: { a: { <<: 5, image: x } }\n',
    'error compose/invalid-yaml compose.yaml:1 <<<> "<<" takes a mapping or a list of mappings',
  ],
  [
    'services: { 1: { image: x } }\n',
    'error compose/invalid-model compose.yaml:1 <1> the number 1 is not a key: keys are strings | write "1":',
  ],
  [
    'service: {}\n',
    'error compose/invalid-model compose.yaml:1 <service> "service" is not a known key at the top level ' +
      '| did you mean "services"?',
  ],
  [
    service('netwroks: [lan]'),
    'error compose/invalid-model compose.yaml:1 <netwroks> "netwroks" is not a known key in ' +
      '"services.web" | did you mean "networks"?',
  ],
  [
    'services: { a: { image: 5 } }\n',
    'error compose/invalid-model compose.yaml:1 <5> "services.a.image" must be a string, not a number | ' +
      'write "5" in quotes',
  ],
  ['services:\n  a:\n', 'error compose/invalid-model compose.yaml:2 <a> "services.a" must be a mapping, not nothing'],
  [
    'services: { "a b": { image: x } }\n',
    'error compose/invalid-model compose.yaml:1 <"a b"> "a b" is not a valid name in "services" | use ' +
      'letters, digits, ".", "_" and "-"',
  ],
  [
    service('ports: "80:80"'),
    'error compose/invalid-model compose.yaml:1 <"80:80"> "services.web.ports" must be a list, not a string',
  ],
  [
    service('ports: ["80:80/icmp"]'),
    'error compose/invalid-model compose.yaml:1 <"80:80/icmp"> "web": port "80:80/icmp" cannot be read: ' +
      '"icmp" is not a protocol | write tcp, udp, sctp',
  ],
  [
    service('ports: ["::1:80:80"]'),
    'error compose/invalid-model compose.yaml:1 <"::1:80:80"> "web": port "::1:80:80" cannot be read: ' +
      '"::1" lacks brackets | write [::1]',
  ],
  [
    service('ports: [{ published: 80 }]'),
    'error compose/invalid-model compose.yaml:1 <{ published: 80 }> "web": a port lacks "target" | add ' +
      '"target: <container port>"',
  ],
  [
    service('ports: [{ target: 80, host_ip: lo }]'),
    'error compose/invalid-model compose.yaml:1 <lo> "web": "lo" is not an IP address',
  ],
  [
    service('ports: [{ target: 80, published: http }]'),
    'warning compose/invalid-model compose.yaml:1 <http> "web": "http" is not a port or a range of ports',
  ],
  [
    service('ports: [{ target: 80, published: 1.0 }]'),
    'error compose/invalid-model compose.yaml:1 <1.0> "web": a fraction is no port to publish | write a whole ' +
      'number, or a range in quotes',
  ],
  ...['0', '-0', '0x0', '0.0', '"0"'].map((zero): readonly [string, string] => [
    service(`ports: [{ target: ${zero}, published: 8080 }]`),
    `warning compose/invalid-model compose.yaml:1 <${zero}> "web": there is no container port 0 | ` +
      'container ports are 1 to 65535',
  ]),
  ...['"0-5:80"', '{ target: 80, published: 0-5 }'].map((port): readonly [string, string] => [
    service(`ports: [${port}]`),
    `warning compose/invalid-model compose.yaml:1 <${port}> "web": Docker publishes no range that begins with port ` +
      '0 | begin with 1, or leave the published port out: Docker then chooses any that is free',
  ]),
  [service('ports: ["0-0:80", "0-1:80-81", "0:82", "00:83"]')],
  [
    service('expose: [http]'),
    'warning compose/invalid-model compose.yaml:1 <http> "web": "http" is not a port to expose',
  ],
  [
    service('networks: [lna]'),
    'error compose/invalid-model compose.yaml:1 <lna> "web" is on the network "lna", which is not ' +
      'declared | did you mean "lan"?',
  ],
  [
    service('networks: [elsewhere]'),
    'error compose/invalid-model compose.yaml:1 <elsewhere> "web" is on the network "elsewhere", which ' +
      'is not declared | add "elsewhere:" under the top-level "networks"',
  ],
  [
    service('networks: [lan, lan]'),
    'error compose/invalid-model compose.yaml:1 <lan> "services.web.networks" has "lan" twice',
  ],
  [
    service('network_mode: host, networks: [lan]'),
    'error compose/invalid-model compose.yaml:1 <host> "web" has both "network_mode" and "networks" | ' +
      'remove one of them',
  ],
  [
    service('network_mode: "service:bd"'),
    'error compose/invalid-model compose.yaml:1 <"service:bd"> "web" has the network_mode of "bd", which ' +
      'is not a service | did you mean "db"?',
  ],
  [
    service('depends_on: [bd]'),
    'error compose/invalid-model compose.yaml:1 <bd> "web" depends on "bd", which is not a service | did ' +
      'you mean "db"?',
  ],
  [
    service('depends_on: [off]'),
    'error compose/invalid-model compose.yaml:1 <off> "web" depends on "off", which no active profile ' +
      'starts | activate one of its profiles: --profile p',
  ],
  [service('depends_on: { off: { condition: service_started, required: false } }')],
  [
    service('links: ["nobody:n"]'),
    'error compose/invalid-model compose.yaml:1 <"nobody:n"> "web" links to "nobody", which is not a service',
  ],
  [
    'services: { a: { image: x, depends_on: [b] }, b: { image: x, links: [a] } }\n',
    'error compose/invalid-model compose.yaml:1 <a> services depend on each other in a circle: "a", "b", "a"',
  ],
  [
    'services: { a: { ports: ["80"] } }\n',
    'error compose/invalid-model compose.yaml:1 <a> "a" has neither an image nor a build | add "image: <name>"',
  ],
  [
    service('scale: 2, deploy: { replicas: 3 }'),
    'error compose/invalid-model compose.yaml:1 <2> "web" has scale 2 and 3 replicas | remove "scale"',
  ],
  [
    service('scale: 2, container_name: one'),
    'error compose/invalid-model compose.yaml:1 <one> "web" has 2 replicas, which cannot share one ' +
      '"container_name" | remove "container_name"',
  ],
  [service('scale: many'), 'error compose/invalid-model compose.yaml:1 <many> "many" is not a whole number'],
  [
    service('extra_hosts: [h]'),
    'error compose/invalid-model compose.yaml:1 <h> "web": extra host "h" has no address | "h=<address>"',
  ],
  [
    service('hostname: "${H}"'),
    'warning compose/unset-variable compose.yaml:1 <"${H}"> "H" is not set and becomes an empty string | ' +
      'set H, or write a default: ${H:-}',
  ],
  [
    service('hostname: "${H:?name it}"'),
    'error compose/unset-variable compose.yaml:1 <"${H:?name it}"> "H" must be set: name it | set H in ' +
      'the environment or in .env',
  ],
  [
    service('hostname: "${H"'),
    'error compose/invalid-model compose.yaml:1 <"${H"> "${H" is not a valid template | write ${NAME} or ' +
      '${NAME:-default}; a literal $ is written $$',
  ],
  [
    'services: { a: { extends: b }, bb: { image: x } }\n',
    'error compose/invalid-model compose.yaml:1 <b> "a" extends "b", which "compose.yaml" does not have ' +
      '| did you mean "bb"?',
  ],
  [
    'services: { a: { extends: b }, b: { extends: a } }\n',
    'error compose/invalid-model compose.yaml:1 <b> services extend each other in a circle: "a" extends ' +
      '"b" extends "a"',
  ],
  [
    'services: { a: { extends: { file: no.yaml, service: b } } }\n',
    'error compose/missing-file compose.yaml:1 <no.yaml> "/p/no.yaml" does not exist',
  ],
  [
    'services: { a: { extends: { file: "https://x.y/z.git", service: b } } }\n',
    'error compose/remote-include compose.yaml:1 <"https://x.y/z.git"> "https://x.y/z.git" is not on this machine',
  ],
  [
    'include: [no.yaml]\nservices: { a: { image: x } }\n',
    'error compose/missing-file compose.yaml:1 <no.yaml> "/p/no.yaml" does not exist',
  ],
  [
    'include: ["oci://docker.io/x/y", "git@github.com:x/y.git"]\nservices: { a: { image: x } }\n',
    'error compose/remote-include compose.yaml:1 <"oci://docker.io/x/y"> "oci://docker.io/x/y" is not on this machine',
    'error compose/remote-include compose.yaml:1 <"git@github.com:x/y.git"> "git@github.com:x/y.git" is ' +
      'not on this machine',
  ],
  [
    'include: [compose.yaml]\nservices: { a: { image: x } }\n',
    'error compose/invalid-model compose.yaml:1 <compose.yaml> files include each other in a circle: ' +
      'compose.yaml, compose.yaml',
  ],
  [
    'include: other.yaml\nservices: { a: { image: x } }\n',
    'error compose/invalid-model compose.yaml:1 <other.yaml> "include" must be a list, not a string',
  ],
  [
    'services: { a: { image: x } }\nnetworks: { n: { external: { name: a }, name: b } }\n',
    'error compose/invalid-model compose.yaml:2 <a> "networks.n" has two names, "b" and "a" | write only ' +
      '"name", and "external: true"',
  ],
];

for (const [text, ...lines] of single) {
  test(text.split('\n', 1)[0] || 'an empty file', () => assert.equal(loadTexts(text).diagnostics.map(told), lines));
}

const several: readonly (readonly [string, Texts, Partial<LoadOptions>, ...string[]])[] = [
  [
    'no file at all',
    { 'x/y': '' },
    { cwd: '/p/x' },
    'error compose/missing-file there is no Compose file in "/p/x" or above it | write compose.yaml, or ' +
      'name a file with -f',
  ],
  ['a missing -f', {}, { files: ['no.yaml'] }, 'error compose/missing-file "/p/no.yaml" does not exist'],
  ['a folder as -f', { 'd/x': '' }, { files: ['d'] }, 'error compose/missing-file "/p/d" is a directory'],
  ['a remote -f', {}, { files: ['oci://x/y'] }, 'error compose/remote-include "oci://x/y" is not on this machine'],
  [
    'a missing --env-file',
    { 'compose.yaml': service('') },
    { envFiles: ['no.env'] },
    'error compose/missing-file "/p/no.env" does not exist',
  ],
  [
    'a bad line in .env',
    { 'compose.yaml': service(''), '.env': 'A=b\nB!\n' },
    {},
    'error compose/invalid-model .env:2 <!> "!" is not allowed in the name of a variable',
  ],
  [
    'a bad -p',
    { 'compose.yaml': service('') },
    { projectName: 'My App' },
    'error compose/invalid-model "My App" is not a project name | did you mean "myapp"?',
  ],
  [
    'every broken file',
    { 'a.yaml': 'a: [', 'b.yaml': 'b: {' },
    { files: ['a.yaml', 'b.yaml'] },
    'error compose/invalid-yaml a.yaml:1 <> "[" has no "]" | close the list, and indent its lines more than its key',
    'error compose/invalid-yaml b.yaml:1 <> "{" has no "}" | close the mapping, and indent its lines more than its key',
  ],
  [
    'the same name in what is included',
    {
      'compose.yaml': 'include: [b.yaml]\nservices: { a: { image: x } }\n',
      'b.yaml': 'services: { a: { image: y } }\n',
    },
    {},
    'error compose/invalid-model compose.yaml:2 <a> "services.a" is also in a file that is included | ' +
      'rename one of them, or change the included one in an override listed beside it under "path"',
  ],
];

for (const [title, texts, options, ...lines] of several) {
  test(title, () => assert.equal(loadTexts(texts, options).diagnostics.map(told), lines));
}

test('everything is told at once, in the order of the text', () => {
  const { project, diagnostics } = loadTexts(`
services:
  a:
    image: 5
    ports: ["x"]
    networks: [no]
    unknown: 1
  b:
    image: x
    depends_on: [c]
networks:
  n: { subnet: 10.0.0.0/8 }
`);
  assert.equal(
    diagnostics.map(({ message }) => message),
    [
      '"services.a.image" must be a string, not a number',
      '"a": port "x" cannot be read: "x" is not a port or a range of ports',
      '"a" is on the network "no", which is not declared',
      '"unknown" is not a known key in "services.a"',
      '"b" depends on "c", which is not a service',
      '"subnet" is not a known key in "networks.n"',
    ],
  );
  assert.ok(project, 'there is still a project to speak of');
});

test('aliases that multiply are stopped', () => {
  const levels = Array.from(
    { length: 12 },
    (_, i) => `x-${i + 1}: &a${i + 1} [${Array(10).fill(`*a${i}`).join(', ')}]`,
  );
  const { project, diagnostics } = loadTexts(['x-0: &a0 [1]', ...levels, 'services: {}'].join('\n'));
  assert.is(project, undefined);
  assert.equal(
    diagnostics.map(({ message }) => message),
    ['the aliases repeat too much'],
  );
});

test.run();
