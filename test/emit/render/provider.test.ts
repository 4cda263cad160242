/** A rendered file by which a plain `docker compose up` makes the shims. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { withProvider } from '../../../src/emit/render/provider.ts';
import { renderOf } from '../../../src/emit/render/render.ts';
import { runIn } from '../../cli/in-folder.ts';
import { lanFacts, planTexts, told } from '../../support/in-memory.ts';

const lan = 'mode: macvlan, parent: eth0, subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.192/27';

function provided(text: string, external = false) {
  const outcome = planTexts(text, { facts: lanFacts });
  assert.ok(outcome.plan, told(outcome).join('\n'));
  const rendered = renderOf(outcome.plan, { external });
  const whole = withProvider(rendered, outcome.plan, { external });
  return { rendered, whole, data: whole === undefined ? undefined : parse(whole) };
}

const shop = (web: string, rest = '') => `name: shop\nservices:\n  web:\n    image: x # why\n${web}${rest}`;

test('the network gets its label and its name, the service its dependency', () => {
  const { data, whole } = provided(shop(`    x-netmode: { ${lan} }\n`));
  assert.equal(data.services.netcompose, {
    provider: { type: 'netcompose', options: { network: 'shop_macvlan_eth0' } },
    depends_on: ['web'],
  });
  const network = data.networks.macvlan_eth0;
  assert.is(network.name, 'shop_macvlan_eth0');
  assert.equal(network.labels, { 'netcompose.network': 'shop_macvlan_eth0' });
  assert.match(whole!, 'image: x # why');
});

test('labels and a name that the network has stay, in their form', () => {
  for (const [labels, after] of [
    ['[a=b]', ['a=b', 'netcompose.network=own']],
    ['{ a: b }', { a: 'b', 'netcompose.network': 'own' }],
  ] as const) {
    const { data } = provided(
      shop(
        '    x-netmode: { network: lan }\n',
        `networks:\n  lan: # ours\n    name: own\n    labels: ${labels}\n    x-netmode: { ${lan} }\n`,
      ),
    );
    assert.equal(data.networks.lan.labels, after);
    assert.is(data.networks.lan.name, 'own');
    assert.is(data.services.netcompose.provider.options.network, 'own');
  }
});

test('shared networks that are external have their label already', () => {
  const { data } = provided(shop(`    x-netmode: { ${lan} }\n`), true);
  assert.is(data.services.netcompose.provider.options.network, 'netcompose-eth0');
  assert.equal(data.networks.macvlan_eth0, { name: 'netcompose-eth0', external: true });
});

test('a service called netcompose, and one of a profile', () => {
  const { data } = provided(
    `name: shop\nservices:\n  netcompose: { image: x, x-netmode: { ${lan} } }\n` +
      '  other: { image: x, profiles: [p], x-netmode: { network: lan } }\n' +
      '  third: { image: x, x-netmode: { network: lan } }\n' +
      `networks: { lan: { x-netmode: { ${lan} } } }\n`,
  );
  assert.equal(data.services['netcompose-2'].depends_on.third, { condition: 'service_started' });
  assert.equal(data.services['netcompose-2'].depends_on.other, { condition: 'service_started', required: false });
});

test('without a shim there is no provider, and the command says so', async () => {
  assert.is(provided(shop('    x-netmode: host\n')).whole, undefined);
  const texts = { 'compose.yaml': shop('    x-netmode: host\n') };
  const { code, out, err } = await runIn(texts, ['render', '--offline', '--provider']);
  assert.is(code, 0);
  assert.not.match(out, 'provider');
  assert.match(err, 'there is no shim to be made: the file has no provider');
  const both = await runIn(texts, ['render', '--offline', '--provider', '--override']);
  assert.is(both.code, 2);
});

test('what the provider does not do is said', async () => {
  const hooks = 'x-netmode: { hooks: { pre_up: [["true"]] } }\n';
  const texts = { 'compose.yaml': `${hooks}${shop(`    x-netmode: { ${lan} }\n`)}` };
  const { code, out, err } = await runIn(texts, ['render', '--offline', '--provider']);
  assert.is(code, 0, err);
  assert.match(out, '    provider:\n      type: netcompose\n');
  assert.match(err, 'hooks of x-netmode are not run by "docker compose up"');
});

test.run();
