/** Progress looks as the project's `.env` says, in what Compose takes from there. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { parseGlobals } from '../../../src/cli/globals.ts';
import { withEnvFile } from '../../../src/cli/steps/progress/env-file-look.ts';
import { fakeHost } from '../../host/fake-host.ts';

const cases: readonly (readonly [
  argv: string,
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
  ansi: string | undefined,
])[] = [
  ['up', {}, {}, undefined],
  ['up', { '/project/.env': 'COMPOSE_ANSI=never\n' }, {}, 'never'],
  ['up', { '/project/.env': 'WORD=always\nexport COMPOSE_ANSI="$WORD"\n' }, {}, 'always'],
  ['up', { '/project/.env': 'COMPOSE_ANSI=never\n' }, { COMPOSE_ANSI: 'always' }, undefined],
  ['--ansi auto up', { '/project/.env': 'COMPOSE_ANSI=never\n' }, {}, 'auto'],
  ['up', { '/project/.env': 'COMPOSE_PROGRESS=json\n# COMPOSE_ANSI=never\n' }, {}, undefined],
  ['-f sub/compose.yaml up', { '/project/sub/.env': 'COMPOSE_ANSI=never\n' }, {}, 'never'],
  ['-f sub/compose.yaml up', { '/project/.env': 'COMPOSE_ANSI=never\n' }, {}, undefined],
  ['--project-directory other up', { '/project/other/.env': 'COMPOSE_ANSI=never\n' }, {}, 'never'],
  ['--env-file x.env up', { '/project/.env': 'COMPOSE_ANSI=never\n' }, {}, undefined],
];

for (const [argv, files, env, ansi] of cases)
  test(`${argv}, ${JSON.stringify({ ...files, ...env })}`, () => {
    const parsed = parseGlobals(argv.split(' '));
    if (parsed.kind !== 'command') throw new Error(`"${argv}" is no command`);
    const look = withEnvFile(fakeHost({ cwd: '/project', files, env }), parsed.globals);
    assert.is(look.ansi, ansi);
    assert.is(look.progress, undefined);
  });

test.run();
