/** The override, merged over the files by our own loader as Compose merges it, gives the plan. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { load } from '../../src/compose/load.ts';
import { isDockersBridge } from '../../src/compose/project/network-mode.ts';
import type { Attachment, Project, Service } from '../../src/compose/project/project.ts';
import { Diagnostics } from '../../src/diagnostics/diagnostic.ts';
import { extraHostEntry } from '../../src/emit/override/definitions.ts';
import { overrideOf } from '../../src/emit/override/override.ts';
import { formatAddress, formatCidr } from '../../src/plan/facts/ip.ts';
import type { Plan } from '../../src/plan/types.ts';
import { directory, inMemory } from '../support/in-memory.ts';
import { holds } from '../support/property.ts';
import { styledProject } from './projects.ts';
import { plannedNetworking, sortedByKey, soundPlan } from './sound.ts';

for (const [name, files] of [
  ['one file', styledProject.map((text) => ({ 'compose.yaml': text }))],
  [
    'two files',
    fc.tuple(styledProject, styledProject).map(([base, over]) => ({ 'compose.yaml': base, 'over.yaml': over })),
  ],
] as const) {
  test(`the override gives each service the networking that was planned: ${name}`, () => {
    let overrides = 0;
    holds(
      fc.property(files as fc.Arbitrary<Readonly<Record<string, string>>>, (texts) => {
        const plan = soundPlan(texts);
        const override = plan && overrideOf(plan);
        if (!plan || override === undefined) return;
        overrides += 1;
        agrees(plan, loaded({ ...texts, 'override.yaml': override }), override);
      }),
      75,
    );
    assert.ok(overrides > 20, `only ${overrides} overrides`);
  });
}

function agrees(plan: Plan, project: Project, override: string): void {
  assert.equal([...project.services.keys()], [...plan.services.keys()]);
  for (const [name, service] of plan.services) {
    assert.equal(networkingOf(project.services.get(name)!), plannedNetworking(service), `${name}\n${override}`);
  }
  for (const network of plan.networks.values()) {
    const found = project.networks.get(network.key);
    if (network.kind === 'shared')
      assert.equal([found?.external, found?.name?.value], [true, network.dockerName], network.key);
    if (network.kind !== 'project') continue;
    assert.is(found?.driver?.value, network.driver);
    assert.equal(
      Object.fromEntries([...(found?.driverOpts ?? [])].map(([key, { value }]) => [key, value])),
      network.options,
    );
    assert.equal(
      found?.ipam.map(({ subnet, gateway, ipRange }) => [subnet?.value, gateway?.value, ipRange?.value]),
      network.pools.map(({ subnet, gateway, ipRange }) => [
        formatCidr(subnet),
        gateway && formatAddress(gateway),
        ipRange && formatCidr(ipRange),
      ]),
    );
  }
}

test('the override is the same each time', () => {
  holds(
    fc.property(styledProject, (text) => {
      const [first, second] = [soundPlan({ 'compose.yaml': text }), soundPlan({ 'compose.yaml': text })];
      if (first && second) assert.is(overrideOf(second), overrideOf(first));
    }),
    50,
  );
});

function loaded(texts: Readonly<Record<string, string>>): Project {
  const diagnostics = new Diagnostics();
  const options = { files: Object.keys(texts), profiles: [], envFiles: [], cwd: directory, env: {} };
  const project = load(options, inMemory(texts), diagnostics.report);
  const errors = diagnostics.sorted().filter(({ severity }) => severity === 'error');
  assert.equal(
    errors.map(({ message }) => message),
    [],
    texts['override.yaml'],
  );
  assert.ok(project);
  return project;
}

/** A service's networking, as Compose would have it: without a word, it is on `default`. */
function networkingOf({ networkMode, networks, ports, extraHosts }: Service): object {
  const listed = [...(networks?.value.values() ?? [])];
  const byDefault = networkMode === undefined && listed.length === 0;
  return {
    networkMode: networkMode?.value,
    networks: sortedByKey(
      byDefault ? [['default', { aliases: [] }]] : listed.map((one) => [one.network, attachmentOf(one)]),
    ),
    ports:
      networkMode === undefined || isDockersBridge(networkMode.value)
        ? ports.map(({ published, target, protocol, mode, hostIp }) => ({ published, target, protocol, mode, hostIp }))
        : [],
    extraHosts: extraHosts.map(extraHostEntry).sort(),
  };
}

function attachmentOf({
  ipv4Address,
  ipv6Address,
  macAddress,
  aliases,
  interfaceName,
  gwPriority,
}: Attachment): object {
  return {
    ...(ipv4Address && { ipv4Address: ipv4Address.value }),
    ...(ipv6Address && { ipv6Address: ipv6Address.value }),
    ...(macAddress && { macAddress: macAddress.value }),
    ...(interfaceName && { interfaceName: interfaceName.value }),
    ...(gwPriority && { gwPriority: gwPriority.value }),
    aliases: [...new Set(aliases.map(({ value }) => value))].sort(),
  };
}

test.run();
