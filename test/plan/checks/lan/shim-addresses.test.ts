/** Which address a shim takes on a network that exists, and whether Docker keeps its hands off it. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { EngineContainer, EngineNetwork, Facts } from '../../../../src/plan/facts/facts.ts';
import { formatAddress } from '../../../../src/plan/facts/ip.ts';
import { lanFacts, planTexts } from '../../../support/in-memory.ts';

const text = 'services:\n  web: { image: x, x-netmode: ipvlan-l2 }\n';
const name = 'netcompose-eth0';

interface There {
  readonly kept?: Readonly<Record<string, string>>;
  /** The addresses of another project's containers. */
  readonly addresses?: readonly string[];
}

/** What the shim has and what is said of it, with `rp_filter` 1, where the shared network exists. */
function seen({ kept = {}, addresses = [] }: There) {
  const network: EngineNetwork = {
    ...{ id: 'a1', name, driver: 'ipvlan', scope: 'local', internal: false },
    options: { parent: 'eth0', ipvlan_mode: 'l2' },
    labels: { 'netcompose.network': name },
    pools: [
      { subnet: '192.168.1.0/24', gateway: '192.168.1.1', ipRange: '192.168.1.192/27', auxiliaryAddresses: kept },
    ],
  };
  const containers = addresses.map(
    (address, index): EngineContainer => ({
      ...{ id: `c${index}`, name: `other-${index}`, project: 'other', service: 'one', running: true },
      ...{ networkMode: name, networks: { [name]: { ipv4: address } }, ports: [] },
    }),
  );
  const facts: Facts = {
    ...lanFacts,
    host: { ...lanFacts.host!, rpFilter: { all: 1 } },
    engine: { ...lanFacts.engine!, networks: [network], containers },
  };
  const { plan, diagnostics } = planTexts(text, { facts });
  return {
    addresses: plan!.shims.flatMap((shim) => shim.addresses.map(formatAddress)),
    told: diagnostics
      .sorted()
      .filter(({ rule }) => rule === 'shim/address-not-kept')
      .map(({ message }) => message),
  };
}

const told = (address: string) => [
  `the shim has ${address}, which "${name}" does not keep from containers: Docker may hand it out`,
];

test('the network keeps one: that, and nothing to say', () => {
  assert.equal(seen({ kept: { 'netcompose-shim': '192.168.1.200' } }), { addresses: ['192.168.1.200'], told: [] });
});

test('it keeps none: the highest of the range, and that is told', () => {
  assert.equal(seen({}), { addresses: ['192.168.1.223'], told: told('192.168.1.223') });
});

test('not one that a container of another project has', () => {
  assert.equal(seen({ addresses: ['192.168.1.223', '192.168.1.222'] }), {
    addresses: ['192.168.1.221'],
    told: told('192.168.1.221'),
  });
});

test.run();
