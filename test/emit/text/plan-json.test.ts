import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { planJson } from '../../../src/emit/text/plan-json.ts';
import { directory, planTexts } from '../../support/in-memory.ts';

test('a service of a profile that nobody asks for is marked', () => {
  const text = `services:
  web: { image: nginx, x-netmode: host }
  debug: { image: nginx, profiles: [debug], x-netmode: host }
`;
  const activeOf = (profiles: readonly string[]) => {
    const { services } = JSON.parse(planJson(planTexts(text, { profiles }).plan!, [], directory)) as {
      services: Readonly<Record<string, { readonly active?: false }>>;
    };
    return Object.entries(services).map(([name, { active }]) => [name, active]);
  };
  assert.equal(activeOf([]), [
    ['web', undefined],
    ['debug', false],
  ]);
  assert.equal(activeOf(['debug']), [
    ['web', undefined],
    ['debug', undefined],
  ]);
});

test.run();
