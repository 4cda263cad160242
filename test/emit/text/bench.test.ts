/** How `bench-net` makes its namespaces, and how it tells what it measured. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { benchJson } from '../../../src/emit/text/bench-json.ts';
import { benchText } from '../../../src/emit/text/bench-text.ts';
import { displayCommand } from '../../../src/plan/actions/display.ts';
import { benchSetup, filterTrials } from '../../../src/plan/bench/bench-commands.ts';
import { type BenchOutcome, compare } from '../../../src/plan/bench/statistics.ts';
import { benchedNetmodes } from '../../../src/plan/bench/topology.ts';
import { fencesOf } from '../../docs/page.ts';
import { matchesGolden } from '../../support/golden.ts';

const at = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const fixture = (name: string) => at(`test/fixtures/bench-net/${name}`);
const outcomes = JSON.parse(readFileSync(fixture('outcomes.json'), 'utf8')) as readonly BenchOutcome[];
const lines = (commands: readonly (readonly string[])[]) =>
  commands.map((command) => `${displayCommand(command)}\n`).join('');

for (const filter of ['iptables', 'nft'] as const) {
  test(`the commands, with ${filter}`, () => {
    const netmodes = filter === 'nft' ? (['bridge'] as const) : benchedNetmodes;
    const parts = netmodes.map(
      (netmode) => `# ${netmode}\n${lines(benchSetup(netmode, { filter, ipv6: true }).commands)}`,
    );
    matchesGolden(fixture(`commands.${filter}.txt`), parts.join('\n'));
  });

  test(`${filter} is tried with all the rules that are used`, () => {
    const used = benchSetup('bridge', { filter, ipv6: true }).commands.filter((command) => command.includes(filter));
    assert.equal(
      filterTrials('x')[filter],
      used.map((command) => command.map((word) => (word === 'nc-bench-bridge-host' ? 'x' : word))),
    );
  });
}

test('without IPv6 in the kernel no setting of it is touched; without a packet filter there are no rules', () => {
  for (const netmode of benchedNetmodes) {
    const text = lines(benchSetup(netmode, { ipv6: false }).commands);
    assert.not.match(text, /ipv6|iptables|nft /);
  }
});

test('as text', () => matchesGolden(fixture('result.txt'), benchText(compare(outcomes))));

test('as JSON', () => matchesGolden(fixture('result.json'), benchJson(compare(outcomes), { rounds: 5, seconds: 0.2 })));

test('docs/bench-net.md quotes what is printed', () => {
  const fences = fencesOf(readFileSync(at('docs/bench-net.md'), 'utf8'));
  const text = fences.find(({ language }) => language === 'text')!.text;
  assert.is(text, benchText(compare(outcomes)));
  const quoted = JSON.parse(fences.find(({ language }) => language === 'json')!.text) as {
    netmodes: readonly object[];
  };
  const printed = JSON.parse(benchJson(compare(outcomes), { rounds: 5, seconds: 0.2 })) as {
    netmodes: readonly object[];
  };
  for (const netmode of quoted.netmodes)
    assert.ok(
      printed.netmodes.some((one) => JSON.stringify(one) === JSON.stringify(netmode)),
      JSON.stringify(netmode),
    );
  assert.equal({ ...quoted, netmodes: [] }, { ...printed, netmodes: [] });
});

test.run();
