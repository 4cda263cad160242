/** Whether a native network has IPv4 and IPv6: by its keys, else by options of its driver. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EngineFacts } from '../../../src/plan/facts/facts.ts';
import { lanFacts, planTexts, told } from '../../support/in-memory.ts';

const newest = lanFacts.engine!;
const version = (text: string): EngineFacts => ({ ...newest, version: text });
const project = (more: string) =>
  `services:\n  web: { image: x, networks: [n] }\nnetworks:\n  n:\n    ${more}\n` +
  '    ipam: { config: [{ subnet: 10.40.1.0/24 }, { subnet: "fd00:40::/64" }] }\n';
const option = (family: 4 | 6, value: string) => `driver_opts: { com.docker.network.enable_ipv${family}: "${value}" }`;

for (const [what, more, engine, families] of [
  ['nothing is said', 'driver: bridge', newest, [4]],
  ['the key', 'enable_ipv6: true', newest, [4, 6]],
  ['the option', option(6, 'true'), newest, [4, 6]],
  ['the option, as Go reads it', option(6, '1'), newest, [4, 6]],
  ['the option, turned off', option(6, 'false'), newest, [4]],
  ['the option, in no word of Go', option(6, 'yes'), newest, [4]],
  ['the option of an ipvlan network', `driver: ipvlan\n    ${option(6, 'true')}`, newest, [4, 6]],
  ['the key wins', `enable_ipv6: false\n    ${option(6, 'true')}`, newest, [4]],
  ['the option, and nobody has looked at the engine', option(6, 'true'), undefined, [4, 6]],
  ['the option on the first engine that reads it', option(6, 'true'), version('27.0.1'), [4, 6]],
  ['the option on one that does not', option(6, 'true'), version('26.1.5'), [4]],
  ['the option on Podman', option(6, 'true'), { ...version('5.4.2'), kind: 'podman' }, [4]],
  ['IPv4 turned off by an option', option(4, 'false'), newest, []],
  ['IPv4 turned off by an option that the engine does not read', option(4, 'false'), version('27.5.1'), [4]],
] as const)
  test(what, () => {
    const { engine: _, ...others } = lanFacts;
    const outcome = planTexts(project(more), { facts: engine ? { ...others, engine } : others });
    const network = outcome.plan!.networks.get('n')!;
    assert.equal(
      network.pools.map(({ subnet }) => subnet.family),
      families,
    );
    assert.is(
      network.ipv6,
      families.some((family) => family === 6),
    );
    const ignored = [4, 6].filter((family) => !families.some((one) => one === family));
    assert.equal(
      told(outcome).filter((line) => line.includes('subnet/family-not-enabled')),
      ignored.map((family) => {
        const subnet = family === 4 ? '10.40.1.0/24' : 'fd00:40::/64';
        const what = `Docker ignores ${subnet}, because IPv${family} is not enabled`;
        return `error subnet/family-not-enabled: network "n": ${what}`;
      }),
    );
  });

test('a network on the LAN with IPv6 by an option, and no subnet for it', () => {
  const text =
    'services:\n  web: { image: x, networks: [lan] }\nnetworks:\n  lan:\n    driver: macvlan\n' +
    '    driver_opts: { parent: eth0, com.docker.network.enable_ipv6: "true" }\n' +
    '    ipam: { config: [{ subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.192/27 }] }\n';
  const said = (engine: EngineFacts) => told(planTexts(text, { facts: { ...lanFacts, engine } }));
  assert.match(said(newest).join('\n'), 'subnet/ipv6-made-up');
  assert.not.match(said(version('26.1.5')).join('\n'), 'subnet/ipv6-made-up');
});

test.run();
