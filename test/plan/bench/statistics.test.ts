import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { compare, quantile, type Round, rotated, spreadOf } from '../../../src/plan/bench/statistics.ts';
import { holds } from '../../support/property.ts';

const positive = fc.double({ min: 1e-3, max: 1e6, noNaN: true });
const values = fc.array(positive, { minLength: 1, maxLength: 20 });
const sample = fc.record({ latency: positive, throughput: positive });
const round = fc.record({ host: sample, lan: sample });
const isNear = (a: number, b: number) => Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));

test('quartiles lie between two values in proportion', () => {
  assert.equal(spreadOf([5, 1, 4, 2, 3]), { median: 3, lower: 2, upper: 4 });
  assert.equal(spreadOf([4, 1, 3, 2]), { median: 2.5, lower: 1.75, upper: 3.25 });
  assert.equal(spreadOf([7]), { median: 7, lower: 7, upper: 7 });
});

test('a quantile lies within the values, grows with its part and does not depend on their order', () => {
  holds(
    fc.property(
      values,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (all, a, b) => {
        const [low, high] = [quantile(all, Math.min(a, b)), quantile(all, Math.max(a, b))];
        assert.ok(low >= Math.min(...all) && high <= Math.max(...all));
        assert.ok(low <= high || isNear(low, high));
        assert.is(quantile([...all].reverse(), a), quantile(all, a));
      },
    ),
  );
});

test('host mode is once itself, and a netmode that takes k times as long is k times host mode', () => {
  holds(
    fc.property(
      fc.array(round, { minLength: 1, maxLength: 9 }),
      fc.double({ min: 0.1, max: 10, noNaN: true }),
      (rounds, k) => {
        const slower = (one: Round['host']) => ({ latency: one.latency * k, throughput: one.throughput / k });
        const [host, bridge] = compare([
          { netmode: 'host', rounds },
          { netmode: 'bridge', rounds: rounds.map((one) => ({ host: slower(one.host), lan: slower(one.lan) })) },
        ]);
        assert.ok(host && 'figures' in host && bridge && 'figures' in bridge);
        for (const direction of ['host', 'lan'] as const) {
          assert.equal(host.figures[direction].latency.ratio, { median: 1, lower: 1, upper: 1 });
          for (const part of ['median', 'lower', 'upper'] as const) {
            assert.ok(isNear(bridge.figures[direction].latency.ratio[part], k));
            assert.ok(isNear(bridge.figures[direction].throughput.ratio[part], 1 / k));
          }
        }
      },
    ),
  );
});

test('ratios are those of each round: a machine that is slow for a whole round changes none', () => {
  const of = (latency: number): Round => ({ host: { latency, throughput: 1 }, lan: { latency, throughput: 1 } });
  const [, macvlan] = compare([
    { netmode: 'host', rounds: [of(10), of(1000), of(20)] },
    { netmode: 'macvlan', rounds: [of(15), of(1500), of(30)] },
  ]);
  assert.ok(macvlan && 'figures' in macvlan);
  assert.equal(macvlan.figures.lan.latency, { ratio: { median: 1.5, lower: 1.5, upper: 1.5 }, median: 30 });
});

test('what was not measured keeps its reason; without host mode there is nothing to compare with', () => {
  const host = {
    netmode: 'host',
    rounds: [{ host: { latency: 1, throughput: 1 }, lan: { latency: 1, throughput: 1 } }],
  } as const;
  const missing = { netmode: 'ipvlan-l2', reason: 'this kernel has no ipvlan' } as const;
  assert.equal(compare([host, missing])[1], missing);
  assert.throws(() => compare([missing]), /host mode was not measured/);
});

test('in as many rounds as there are netmodes, each has each place once', () => {
  holds(
    fc.property(fc.uniqueArray(fc.integer(), { maxLength: 8 }), (items) => {
      const rounds = items.map((_, at) => rotated(items, at));
      for (const place of items.keys()) assert.is(new Set(rounds.map((each) => each[place])).size, items.length);
    }),
  );
  assert.equal(rotated([], 3), []);
});

test.run();
