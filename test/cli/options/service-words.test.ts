import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { asCalled, serviceWords, startedBy } from '../../../src/cli/options/service-words.ts';
import { planTexts } from '../../support/in-memory.ts';

const { project } = planTexts(`
services:
  web: { image: nginx, depends_on: [api] }
  api: { image: nginx, network_mode: "service:vpn" }
  vpn: { image: nginx }
  other: { image: nginx }
  debug: { image: nginx, profiles: [debug] }
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
  ['run web -- other', ['api', 'vpn']],
  ['run -- web other', ['api', 'vpn']],
  ['run -e other web', ['api', 'vpn']],
  ['run --name=other web', ['api', 'vpn']],
  ['run -dPT web', ['api', 'vpn', 'web']],
  ['run web --no-deps -P', ['api', 'vpn']],
  ['up -t 5 other', ['other']],
  ['up -dt5 other', ['other']],
  ['up -- other', ['other']],
  ['up other --no-deps=false', ['other']],
  ['up --scale web=2', undefined],
  ['up --scale other=2 web', ['api', 'vpn', 'web']],
  ['restart --timeout other', undefined],
  ['create --pull other other', ['other']],
];

const called = (text: string) => {
  const [command = '', ...args] = text.split(' ');
  return { command, args };
};

for (const [words, expected] of cases) {
  test(words, () => {
    const started = startedBy(called(words), project!);
    assert.equal(started && [...started].sort(), expected);
  });
}

const activated: Readonly<Record<string, readonly string[]>> = {
  'run debug': ['debug'],
  'run --rm debug sh': ['debug'],
  'run web echo debug': [],
  'run web -- echo debug': [],
  'run -- web debug': [],
  'run --name debug web': [],
  'up -d debug': ['debug'],
  'up --attach debug': [],
  'up --exit-code-from=debug': [],
  'scale debug=1': ['debug'],
  'config debug': ['debug'],
  'config --hash debug': [],
  'down debug': ['debug'],
  // Not Compose's: its words are its own.
  'plan --facts debug': [],
  'explain debug': [],
};

for (const [words, expected] of Object.entries(activated)) {
  test(`"${words}" starts whatever its profiles say: ${expected.join(', ') || 'nothing'}`, () => {
    const { services } = asCalled(project!, serviceWords(called(words)));
    assert.equal(
      [...services.values()].filter(({ name, active }) => active && name === 'debug').map(({ name }) => name),
      expected,
    );
  });
}

const replicas: Readonly<Record<string, readonly (readonly [string, number, string])[]>> = {
  'up --scale web=2 --scale=other=3': [
    ['web', 2, 'up --scale web=2'],
    ['other', 3, 'up --scale other=3'],
  ],
  'create --scale web=0': [['web', 0, 'create --scale web=0']],
  'scale web=2 other=1': [
    ['web', 2, 'scale web=2'],
    ['other', 1, 'scale other=1'],
  ],
  'scale web=+3': [['web', 3, 'scale web=+3']],
  'up --scale web=+03': [['web', 3, 'up --scale web=+03']],
  'up --scale web': [],
  'scale web=-1': [],
  'run web --scale web=2': [],
};

for (const [words, expected] of Object.entries(replicas)) {
  test(`"${words}" asks for ${expected.map(([name, count]) => `${count} of ${name}`).join(', ') || 'nothing'}`, () => {
    const { services } = asCalled(project!, serviceWords(called(words)));
    assert.equal(
      [...services.values()].flatMap(({ name, replicas: { value, span } }) =>
        span.source.path === '<command line>' ? [[name, value, span.source.text]] : [],
      ),
      expected,
    );
  });
}

const meanings: Readonly<Record<string, Partial<ReturnType<typeof serviceWords>>>> = {
  'down --dry-run': { dryRun: true },
  'down --dry-run=true': { dryRun: true },
  'down --dry-run=1': { dryRun: true },
  'down --dry-run=T': { dryRun: true },
  'down --dry-run=false': { dryRun: false },
  'down --dry-run --dry-run=0': { dryRun: false },
  'run web --dry-run --help -h': { help: false },
  'run -h web': { help: true },
  'up -d': { detached: true },
  'up -Vd': { detached: true },
  'up --detach=true': { detached: true },
  'up -d=false': { detached: false },
  'up --wait': { detached: true },
  'up -t d': { detached: false },
  'up -- -d': { detached: false },
  'up --wait-reach': { trustsHooks: false, forCompose: ['--detach'] },
  'up --wait-reach -d web': { trustsHooks: false, forCompose: ['-d', 'web'] },
  'up --wait-reach=false': { trustsHooks: false, forCompose: [] },
  'up --confirm 60 -d': { confirm: '60', forCompose: ['-d'] },
  'up -d --confirm=5 web': { confirm: '5', forCompose: ['-d', 'web'] },
  'create --confirm 60': { forCompose: ['--confirm', '60'] },
  'create --wait-reach': { detached: false, forCompose: ['--wait-reach'] },
  'up --trust-hooks -d': { trustsHooks: true, forCompose: ['-d'] },
  'up -d -- --trust-hooks': { trustsHooks: false, forCompose: ['-d', '--', '--trust-hooks'] },
  'run --rm web echo --trust-hooks': { trustsHooks: false, forCompose: ['--rm', 'web', 'echo', '--trust-hooks'] },
  'run --trust-hooks web --trust-hooks': { trustsHooks: true, forCompose: ['web', '--trust-hooks'] },
  'run -e --trust-hooks web': { trustsHooks: false, forCompose: ['-e', '--trust-hooks', 'web'] },
  'down --rmi all --trust-hooks=false': { trustsHooks: false, forCompose: ['--rmi', 'all'] },
};

for (const [words, expected] of Object.entries(meanings)) {
  test(`"${words}" means ${JSON.stringify(expected)}`, () => {
    const found = serviceWords(called(words));
    assert.equal(
      Object.fromEntries(Object.keys(expected).map((key) => [key, found[key as keyof typeof found]])),
      expected,
    );
  });
}

test('--wait-reach: how long it waits, and that "up" ends', () => {
  for (const [text, waits, detached] of [
    ['up', undefined, false],
    ['up --wait-reach', 30, true],
    ['up --wait-reach --wait-timeout 5', 5, true],
    ['up --wait-reach --wait-timeout nonsense', 30, true],
    ['up --wait-reach=false', undefined, false],
  ] as const) {
    const { waitsReach, detached: ends } = serviceWords(called(text));
    assert.equal([waitsReach, ends], [waits, detached], text);
  }
});

test.run();
