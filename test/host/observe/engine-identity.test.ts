/** What an engine is, asked once: again as soon as its socket or its own word is another, and never kept of a swarm. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Engine } from '../../../src/host/engine/client.ts';
import { identified } from '../../../src/host/observe/engine-identity.ts';
import { type FakeHost, fakeHost } from '../fake-host.ts';

const [path, socket] = ['/home/user/.cache/netcompose-answers/engine', '/run/docker.sock'];
const endpoint = { kind: 'unix', url: `unix://${socket}`, from: 'default', remote: false, socket } as const;
const greeting = { server: 'Docker/28.5.2 (linux)', swarm: 'inactive', 'api-version': '1.51' };
const info = { OperatingSystem: 'Debian GNU/Linux 12', SecurityOptions: [], Swarm: {} };

interface Said {
  readonly greeting?: Readonly<Record<string, string>> | 'silent';
  readonly info?: object;
  readonly components?: readonly string[];
}

/** Asks an engine that says this. @returns what it was asked, and what it is */
async function ask(host: FakeHost, said: Said = {}) {
  const asked: string[] = [];
  const engine: Engine = {
    get: async (question) => {
      asked.push(question);
      const components = (said.components ?? ['Engine']).map((Name) => ({ Name }));
      return question === '/version' ? { Version: '28.5.2', Components: components } : (said.info ?? info);
    },
    greeting: async () => {
      if (said.greeting === 'silent') throw new Error('silent');
      return new Map(Object.entries(said.greeting ?? greeting));
    },
  };
  const { identity, remember } = await identified(host, engine, endpoint, path);
  remember?.();
  return { asked, identity };
}

const all = ['/version', '/info'];
const docker = { version: '28.5.2', kind: 'engine', remote: false, swarm: 'inactive' };
const machine = (marks: Record<string, object> = {}) => fakeHost({ files: { [socket]: '' }, marks });

test('the same engine is asked once', async () => {
  const host = machine();
  assert.equal(await ask(host), { asked: all, identity: docker });
  assert.equal(await ask(host), { asked: [], identity: docker });
});

for (const [what, said] of Object.entries<Said>({
  'another version': { greeting: { ...greeting, server: 'Docker/29.0.0 (linux)' } },
  'a swarm since then': { greeting: { ...greeting, swarm: 'active/manager' } },
  'no word of a swarm': { greeting: { server: greeting.server } },
  'another program': { greeting: { server: 'Libpod/5.8.6 (linux)' } },
  'no greeting': { greeting: 'silent' },
})) {
  test(`asked again: ${what}`, async () => {
    const host = machine();
    await ask(host);
    assert.equal((await ask(host, said)).asked, all);
  });
}

test('asked again: another socket, and what somebody else may have written', async () => {
  const marks: Record<string, object> = {};
  const host = machine(marks);
  await ask(host);
  marks[socket] = { inode: 2 };
  assert.equal((await ask(host)).asked, all);
  assert.equal((await ask(host)).asked, []);
  marks[path] = { mode: 0o666 };
  assert.equal((await ask(host)).asked, all);
});

test('asked each time: in a swarm, whatever it says first; Podman', async () => {
  for (const said of [{ info: { ...info, Swarm: { LocalNodeState: 'active' } } }, { components: ['Podman Engine'] }]) {
    const host = machine();
    await ask(host, said);
    assert.equal((await ask(host, said)).asked, all);
    assert.not.ok(host.files.has(path));
  }
});

test.run();
