/**
 * `render` changes what it must and no other byte. Networks that it adds at the end are left out of the expected texts.
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { lanFacts } from '../../support/in-memory.ts';
import { checkedRendering } from './rendering.ts';

interface Case {
  readonly name: string;
  readonly given: string;
  /** The rendered text before the top-level `networks` that netcompose adds at its end. */
  readonly rendered: string;
}

const lan = 'ipvlan-l2_eth0';

const cases: readonly Case[] = [
  {
    name: 'comments, quotes, spacing and blank lines stay',
    given:
      '# top\n\nservices:\n  # about web\n  web: # the web\n    image: nginx   # spaced\n\n    # mode\n' +
      '    x-netmode: ipvlan-l2 # short\n    # after\n\n    "ports":\n      - "80:80" # a\n\n' +
      `    restart:   'always'\n`,
    rendered:
      '# top\n\nservices:\n  # about web\n  web: # the web\n    image: nginx   # spaced\n\n    # mode\n' +
      `    networks:\n      - ${lan}\n    # after\n\n    restart:   'always'\n`,
  },
  {
    name: 'x-netmode first, with a comment inside it',
    given: 'services:\n  db:\n    x-netmode:\n      mode: bridge\n      # inside\n\n    image: x\n',
    rendered: 'services:\n  db:\n    image: x\n',
  },
  {
    name: 'top level first, in the middle, last',
    given: 'x-netmode: # defaults\n  default: host\n  # inside\n# after\n\nservices:\n  a: { image: x }\n',
    rendered: '# after\n\nservices:\n  a: { image: x, network_mode: host }\n',
  },
  {
    name: 'top level in the middle',
    given: 'services:\n  a:\n    image: x\n\nx-netmode:\n  parent: eth0\n\nvolumes:\n  b:\n',
    rendered: 'services:\n  a:\n    image: x\n\nvolumes:\n  b:\n',
  },
  {
    name: 'top level last, before a comment',
    given: 'services:\n  a:\n    image: x\n    x-netmode: host\n\nx-netmode:\n  parent: eth0\n# tail\n',
    rendered: 'services:\n  a:\n    image: x\n    network_mode: host\n\n# tail\n',
  },
  {
    name: 'no line break at the end',
    given: 'services:\n  a:\n    x-netmode: host\n    image: x\n    ports: ["80:80"]',
    rendered: 'services:\n  a:\n    network_mode: host\n    image: x',
  },
  {
    name: 'CRLF',
    given:
      'x-netmode:\r\n  parent: eth0\r\n\r\nservices:\r\n  web:\r\n    image: nginx # c\r\n' +
      '    x-netmode: ipvlan\r\n    ports:\r\n      - 80:80\r\n',
    rendered: `services:\r\n  web:\r\n    image: nginx # c\r\n    networks:\r\n      - ${lan}\r\n`,
  },
  {
    name: 'tabs after values',
    given: 'services:\n  web:\n    image: nginx\t# tab\there\n    x-netmode: host\t#\tx\n    ports:\t["80:80"]\n',
    rendered: 'services:\n  web:\n    image: nginx\t# tab\there\n    network_mode: host\n',
  },
  {
    name: 'byte order mark and document markers',
    given: '\uFEFF--- # one\nservices:\n  web:\n    image: nginx\n    x-netmode: host\n...\n',
    rendered: '\uFEFF--- # one\nservices:\n  web:\n    image: nginx\n    network_mode: host\n...\n',
  },
  {
    name: 'braces on one line',
    given:
      'services: { web: { image: nginx, x-netmode: ipvlan, ports: ["80:80"] }, b: { x-netmode: bridge, image: x } }\n',
    rendered: `services: { web: { image: nginx, networks: [${lan}] }, b: { image: x } }\n`,
  },
  {
    name: 'braces over lines, with comments',
    given:
      'services:\n  a: {\n    image: x, # img\n    # mode\n    x-netmode: host, # md\n    # ports\n' +
      '    ports: ["80:80"] # po\n  }\n  b: {\n    image: x, # img\n    x-netmode: bridge # md\n  }\n' +
      '  c: {\n    x-netmode: bridge, # md\n    image: x,\n  }\n',
    rendered:
      'services:\n  a: {\n    image: x, # img\n    # mode\n    network_mode: host # md\n    # ports\n  }\n' +
      '  b: {\n    image: x # img\n  }\n  c: {\n    image: x,\n  }\n',
  },
  {
    name: 'JSON stays JSON',
    given:
      '{\n  "services": {\n    "db": {\n      "image": "x",\n      "x-netmode": "host"\n    },\n' +
      '    "b": { "image": "x", "x-netmode": "none", "ports": [] }\n  }\n}\n',
    rendered:
      '{\n  "services": {\n    "db": {\n      "image": "x",\n      "network_mode": "host"\n    },\n' +
      '    "b": { "image": "x", "network_mode": "none", "ports": [] }\n  }\n}\n',
  },
  {
    name: 'explicit keys, quoted keys, anchored keys',
    given:
      'services:\n  ? "web"\n  : image: nginx\n    ? x-netmode\n    : mode: host\n    ? restart\n' +
      '    : always\n  b:\n    image: x\n    &k "x-netmode": host\n',
    rendered:
      'services:\n  ? "web"\n  : image: nginx\n    network_mode: host\n    ? restart\n    : always\n  b:\n' +
      '    image: x\n    network_mode: host\n',
  },
  {
    name: 'what all users of a fragment lose leaves the fragment, what all get goes into it',
    given:
      'x-a: &a\n  restart: always\n  ports: ["80:80"]\n  x-netmode: ipvlan\nservices:\n  one:\n    <<: *a\n' +
      '    image: x\n  two: { <<: *a, image: y }\n',
    rendered:
      `x-a: &a\n  restart: always\n  networks:\n    - ${lan}\nservices:\n  one:\n    <<: *a\n    image: x\n` +
      '  two: { <<: *a, image: y }\n',
  },
  {
    name: 'a user that must lose what another keeps gets its own copy',
    given:
      'x-a: &a\n  restart: always # why\n  environment: &env # vars\n    A: |\n      x\n        y\n\n' +
      '    B: 0644\n  expose: [80]\n  ports: ["8080:80"]\nservices:\n  one:\n    # merged\n    <<: *a\n' +
      '    image: x\n    x-netmode: none\n  two:\n    <<: *a\n    image: y\n',
    rendered:
      'x-a: &a\n  restart: always # why\n  environment: &env # vars\n    A: |\n      x\n        y\n\n' +
      '    B: 0644\n  expose: [80]\n  ports: ["8080:80"]\nservices:\n  one:\n    # merged\n' +
      '    restart: always\n    environment: # vars\n      A: |\n        x\n          y\n\n      B: 0644\n' +
      '    expose: [80]\n    image: x\n    network_mode: none\n  two:\n    <<: *a\n    image: y\n',
  },
  {
    name: 'an empty fragment goes, with what merged it',
    given:
      'x-a: &a\n  x-netmode: host\nservices:\n  a:\n    <<: *a\n    image: x\n  b:\n    <<: *a\n' +
      '    image: x\n    x-netmode: bridge\n',
    rendered: 'services:\n  a:\n    network_mode: host\n    image: x\n  b:\n    image: x\n',
  },
  {
    name: 'several merges, nested and in brackets',
    given:
      'x-a: &a\n  hostname: h\n  expose: ["80"]\nx-b: &b\n  <<: *a\n  restart: always\n' +
      'x-c: &c { x-netmode: host, labels: [a] }\nservices:\n  a: { image: x, <<: [*c, *b] }\n  b:\n' +
      '    <<: [*b, *c]\n    image: x\n    x-netmode: bridge\n',
    rendered:
      'x-a: &a\n  hostname: h\n  expose: ["80"]\nx-b: &b\n  <<: *a\n  restart: always\n' +
      'x-c: &c { labels: [a] }\nservices:\n  a: { image: x, <<: [*c, *b], network_mode: host }\n  b:\n' +
      '    <<: [*b, *c]\n    image: x\n',
  },
  {
    name: 'services that are aliases of, or merge, other services',
    given:
      'services:\n  a: &a\n    image: x\n    ports: ["8080:80"]\n    x-netmode: ipvlan\n  same: *a\n' +
      '  other:\n    <<: *a\n    x-netmode: bridge\n',
    rendered:
      `services:\n  a: &a\n    image: x\n    networks:\n      - ${lan}\n  same: *a\n  other:\n` +
      '    image: x\n    ports: ["8080:80"]\n',
  },
  {
    name: 'a service that is an alias of a fragment',
    given:
      'x-svc: &svc\n  image: x\n  x-netmode: host\nservices:\n  a: *svc\n  b:\n    <<: *svc\n    x-netmode: bridge\n',
    rendered: 'x-svc: &svc\n  image: x\nservices:\n  a:\n    image: x\n    network_mode: host\n  b:\n    <<: *svc\n',
  },
  {
    name: 'an anchor inside what goes moves to the first alias that stays',
    given:
      'services:\n  a:\n    image: x\n    ports: &p\n      - "80:80" # http\n      - "443:443"\n' +
      '    x-netmode: &m\n      mode: ipvlan\n      parent: &par eth0\n  b:\n    image: y\n    ports: *p\n' +
      '    labels:\n      parent: *par\n  c: { image: y, ports: *p, x-netmode: *m }\n  d:\n    image: z\n' +
      '    ports:\n      - "81:80"\n    hostname: *par\n',
    rendered:
      `services:\n  a:\n    image: x\n    networks:\n      - ${lan}\n  b:\n    image: y\n    ports: &p\n` +
      '      - "80:80" # http\n      - "443:443"\n    labels:\n      parent: &par eth0\n' +
      `  c: { image: y, networks: [${lan}] }\n  d:\n    image: z\n    ports:\n      - "81:80"\n` +
      '    hostname: *par\n',
  },
  {
    name: 'lists that are added to keep what they have; shared ones are written anew',
    given:
      'services:\n  a:\n    image: x\n    extra_hosts: # mine\n      - "foo:1.2.3.4" # foo\n' +
      '    depends_on: [h]\n  b:\n    image: x\n    extra_hosts: &h { foo: 1.2.3.4 }\n    depends_on: [h]\n' +
      '  c:\n    image: x\n    extra_hosts: *h\n  h:\n    image: x\n    x-netmode: host\n',
    rendered:
      'services:\n  a:\n    image: x\n    extra_hosts: # mine\n      - "foo:1.2.3.4" # foo\n' +
      '      - h:host-gateway\n    depends_on: [h]\n  b:\n    image: x\n' +
      '    extra_hosts: &h { foo: 1.2.3.4, h: host-gateway }\n    depends_on: [h]\n  c:\n    image: x\n' +
      '    extra_hosts: &h { foo: 1.2.3.4 }\n  h:\n    image: x\n    network_mode: host\n',
  },
  {
    name: 'labels and variables that happen to be called x-netmode are not the extension',
    given:
      'services:\n  web:\n    labels:\n      x-netmode: mine\n    image: x\n    x-netmode: bridge\n' +
      '    environment: { x-netmode: 1 }\n',
    rendered:
      'services:\n  web:\n    labels:\n      x-netmode: mine\n    image: x\n    environment: { x-netmode: 1 }\n',
  },
  {
    name: 'network_mode goes for a bridge',
    given:
      'services:\n  a:\n    image: x\n    network_mode: host # fast\n    x-netmode: bridge\n    ports:\n    - 80:80\n',
    rendered: 'services:\n  a:\n    image: x\n    ports:\n    - 80:80\n',
  },
  {
    name: 'extends within the file',
    given:
      'services:\n  base: # B\n    image: x:${TAG:-1}\n    x-netmode: host\n    oom_score_adj: 010\n' +
      '  child:\n    extends: { service: base }\n    labels: &l # lab\n      a: b # why\n  other:\n' +
      '    image: z   # as is\n    labels: *l\n',
    rendered:
      'services:\n  base: # B\n    image: x:${TAG:-1}\n    network_mode: host\n    oom_score_adj: 010\n' +
      '  child:\n    image: x:${TAG:-1}\n    network_mode: host\n    oom_score_adj: 010\n    labels:\n' +
      '      # lab\n      a: b # why\n  other:\n    image: z   # as is\n    labels: &l\n      a: b # why\n',
  },
];

for (const { name, given, rendered } of cases) {
  test(name, () => {
    const text = checkedRendering(given);
    assert.is(withoutAdded(text, given), rendered);
  });
}

/**
 * The text without the `networks` that netcompose adds, which stand after all else but a closing comment or bracket.
 */
function withoutAdded(text: string, given: string): string {
  if (/^ *"?networks"?:/m.test(given.replace(/^ {4,}.*$/gm, ''))) return text;
  return text.replace(/(?:\r?\n)*^networks:(?:\r?\n[ ].*)+/m, '');
}

// To Compose the text has no line break at its end then, and a line below would give it one.
test('nothing is added below a block of text that ends with the file, without a line break', () => {
  const block = '    command: |\n      one\n      two';
  const text = checkedRendering(`services:\n  web:\n    image: nginx\n    x-netmode: ipvlan-l2\n${block}`);
  assert.match(text, /^networks:\n[^]*\nservices:\n/);
  assert.ok(text.endsWith(`\n    networks:\n      - ${lan}\n${block}`), text);
  const loopback = `services:\n  web:\n    image: nginx\n    networks: [default]\n    x-netmode: bridge\n${block}`;
  assert.ok(checkedRendering(loopback).endsWith(block));
});

test('networks: what is declared keeps its comments, labels and variables', () => {
  const given =
    'services:\n  web:\n    image: nginx\n    networks: [back]\n' +
    '    x-netmode: { network: lan, ipv4_address: "${IP:-192.168.1.70}", aliases: ["a$$b"] }\nnetworks:\n' +
    '  back: {}\n  # the lan\n  lan: # home\n    name: mylan\n    x-netmode: # ext\n      mode: macvlan\n' +
    '      # inside\n      ip_range: ${RANGE}\n    labels: # lab\n      a: ${LABEL:-x}\n';
  const rendered =
    'services:\n  web:\n    image: nginx\n    networks:\n      back:\n      lan:\n' +
    '        ipv4_address: ${IP:-192.168.1.70}\n        mac_address: 62:19:12:32:13:0d\n' +
    '        aliases:\n          - a$$b\n' +
    '        gw_priority: 1\nnetworks:\n  back: {}\n  # the lan\n  lan: # home\n    name: mylan\n' +
    '    driver: macvlan\n    driver_opts:\n      parent: eth0\n    ipam:\n' +
    '      config:\n        - subnet: 192.168.1.0/24\n          gateway: 192.168.1.1\n' +
    '          ip_range: ${RANGE}\n    labels: # lab\n      a: ${LABEL:-x}\n';
  assert.is(checkedRendering(given, { facts: lanFacts, env: { RANGE: '192.168.1.192/27' } }), rendered);
});

test('networks: attachments are added to in their own form', () => {
  const given =
    'services:\n  a:\n    image: x\n    networks:\n      lan: &o # opts\n        aliases: [a]\n' +
    '      back: *o\n    x-netmode: { network: lan, ipv4_address: 192.168.1.7, aliases: [z] }\n' +
    '  b: { image: x, networks: { back: { aliases: [q] } }, x-netmode: { network: lan } }\n' +
    'networks: { back: , lan: { x-netmode: { mode: macvlan, ip_range: 192.168.1.192/27 } } }\n';
  const text = checkedRendering(given);
  assert.match(
    text,
    new RegExp(
      String.raw`lan: &o # opts\n {8}aliases: \[a, z\]\n {8}ipv4_address: 192\.168\.1\.7\n {8}gw_priority: 1\n` +
        String.raw` {6}back: &o # opts\n {8}aliases: \[a\]\n|back: &o\n {8}aliases: \[a\]\n`,
    ),
  );
  assert.match(text, /networks: \{ back: \{ aliases: \[q\] \}, lan: \{mac_address: [\da-f:]{17}, gw_priority: 1\} \}/);
});

test('networks: in brackets, behind a key without a value, whose colon no comma may follow at once', () => {
  const services = 'services:\n  a: { image: x, networks: { iot: }, x-netmode: ipvlan-l2 }\n';
  const rendered = checkedRendering(`${services}networks: { iot: }\n`, { facts: lanFacts });
  assert.match(rendered, /networks: \{ iot: , ipvlan-l2_eth0: \{gw_priority: 1\} \} \}\n/);
  assert.match(rendered, /\nnetworks: \{ iot: , ipvlan-l2_eth0: \{driver: ipvlan, /);
  const overLines = checkedRendering(`${services}networks: {\n  iot:\n}\n`, { facts: lanFacts });
  assert.match(overLines, /\nnetworks: \{\n {2}iot: ,\n {2}ipvlan-l2_eth0: /);
});

test('networks: aliases and merge keys', () => {
  const given =
    'x-net: &net\n  x-netmode: &nm { mode: macvlan, ip_range: 192.168.1.192/27 }\nx-nets: &nets\n' +
    '  lan: *net\n  b:\nservices:\n  web:\n    image: nginx\n    x-netmode: { network: lan }\nnetworks:\n' +
    '  <<: *nets\n  c:\n';
  assert.match(
    checkedRendering(given),
    /^x-net: &net\n {2}driver: macvlan\n[^]*\nnetworks:\n {2}<<: \*nets\n {2}c:\n$/,
  );
});

test('networks: --external refers to the shared one and leaves nothing that Compose would refuse', () => {
  const given =
    'services:\n  web:\n    image: nginx\n    x-netmode: { network: lan }\nnetworks:\n  lan: # c\n' +
    '    x-netmode: { mode: ipvlan, ip_range: 192.168.1.192/27 }\n    labels: { a: b }\n    x-mine: 1\n';
  assert.is(
    checkedRendering(given, { facts: lanFacts }, true),
    'services:\n  web:\n    image: nginx\n    networks:\n      - lan\nnetworks:\n  lan: # c\n' +
      '    name: netcompose-eth0\n    external: true\n    x-mine: 1\n',
  );
});

test('ports for this host alone are written into the entries that are there', () => {
  const given =
    'services:\n  a:\n    image: x\n    ports: # web\n      - "${P:-8080}:80" # main\n' +
    '      - target: 443\n        published: "8443" # tls\n      - 9000-9001:9000-9001/udp\n' +
    '      - "127.0.0.1:99:99"\n      - 7000\n' +
    '    x-netmode: { mode: macvlan, host_access: loopback, ip_range: 192.168.1.192/27 }\n';
  const ports =
    '    ports: # web\n      - "127.0.0.1:${P:-8080}:80" # main\n      - target: 443\n' +
    '        published: "8443" # tls\n        host_ip: 127.0.0.1\n' +
    '      - 127.0.0.1:9000-9001:9000-9001/udp\n      - "127.0.0.1:99:99"\n      - 127.0.0.1::7000\n';
  assert.ok(checkedRendering(given).includes(ports));
});

test('several documents and several files become one', () => {
  const documents =
    'services:\n  web:\n    image: nginx # img\n    x-netmode: ipvlan\n---\nservices:\n  web:\n' +
    '    environment: { A: , B: 0644, C: 1_000, D: yes, E: "no", F: 1.50 }\n';
  assert.match(
    checkedRendering(documents),
    /image: nginx # img\n[^]*environment: \{A: null, B: 0644, C: 1_000, D: "yes", E: "no", F: 1\.50\}\n/,
  );
  const files = {
    'compose.yaml': '# top\n\nservices:\n  a: # A\n    # key\n    image: "x"\n    ports: ["80:80"]\n',
    'compose.override.yaml': 'services:\n  a:\n    x-netmode: host\n    ports: !reset []\n',
  };
  assert.is(
    checkedRendering(files),
    '# top\n\nservices:\n  a:\n    # A\n    # key\n    image: "x"\n    network_mode: host\n',
  );
});

test('text that moves into brackets is quoted where Compose would read an indicator in it', () => {
  const files = {
    'compose.yaml': 'services: {a: {extends: {file: b.yaml, service: a}}}\n',
    'b.yaml':
      'services:\n  a:\n    image: x\n    environment:\n      URL: p://h/d?s\n      V6: ::1\n      K: k?\n' +
      '    command:\n      - ls ?\n',
  };
  assert.is(
    checkedRendering(files),
    'services: {a: {image: x, environment: {URL: "p://h/d?s", V6: "::1", K: "k?"}, command: ["ls ?"]}}\n',
  );
  const merged =
    'x-a: &a\n  labels:\n    u: p://h/d?s\n    v: ::1\n  ports: ["80:80"]\n' +
    'services:\n  a: { <<: *a, image: x, x-netmode: none }\n  b: { <<: *a, image: x }\n';
  const service = 'a: { labels: { u: "p://h/d?s", v: "::1" }, image: x, network_mode: none }';
  assert.ok(checkedRendering(merged).includes(service));
});

test('what is included and extended from other folders keeps its paths and its own variables', () => {
  const texts = {
    'compose.yaml':
      'include:\n  - path: sub/compose.yaml\n    env_file: sub/own.env\nservices:\n  main:\n' +
      '    image: main\n    extends: { file: ext/base.yaml, service: base }\n    x-netmode: host\n',
    'sub/own.env': "TAG=1.2\nFOO='own$dollar'\n",
    'sub/compose.yaml':
      'services:\n  inc: # inc\n    image: "img:${TAG}-${OTHER:-x}"\n    build: .\n    env_file: a.env\n' +
      '    environment:\n      - FOO\n    volumes:\n      - ./data:/data # data\n      - named:/n\n' +
      '    x-netmode: none\nvolumes:\n  named:\n',
    'sub/a.env': '',
    'ext/base.yaml': 'services:\n  base:\n    volumes: ["./e:/e", "${DIR:-.}/f:/f"]\n',
  };
  const rendered =
    'services:\n  main:\n    volumes: ["./ext/e:/e", "./ext/${DIR:-.}/f:/f"]\n    image: main\n' +
    '    network_mode: host\n  inc:\n    # inc\n    image: "img:1.2-${OTHER:-x}"\n    build: ./sub\n' +
    '    env_file: ./sub/a.env\n    environment:\n      - FOO=own$$dollar\n    volumes:\n' +
    '      - ./sub/data:/data # data\n      - named:/n\n    network_mode: none\nvolumes:\n  named:\n';
  assert.is(checkedRendering(texts), rendered);
});

test.run();
