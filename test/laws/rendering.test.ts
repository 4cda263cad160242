/** Laws of the rendered file. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parse } from 'yaml';
import { renderOf } from '../../src/emit/render/render.ts';
import { holds } from '../support/property.ts';
import { styledProject } from './projects.ts';
import { plannedNetworking, soundPlan, writtenPlan } from './sound.ts';

for (const external of [false, true]) {
  test(`rendering again changes nothing${external ? ' (external networks)' : ''}`, () => {
    let sound = 0;
    holds(
      fc.property(styledProject, (text) => {
        const plan = soundPlan({ 'compose.yaml': text });
        if (!plan) return;
        sound += 1;
        const once = renderOf(plan, { external });
        const again = writtenPlan({ 'compose.yaml': once }, external ? plan : undefined);
        assert.is(renderOf(again, { external }), once);
      }),
    );
    assert.ok(sound > 50, `only ${sound} were sound`);
  });
}

test('the rendered file means what was planned', () => {
  holds(
    fc.property(styledProject, (text) => {
      const plan = soundPlan({ 'compose.yaml': text });
      if (!plan) return;
      const once = renderOf(plan, { external: false });
      const again = writtenPlan({ 'compose.yaml': once });
      assert.equal([...again.services.keys()], [...plan.services.keys()]);
      for (const [name, service] of plan.services) {
        assert.equal(plannedNetworking(again.services.get(name)!), plannedNetworking(service), `${name}\n${once}`);
      }
    }),
  );
});

test('two files render into one that means what was planned, and rendering that changes nothing', () => {
  let sound = 0;
  holds(
    fc.property(styledProject, styledProject, (base, over) => {
      const plan = soundPlan({ 'compose.yaml': base, 'over.yaml': over });
      if (!plan) return;
      sound += 1;
      const once = renderOf(plan, { external: false });
      const again = writtenPlan({ 'compose.yaml': once });
      assert.is(renderOf(again, { external: false }), once);
      for (const [name, service] of plan.services) {
        assert.equal(plannedNetworking(again.services.get(name)!), plannedNetworking(service), `${name}\n${once}`);
      }
    }),
    60,
  );
  assert.ok(sound > 10, `only ${sound} were sound`);
});

const networking = ['networks', 'network_mode', 'ports', 'links', 'extra_hosts', 'x-netmode'];

test('nothing outside networking changes', () => {
  holds(
    fc.property(styledProject, (text) => {
      const plan = soundPlan({ 'compose.yaml': text });
      if (!plan) return;
      const once = renderOf(plan, { external: false });
      assert.not.match(once, /^\s*x-netmode:/m);
      const [before, after] = [dataOf(text), dataOf(once)];
      assert.equal(Object.keys(after.services), Object.keys(before.services));
      for (const [name, service] of Object.entries(before.services)) {
        assert.equal(without(after.services[name]!, networking), without(service, networking), name);
      }
      // A fragment that nothing uses any more goes; all else at the top level stays as it is.
      for (const [key, value] of Object.entries(before)) {
        if (key === 'services' || key === 'networks' || key === 'x-netmode') continue;
        if (key in after) assert.equal(after[key], withoutExtension(value), key);
        else assert.ok(key.startsWith('x-'), key);
      }
      assert.equal(
        Object.keys(after).filter((key) => !(key in before) && key !== 'networks'),
        [],
      );
      for (const [key, network] of Object.entries(before.networks ?? {})) {
        if (network && 'labels' in network) assert.equal(after.networks?.[key]?.['labels'], network['labels'], key);
      }
    }),
  );
});

test('comments stay, but for those of what goes', () => {
  holds(
    fc.property(styledProject, (text) => {
      const plan = soundPlan({ 'compose.yaml': text });
      if (!plan || text.includes('<<') || text.includes('*attached')) return;
      const kept = commentsOf(renderOf(plan, { external: false }));
      for (const comment of commentsOf(text).filter((line) =>
        /about (image|environment|command|labels|depends_on|services|volumes)$/.test(line),
      )) {
        const index = kept.indexOf(comment);
        assert.ok(index >= 0, `${comment} is gone`);
        kept.splice(index, 1);
      }
    }),
  );
});

interface Data {
  readonly services: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly networks?: Readonly<Record<string, Readonly<Record<string, unknown>> | null>>;
  readonly [key: string]: unknown;
}

const dataOf = (text: string) => parse(text, { merge: true }) as Data;

const without = (data: Readonly<Record<string, unknown>>, keys: readonly string[]) =>
  Object.fromEntries(Object.entries(data).filter(([key]) => !keys.includes(key)));

function withoutExtension(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutExtension);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (key === 'x-netmode' ? [] : [[key, withoutExtension(inner)]])),
  );
}

const commentsOf = (text: string) => [...text.matchAll(/^\s*(#.*)$/gm)].map(([, comment]) => comment!);

test.run();
