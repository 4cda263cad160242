/** A plan needs what a file means, not the yaml package's tree of it, which takes most of a quick command's time. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { load } from '../../src/compose/load.ts';
import { Diagnostics } from '../../src/diagnostics/diagnostic.ts';
import { intentsOf } from '../../src/netmode/intents.ts';
import { planOf } from '../../src/plan/plan.ts';

const text = 'services:\n  web: { image: nginx, networks: [a], x-netmode: { mode: bridge } }\nnetworks:\n  a: {}\n';

test('planning works out no document', () => {
  const { report } = new Diagnostics();
  const files = {
    read: (path: string) => (path === '/p/compose.yaml' ? { text } : ({ error: 'missing', detail: '' } as const)),
    exists: (path: string) => path === '/p/compose.yaml',
    isDirectory: () => false,
  };
  const options = { files: ['compose.yaml'], profiles: [], envFiles: [], cwd: '/p', env: {} };
  const project = load(options, files, report)!;
  const watched = { ...project, documents: () => assert.unreachable('a document was worked out') as never };
  const plan = planOf(intentsOf(watched, report), { version: 1 }, report);
  assert.equal([...plan.services.keys()], ['web']);
});

test('and copying a project works none out either', () => {
  const { report } = new Diagnostics();
  const files = {
    read: () => ({ text }),
    exists: () => true,
    isDirectory: () => false,
  };
  const project = load({ files: ['a.yaml'], profiles: [], envFiles: [], cwd: '/p', env: {} }, files, report)!;
  for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(project)))
    assert.is(get, undefined, `"${name}" is worked out by whoever copies it`);
});

test.run();
