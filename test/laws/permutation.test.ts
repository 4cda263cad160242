/**
 * What is decided depends on what is given, not on the order in which it is listed; and nothing that is given is
 * changed.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { stringify } from 'yaml';
import { commandOf } from '../../src/plan/actions/commands.ts';
import type { Facts } from '../../src/plan/facts/facts.ts';
import type { Plan } from '../../src/plan/types.ts';
import { lanFacts, type Options, planTexts } from '../support/in-memory.ts';
import { holds } from '../support/property.ts';
import { busyFacts } from './busy-facts.ts';
import { agrees, overrideIn, type Shuffle, shuffleBy } from './order.ts';
import { project, styledProject } from './projects.ts';

test('services, networks and facts in another order: the same plan, override and diagnostics', () => {
  holds(
    fc.property(styledProject, fc.nat(), (text, seed) =>
      agrees({ 'compose.yaml': text }, { facts: busyFacts }, shuffleBy(seed)),
    ),
    40,
  );
});

test('the same of two files', () => {
  holds(
    fc.property(styledProject, styledProject, fc.nat(), (base, over, seed) =>
      agrees(
        { 'compose.yaml': base, 'over.yaml': over },
        { facts: busyFacts, files: ['compose.yaml', 'over.yaml'] },
        shuffleBy(seed),
      ),
    ),
    20,
  );
});

const root = fileURLToPath(new URL('../fixtures/projects', import.meta.url));

for (const name of readdirSync(root).sort()) {
  test(`the same of the fixture ${name}`, () => {
    const folder = join(root, name);
    const read = <T>(file: string) =>
      existsSync(join(folder, file)) ? (JSON.parse(readFileSync(join(folder, file), 'utf8')) as T) : undefined;
    const facts = read<Facts>('facts.json');
    const options = { ...read<Options>('options.json'), ...(facts && { facts }) };
    const texts = Object.fromEntries(
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((path) => statSync(join(folder, path)).isFile())
        .map((path) => [path, readFileSync(join(folder, path), 'utf8')]),
    );
    holds(
      fc.property(fc.nat(), (seed) => agrees(texts, options, shuffleBy(seed))),
      4,
    );
  });
}

/** What clashes in every way that is judged by the order of the file. */
const clashing = `
x-netmode: { parent: eth0 }
services:
  a:
    image: x
    ports: ["8080:80", "53:53/udp"]
    x-netmode: { mode: macvlan, ipv4_address: 192.168.1.50, subnet: 192.168.1.0/24 }
  b:
    image: x
    ports: ["8080:80"]
    x-netmode: { mode: macvlan, ipv4_address: 192.168.1.50, subnet: 192.168.0.0/16 }
  c: { image: x, x-netmode: { mode: macvlan, ipv4_address: 192.168.1.50, mac_address: "02:42:00:00:00:01" } }
  d: { image: x, networks: { one: { mac_address: "02:42:00:00:00:01" } } }
  e: { image: x, x-netmode: { mode: host, listen: [8080] } }
  f: { image: x, x-netmode: { mode: host, listen: [8080] }, depends_on: [a, b, d] }
  g: { image: x, networks: [two, three] }
networks:
  one:
    driver: macvlan
    driver_opts: { parent: eth0 }
    ipam: { config: [{ subnet: 10.1.0.0/24 }] }
    x-netmode: { host_access: shim }
  two:
    driver: macvlan
    driver_opts: { parent: eth0 }
    ipam: { config: [{ subnet: 10.1.0.0/16 }] }
    x-netmode: { host_access: shim }
  three: { x-netmode: { mode: ipvlan-l3, scope: project } }
  four: { ipam: { config: [{ subnet: 10.1.0.128/25 }] } }
`;

test('the same of a project that clashes with itself', () => {
  const { diagnostics } = planTexts(clashing, { facts: busyFacts });
  assert.ok(diagnostics.sorted().length > 8, 'it does clash');
  holds(
    fc.property(fc.nat(), (seed) => agrees({ 'compose.yaml': clashing }, { facts: busyFacts }, shuffleBy(seed))),
    40,
  );
});

const reordered = (value: unknown, shuffle: Shuffle): unknown =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(shuffle(Object.entries(value as Record<string, unknown>)))
    : value;

/** What of a plan does not say where it is written. */
function written(plan: Plan): object {
  return {
    override: overrideIn(plan),
    commands: plan.actions.map((action) => commandOf(action).join(' ')).sort(),
    shims: plan.shims.map(({ name, network, parent }) => [name, network, parent].join(' ')).sort(),
  };
}

test('services and networks written in another order in the file: the same override, shims and commands', () => {
  let compared = 0;
  holds(
    fc.property(project, fc.nat(), (data, seed) => {
      const shuffle = shuffleBy(seed);
      const first = planTexts(stringify(data), { facts: lanFacts });
      if (!first.plan || first.diagnostics.hasErrors) return;
      const other = planTexts(
        stringify({
          ...data,
          services: reordered(data['services'], shuffle),
          networks: reordered(data['networks'], shuffle),
        }),
        { facts: lanFacts },
      );
      assert.not(other.diagnostics.hasErrors);
      assert.equal(written(other.plan!), written(first.plan));
      compared += 1;
    }),
    50,
  );
  assert.ok(compared > 20, `only ${compared} compared`);
});

test('of several networks on one parent, the shims keep their names in any order', () => {
  const network = (key: string, range: string) =>
    `  ${key}: { x-netmode: { mode: macvlan, scope: project, subnet: 192.168.1.0/24, gateway: ` +
    `192.168.1.1, ip_range: ${range} } }\n`;
  const services = 'name: shop\nservices:\n  web: { image: x, networks: [a, b] }\nnetworks:\n';
  const [a, b] = [network('a', '192.168.1.64/27'), network('b', '192.168.1.96/27')];
  const names = (text: string) =>
    planTexts(text, { facts: busyFacts })
      .plan!.shims.map((shim) => `${shim.network} ${shim.name}`)
      .sort();
  assert.equal(names(services + b + a), names(services + a + b));
  assert.equal(names(services + b + a)[0], 'shop_a nc-eth0');
});

test.run();
