/**
 * What a help says to write, written into the rule page's example, or done on its host, makes the diagnostic go and
 * brings no other. Each rule is in one of the tables, or its help has one of the forms: a new one must choose.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isMap, isScalar, parseDocument, visit, type YAMLMap } from 'yaml';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import { type RuleName, rules } from '../../src/diagnostics/rules.ts';
import type { Facts } from '../../src/plan/facts/facts.ts';
import { fencesOf, readPage } from './page.ts';
import { checkSnippet } from './project.ts';
import { factsFor, hashes, presentFor, usual } from './situations.ts';

const folder = fileURLToPath(new URL('../../docs/rules/', import.meta.url));

/** How to follow a help, by its form; the text is the file's. */
type Apply = (text: string, help: RegExpExecArray, diagnostic: Diagnostic) => string;

const atSpan: Apply = (text, [, word = ''], { span }) => text.slice(0, span!.start) + word + text.slice(span!.end);

const inSpan =
  (change: (written: string, help: RegExpExecArray) => string): Apply =>
  (text, help, { span }) =>
    text.slice(0, span!.start) + change(text.slice(span!.start, span!.end), help) + text.slice(span!.end);

/** Adds a key to the `x-netmode` around the diagnostic, in its long form. */
const withKey: Apply = (text, [, key = '', value = ''], { span }) => {
  const document = parseDocument(text);
  let found: YAMLMap | undefined;
  visit(document, {
    Map: (_, node) => {
      // the service or the network around the place
      const isAround = node.range && node.range[0] <= span!.start && span!.end <= node.range[2];
      if (!isAround || !node.has('x-netmode')) return;
      const netmode = node.get('x-netmode');
      if (!isMap(netmode)) node.set('x-netmode', document.createNode({ mode: netmode }));
      found = node.get('x-netmode') as YAMLMap;
    },
  });
  assert.ok(found, `no x-netmode around ${key}`);
  found.set(key, parseDocument(value).contents);
  return document.toString();
};

/** Takes out the key at which the diagnostic is. */
const withoutKey: Apply = (text, _, { span }) => {
  const document = parseDocument(text);
  visit(document, {
    Pair: (_key, { key, value }) => {
      const inside = [key, value].some(
        (node) => (isScalar(node) || isMap(node)) && node.range![0] === span!.start && node.range![1] === span!.end,
      );
      return inside ? visit.REMOVE : undefined;
    },
  });
  return document.toString();
};

const withNetworks: Apply = (text, [, names = '', network = '']) => {
  const document = parseDocument(text);
  for (const [, name] of names.matchAll(/"([^"]+)"/g))
    document.setIn(['services', name, 'networks'], document.createNode([network]));
  return document.toString();
};

const withPorts: Apply = (text, [, name, entry]) => {
  const document = parseDocument(text);
  document.setIn(['services', name, 'ports'], document.createNode([entry]));
  return document.toString();
};

const withoutPorts = (text: string) => text.replace(/^ *ports: .*\n/m, '');

/** The first that fits counts. */
const forms: readonly (readonly [form: RegExp, apply: Apply])[] = [
  [/^did you mean "?([^"]+?)"?\?$/, atSpan],
  [/, such as ([\d.]+(?:\/\d+)?|[\da-f:]+:[\da-f:]+)$/, atSpan],
  [/^publish it on one address: "(\S+):…"/, inSpan((written, [, place = '']) => written.replace(/\d+(?=:)/, place))],
  [/^publish another port, such as (\d+)/, inSpan((written, [, port = '']) => written.replace(/\d+(?=:)/, port))],

  [/^add (.+) to a network of both: "networks: \[(.+)\]"$/, withNetworks],
  [/^publish the port of "(.+)" under the same number: "(.+)"$/, withPorts],
  [/in place of "ports": "(listen): (\[".+"\])"$/, (...given) => withoutPorts(withKey(...given))],
  [/^widen "(ip_range)", for example to (\S+)$/, withKey],
  [/"(\w+): (\[.+\]|\{.+\}|[\w./:-]+)"/, withKey],
  [/^remove it/, withoutKey],
];

/** A help that is followed elsewhere than at its place: each way that it names, as what is written in place of what. */
const byHand: { readonly [rule in RuleName]?: readonly (readonly [from: string, to: string])[] } = {
  'compose/invalid-yaml': [['   ports', '    ports']],
  'compose/missing-file': [['monitoring/compose.yaml', 'compose.monitoring.yaml']],
  'compose/remote-include': [['https://git.example.org/acme/monitoring.git', 'monitoring/compose.yaml']],
  'netmode/mixed-forms': [['x-netmode: bridge', 'x-netmode: { mode: macvlan }']],
  'service/default-route': [
    ['{ network: lan }\nnetworks:\n  backend:\n  lan:', '{ network: a_lan }\nnetworks:\n  backend:\n  a_lan:'],
  ],
  // Where it answers is all that the help says: whoever knows writes no other port.
  'service/port-remap-lost': [['ports: ["8080:80"]', 'expose: ["80"]']],
  // It says what was asked for; whoever wants the same everywhere asks for that.
  'service/falls-back': [
    [
      'x-netmode:\n      mode: macvlan\n      ipv4_address: 192.168.1.53\n      fallback: { ports: ["5353:53/udp"] }',
      'ports: ["5353:53/udp"]\n    x-netmode: bridge',
    ],
  ],
  'address/range-invalid': [
    ['192.168.2.192/27', '192.168.1.192/27'],
    [
      'subnet: 192.168.1.0/24\n      ip_range: 192.168.2.192/27',
      'subnet: [192.168.1.0/24, 192.168.2.0/24]\n      gateway: [192.168.1.1, 192.168.2.1]\n' +
        '      ip_range: [192.168.1.192/27, 192.168.2.192/27]',
    ],
  ],
  'service/interface-name-taken': [
    ['interface_name: eth0', 'interface_name: lan0'],
    ['backend: {}', 'backend: { interface_name: eth1 }'],
  ],
  'service/replicas-clash': [
    ['ipv4_address: 192.168.1.53', 'ip_range: 192.168.1.192/27'],
    ['replicas: 2', 'replicas: 1'],
  ],
  'service/name-of-another-project': [
    ['networks: [backend]\n    x-netmode', 'networks: [backend]\n    depends_on: [db]\n    x-netmode'],
  ],
  'ports/published-twice': [['"8080:8080"', '"8081:8080"']],
  'ports/host-clash': [
    ['[9100] }\n  printer', '[9101] }\n  printer'],
    ['printer\n    x-netmode: { mode: host, listen: [9100] }', 'printer\n    x-netmode: bridge'],
  ],
  'ports/namespace-clash': [['listen: [8080]', 'listen: [8081]']],
  'netmode/unusable-owner': [['service:glutun', 'service:gluetun']],
  'netmode/replaces-native': [
    ['    network_mode: service:gluetun\n', ''],
    ['    x-netmode: bridge\n', ''],
  ],
  'service/guests-differ': [
    ['hostname: torrents', 'hostname: vpn'],
    ['    hostname: torrents\n', ''],
  ],
  'engine/no-such-network': [['network_mode: macvlan', 'x-netmode: { mode: macvlan, ip_range: 192.168.1.192/27 }']],
  'ports/no-such-address': [
    ['192.168.1.11:', '192.168.1.10:'],
    ['192.168.1.11:', ''],
  ],
  'address/cannot-float': [['image: acme/dns', 'image: acme/dns\n    cap_add: [NET_ADMIN]']],
  'address/no-gateway': [['192.168.1.0/24 }', '192.168.1.0/24, gateway: 192.168.1.1 }']],
  'engine/network-missing': [['proxy: { external: true }', 'proxy: {}']],
  'address/duplicate': [['192.168.1.53 }\n  web', '192.168.1.54 }\n  web']],
  'address/duplicate-mac': [['02:42:c0:a8:01:35" }\n  web', '02:42:c0:a8:01:36" }\n  web']],
  'shim/address-not-kept': [
    [
      'x-netmode: ipvlan-l2\n',
      'x-netmode: { network: lan }\nnetworks:\n' +
        '  lan: { x-netmode: { mode: ipvlan-l2, shim: { ipv4_address: 192.168.1.60 } } }\n',
    ],
  ],
  'shim/other-source': [
    [
      'x-netmode: macvlan\n',
      'x-netmode: { network: lan }\nnetworks:\n' +
        '  lan: { x-netmode: { mode: macvlan, shim: { ipv4_address: 192.168.1.60 } } }\n',
    ],
  ],
  'shim/address-taken': [['shim: { ipv4_address: 192.168.1.53', 'shim: { ipv4_address: 192.168.1.54']],
  'shim/name-taken': [['services:', 'x-netmode: { shim: { name: nc0 } }\nservices:']],
  'subnet/overlap': [['10.5.7.0/24', '10.6.7.0/24']],
  'subnet/taken-by-network': [
    ['x-netmode: ipvlan-l2', 'x-netmode: { network: old-lan }\nnetworks: { old-lan: { external: true } }'],
  ],
  'parent/taken-by-network': [
    ['x-netmode: ipvlan-l2', 'x-netmode: { network: old-lan }\nnetworks: { old-lan: { external: true } }'],
  ],
  'netmode/misplaced': [['        x-netmode: macvlan\n', '']],
  'subnet/family-not-enabled': [['    ipam:', '    enable_ipv6: true\n    ipam:']],
  'subnet/ipv6-made-up': [['    enable_ipv6: true\n', '']],
  'subnet/l3-inside-parent-subnet': [['192.168.1.128/25', '10.7.1.0/24']],
  'parent/loopback': [['parent: lo', 'parent: auto']],
  'parent/wireless': [['mode: macvlan', 'mode: ipvlan-l2']],
  'parent/driver-clash': [
    ['x-netmode: macvlan', 'x-netmode: ipvlan-l2'],
    [
      'x-netmode: macvlan',
      'x-netmode: { mode: macvlan, vlan: 10, subnet: 10.10.0.0/24, gateway: 10.10.0.1, ip_range: 10.10.0.192/27 }',
    ],
  ],
  'parent/mode-clash': [
    ['mode: ipvlan-l3', 'mode: ipvlan-l2'],
    ['mode: ipvlan-l3', 'mode: ipvlan-l3, vlan: 10, subnet: 10.10.0.0/24'],
  ],
  'parent/passthru-exclusive': [
    ['flag: passthru', 'flag: passthru, vlan: 10, subnet: 10.10.0.0/24, gateway: 10.10.0.1, ip_range: 10.10.0.192/27'],
  ],
  'engine/too-old': [['      mac_address: 02:42:c0:a8:01:35\n', '']],
};

/** Where the diagnostic comes from: the host, its engine and the environment. */
interface Situation {
  readonly facts: Facts;
  readonly env: Readonly<Record<string, string>>;
}

const onHost =
  (change: (host: NonNullable<Facts['host']>, help: string) => Partial<NonNullable<Facts['host']>>) =>
  (situation: Situation, help: string): Situation => {
    const host = situation.facts.host!;
    return { ...situation, facts: { ...situation.facts, host: { ...host, ...change(host, help) } } };
  };

/** The file that a help says to write: its path, and the keys of its section [Match]. */
function fileIn(help: string) {
  const [, path = ''] = /^write "(.+)":$/m.exec(help) ?? [];
  const [, match = ''] = /\[Match\]\n((?: *\w+=.*\n)+)/.exec(help) ?? [];
  const pairs = match
    .trim()
    .split(/\s*\n\s*/)
    .map((line) => line.split('=') as [string, string]);
  assert.ok(path !== '' && match !== '', `no file in: ${help}`);
  // `!` before the first word is before each of them (systemd.link(5)).
  const words = (value: string) =>
    value.split(' ').map((word, index) => (index > 0 && value[0] === '!' ? `!${word}` : word));
  return { path, match: Object.fromEntries(pairs.map(([key, value]) => [key, words(value)])) };
}

/** A help that is followed on the host: the host after that. */
const outsideTheFile: {
  readonly [rule in RuleName]?: Readonly<Record<string, (before: Situation, help: string) => Situation>>;
} = {
  'compose/unset-variable': {
    'the variable is set': (before, help) => ({ ...before, env: { [/^set (\w+) /.exec(help)![1]!]: '1.2' } }),
  },
  'service/default-route': { 'Docker 28 and Compose 2.33': (before) => ({ ...before, facts: usual }) },
  'parent/down': {
    'the interface is up': onHost(({ interfaces }, help) => ({
      interfaces: interfaces.map((each) => (help === `ip link set dev ${each.name} up` ? { ...each, up: true } : each)),
    })),
  },
  'host/manager-takes-shim': {
    'the file is written': onHost(({ managers }, help) => ({
      managers: { ...managers, networkd: [{ ...fileIn(help), unmanaged: true }, ...managers!.networkd!] },
    })),
  },
  'host/address-given-up': {
    'the line is written, for all interfaces': onHost(({ managers }, help) => {
      assert.match(help, '\n  arp_persistdefence\n');
      return { managers: { ...managers, dhcpcd: { ...managers!.dhcpcd!, defended: ['*'] } } };
    }),
  },
  'host/renamed-by-mac': {
    'the drop-in is written': onHost(({ managers }, help) => {
      const { path, match } = fileIn(help);
      const links = managers!.links!.map((file) =>
        path.startsWith(`${file.path}.d/`) ? { ...file, match: { ...file.match, ...match } } : file,
      );
      return { managers: { ...managers, links } };
    }),
  },
  'host/firewall-zone': {
    'the shim is in the zone': onHost(({ managers }, help) => {
      const [, zone = '', shim = ''] = /^ *firewall-cmd --zone=(\S+) --add-interface=(\S+)$/m.exec(help)!;
      const { firewalld } = managers!;
      return { managers: { ...managers, firewalld: { ...firewalld!, zones: { ...firewalld!.zones, [shim]: zone } } } };
    }),
  },
  'subnet/lan-has-changed': {
    'the network was made anew, by another project': (before) => {
      const engine = JSON.parse(JSON.stringify(before.facts.engine).replaceAll('192.168.1.', '192.168.7.'));
      return { ...before, facts: { ...before.facts, engine } };
    },
  },
  'engine/network-made-anew': {
    'network and containers are made anew': (before, help) => {
      assert.is(help, 'netcompose up -d --force-recreate web');
      const engine = JSON.parse(
        JSON.stringify(before.facts.engine)
          .replaceAll('192.168.1.1"', '192.168.1.254"')
          .replaceAll(hashes.gateway1, hashes.gateway254),
      );
      return { ...before, facts: { ...before.facts, engine } };
    },
  },
  'engine/swarm-inactive': {
    'the engine is a manager': (before, help) => {
      assert.is(help, 'docker swarm init');
      return { ...before, facts: { ...before.facts, engine: { ...before.facts.engine!, swarm: 'manager' } } };
    },
  },
};

/** Found by a command that works with more than the files; helps-of-commands.test.ts follows them. */
const byCommands: readonly RuleName[] = [
  'netmode/cannot-annotate',
  'shim/needs-root',
  'shim/asks-sudo',
  'swarm/left-out',
  'swarm/address-ignored',
  'swarm/ranges-overlap',
  'engine/unreachable',
  'engine/compose-missing',
  'engine/compose-too-old',
];

/** A fault of netcompose's: its help asks to report it. */
const nobodysFault: readonly RuleName[] = ['compose/resolved-differently'];

for (const rule of Object.keys(rules) as readonly RuleName[]) {
  const { sections } = readPage(readFileSync(`${folder}${rule}.md`, 'utf8'));
  const yamls = fencesOf(sections.get('Example') ?? '').filter(({ language }) => language === 'yaml');
  const names = yamls.map(({ text }) => /^# (\S+\.yaml)\n/.exec(text)?.[1] ?? 'compose.yaml');
  const stands: Situation = { facts: factsFor(rule), env: {} };
  const diagnose = (texts: readonly string[], { facts, env } = stands) =>
    checkSnippet(new Map(texts.map((text, index) => [names[index]!, text])), facts, presentFor(rule), env).diagnostics;
  const written = yamls.map(({ text }) => text);
  const keyOf = (diagnostic: Diagnostic) => `${diagnostic.rule}: ${diagnostic.message}`;
  const before = diagnose(written);
  const told = before.filter((diagnostic) => diagnostic.rule === rule);

  /** What is new, or still there of the rule. */
  const left = (texts: readonly string[], situation = stands) => {
    const known = new Set(before.filter((diagnostic) => diagnostic.rule !== rule).map(keyOf));
    return (
      diagnose(texts, situation)
        // What a fallback loses is said because it was asked for.
        .filter((diagnostic) => diagnostic.rule !== 'service/falls-back')
        .map(keyOf)
        .filter((key) => !known.has(key))
    );
  };

  if (byCommands.includes(rule) || nobodysFault.includes(rule)) continue;

  const outside = outsideTheFile[rule];
  for (const [name, follow] of Object.entries(outside ?? {})) {
    test(`${rule}: ${name}`, () => {
      assert.ok(told.length > 0, 'the example shows it');
      const after = told.reduce((before, { help }) => follow(before, help!), stands);
      assert.equal(left(written, after), []);
    });
  }

  const pairs = byHand[rule];
  if (pairs) {
    for (const [from, to] of pairs) {
      test(`${rule}: ${to.replaceAll('\n', ' ')}`, () => {
        assert.ok(
          written.some((text) => text.includes(from)),
          'the example has it',
        );
        assert.equal(left(written.map((text) => text.replace(from, () => to))), []);
      });
    }
    continue;
  }
  if (outside) continue;

  test(`${rule}: has an example with a help`, () => assert.ok(told.length > 0));
  for (const diagnostic of told) {
    test(`${rule}: ${diagnostic.help}`, () => {
      const [form, apply] = forms.find(([pattern]) => pattern.test(diagnostic.help ?? '')) ?? [];
      assert.ok(form && apply, 'the help has a form that can be followed, or its rule stands in one of the tables');
      const help = form.exec(diagnostic.help!)!;
      const isHere = (name: string) => diagnostic.span!.source.path.endsWith(`/${name}`);
      const followed = written.map((text, index) => (isHere(names[index]!) ? apply(text, help, diagnostic) : text));
      assert.equal(left(followed), []);
    });
  }
}

/** Whoever follows all helps at once must not get others. */
test('three services in the range get three suggestions', () => {
  const service = (name: string, last: number) =>
    `  ${name}: { image: x, x-netmode: { network: lan, ipv4_address: 192.168.1.${last} } }\n`;
  const compose =
    `services:\n${service('a', 193)}${service('b', 194)}${service('c', 196)}${service('d', 1)}` +
    'networks:\n  lan: { x-netmode: { mode: macvlan, ip_range: 192.168.1.192/27 } }\n';
  const facts = factsFor('address/in-dynamic-range');
  const diagnose = (text: string) => checkSnippet(new Map([['compose.yaml', text]]), facts).diagnostics;
  let text = compose;
  for (const { help, span } of [...diagnose(compose)].reverse()) {
    const [, word] = /, such as (\S+)$/.exec(help!)!;
    text = text.slice(0, span!.start) + word + text.slice(span!.end);
  }
  assert.is.not(text, compose);
  assert.equal(diagnose(text), []);
});

test.run();
