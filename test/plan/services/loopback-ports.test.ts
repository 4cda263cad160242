/** Under `host_access: loopback` ports that differed in their address only become one, as Compose would have it. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { overrideOf } from '../../../src/emit/override/override.ts';
import { renderOf } from '../../../src/emit/render/render.ts';
import { lanFacts, planTexts } from '../../support/in-memory.ts';

for (const [ports, expected] of [
  ['["8000:80", "127.0.0.1:8000:80", "9000:90"]', ['127.0.0.1:8000:80', '127.0.0.1:9000:90']],
  ['["127.0.0.1:8000:80", "8000:80"]', ['127.0.0.1:8000:80']],
  ['["8000:80", "8000:80/udp", "8001:80"]', ['127.0.0.1:8000:80', '127.0.0.1:8000:80/udp', '127.0.0.1:8001:80']],
] as const) {
  test(ports, () => {
    const { plan } = planTexts(
      `services:\n  web:\n    image: x\n    x-netmode: { mode: ` +
        `ipvlan-l3, host_access: loopback }\n    ports: ${ports}\n`,
      { facts: lanFacts },
    );
    assert.is(plan?.services.get('web')?.ports.length, expected.length);
    const rendered = renderOf(plan!, { external: false });
    for (const port of expected) assert.ok(rendered.includes(port), rendered);
    assert.is([...rendered.matchAll(/127\.0\.0\.1/g)].length, expected.length, rendered);
    assert.is([...overrideOf(plan!)!.matchAll(/published:/g)].length, expected.length);
  });
}

test('what the long syntax says beside a port stays with it', () => {
  const { plan } = planTexts(
    'services:\n  web:\n    image: x\n    x-netmode: { mode: ipvlan-l3, host_access: loopback }\n    ports:\n' +
      '      - { target: 80, published: 8000, name: site, app_protocol: "h$$2", x-note: [1] }\n      - 9000:90\n',
    { facts: lanFacts },
  );
  const port =
    '      - mode: ingress\n        host_ip: 127.0.0.1\n        target: 80\n        published: "8000"\n' +
    '        protocol: tcp\n        name: site\n        app_protocol: h$$2\n        x-note:\n          - 1\n' +
    '      - mode';
  assert.ok(overrideOf(plan!)!.includes(port), overrideOf(plan!));
});

test('ports that Compose tells apart are left to it', () => {
  const ports = '    ports:\n      - 99\n      - { target: 99, protocol: "", mode: host }\n';
  const { plan } = planTexts(`services:\n  web:\n    image: x\n    x-netmode: bridge\n${ports}`);
  assert.is(plan!.services.get('web')!.ports.length, 2);
  assert.is(overrideOf(plan!), undefined);
  assert.ok(renderOf(plan!, { external: false }).includes(ports));
});

test('a port without an address has none', () => {
  const { plan } = planTexts('services:\n  web: { image: x, ports: ["80:80"], x-netmode: bridge }\n');
  const { service, ports } = plan!.services.get('web')!;
  assert.equal(ports, [{ source: service.ports[0] }]);
});

test.run();
