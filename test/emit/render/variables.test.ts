/** Variables inside `x-netmode`, in the rendered file. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { renderOf } from '../../../src/emit/render/render.ts';
import { lanFacts, planTexts } from '../../support/in-memory.ts';

function rendered(parent: string, env: Record<string, string> = {}): string {
  const compose =
    'services:\n  web:\n    image: x\n' +
    `    x-netmode: { mode: macvlan, parent: "${parent}", ip_range: 192.168.1.192/27, ipv4_address: ` +
    `"\${WEB:-192.168.1.80}" }\n`;
  const { plan, diagnostics } = planTexts(compose, { facts: lanFacts, env });
  assert.equal(diagnostics.sorted(), []);
  return renderOf(plan!, { external: false });
}

test('stay where Docker understands what they may stand for', () => {
  assert.match(rendered('${LAN_IF:-eth0}'), /parent: \$\{LAN_IF:-eth0\}\n/);
  assert.match(rendered('eth0'), /ipv4_address: \$\{WEB:-192\.168\.1\.80\}\n/);
});

test('are filled in where they may stand for "auto", which only netcompose knows', () => {
  assert.match(rendered('${LAN_IF:-auto}'), /parent: eth0\n/);
  assert.match(rendered('${LAN_IF:-auto}', { LAN_IF: 'eth0' }), /parent: eth0\n/);
});

test.run();
