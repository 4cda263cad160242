import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { startedBy } from '../../../src/cli/options/service-words.ts';
import { planTexts } from '../../support/in-memory.ts';

const { project } = planTexts(`
services:
  web: { image: nginx, depends_on: [api] }
  api: { image: nginx, network_mode: "service:vpn" }
  vpn: { image: nginx }
  other: { image: nginx }
`);

const cases: readonly (readonly [string, readonly string[] | undefined])[] = [
  ['up -d', undefined],
  ['up -d other', ['other']],
  ['up web', ['api', 'vpn', 'web']],
  ['up --no-deps web', ['web']],
  ['up --attach web', undefined],
  ['up --attach web other', ['other']],
  ['scale web=3', ['api', 'vpn', 'web']],
  ['restart api', ['api', 'vpn']],
  ['run --rm web other', ['api', 'vpn']],
  ['run --service-ports web', ['api', 'vpn', 'web']],
  ['run -P --no-deps web', ['web']],
  ['run --no-deps web', []],
];

for (const [words, expected] of cases) {
  test(words, () => {
    const [command = '', ...args] = words.split(' ');
    const started = startedBy({ command, args }, project!);
    assert.equal(started && [...started].sort(), expected);
  });
}

test.run();
