/** The questions of `annotate`, answered by the test. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Interrupted } from '../../../src/cli/interrupt.ts';
import type { Questions } from '../../../src/cli/questions.ts';
import { run } from '../../../src/cli/run.ts';
import { type FakeOptions, fakeHost } from '../../host/fake-host.ts';

const text =
  'services:\n  web:\n    image: nginx\n    ports: ["8080:80"]\n  dns: { image: pihole, x-netmode: host }\n' +
  '  app: { image: x, network_mode: "service:web" }\nnetworks:\n  lan: { x-netmode: macvlan }\n';

/** What advice depends on. */
const here: FakeOptions = {
  env: { DOCKER_HOST: 'unix:///nowhere/docker.sock' },
  commands: { 'ip -N -j -d addr': '[]', 'ip -j route': '[]', 'ip -j -6 route': '[]', 'ip -j neigh': '[]' },
};

/** @param answers the choices' names in turn; nothing: Enter alone */
async function asked(
  answers: readonly (string | undefined)[],
  confirmed: boolean | 'Ctrl-C',
  argv: readonly string[] = [],
  file = text,
  files: Readonly<Record<string, string>> = {},
) {
  const host = fakeHost({ ...here, cwd: '/project', files: { ...files, '/project/compose.yaml': file } });
  const shown: string[] = [];
  const offered = new Map<string, string>();
  const said: string[] = [];
  let [out, err] = ['', ''];
  const questions: Questions = {
    choose: async (question, choices, preselected) => {
      shown.push(question);
      for (const { name, description = '' } of choices) offered.set(name, description);
      const enter = choices.find(({ value }) => value === preselected)!;
      said.push(`${enter.name}: ${enter.description}`);
      const answer = answers[shown.length - 1];
      if (answer === 'Ctrl-C') throw new Interrupted('interrupted');
      return answer === undefined ? preselected : choices.find(({ name }) => name === answer)!.value;
    },
    confirm: async (question) => {
      shown.push(question);
      if (confirmed === 'Ctrl-C') throw new Interrupted('interrupted');
      return confirmed;
    },
    confirmBefore: () => Promise.reject(new Error('nothing is asked for a time')),
  };
  const terminal = {
    out: (written: string) => void (out += written),
    err: (written: string) => void (err += written),
    color: { out: false, err: false },
    questions,
  };
  const code = await run(['annotate', ...argv], host, terminal);
  return { code, out, err, shown, said, offered, after: host.files.get('/project/compose.yaml') };
}

test('service by service; guests have nothing to choose', async () => {
  const { code, out, shown, after } = await asked(['ipvlan-l2', 'join network lan'], true);
  assert.is(code, 0);
  assert.equal(shown, ['web (nginx, publishes 8080)', 'dns (pihole), now host', 'Write this?']);
  assert.match(out, '+    x-netmode: ipvlan-l2');
  assert.match(after!, '    x-netmode: ipvlan-l2\n  dns: { image: pihole, x-netmode: { network: lan } }');
});

test('Enter alone leaves all as it is', async () => {
  const { code, err, shown, after } = await asked([], true);
  assert.is(code, 0);
  assert.is(after, text);
  assert.match(err, 'there is nothing to change');
  assert.not.ok(shown.includes('Write this?'));
});

test('Enter alone answers what is advised, with its reason', async () => {
  const file = 'services:\n  hb:\n    image: homebridge/homebridge\n  web: { image: nginx }\n';
  const { said, shown, after } = await asked([], true, [], file);
  assert.match(said[0]!, /^ipvlan-l2 \(advised\): it needs mDNS/);
  assert.match(said[1]!, /^leave as it is: a bridge is enough/);
  assert.equal(shown, ['hb (homebridge/homebridge)', 'web (nginx)', 'Write this?']);
  assert.is(after, file.replace('homebridge\n  web', 'homebridge\n    x-netmode: ipvlan-l2\n  web'));
});

test('no: nothing is written', async () => {
  const { code, after } = await asked(['host'], false);
  assert.is(code, 0);
  assert.is(after, text);
});

for (const [where, answers, confirmed] of [
  ['a service', ['host', 'Ctrl-C'], true],
  ['the last question', ['host'], 'Ctrl-C'],
] as const) {
  test(`Ctrl-C at ${where}: nothing is written, and exit code 130`, async () => {
    const { code, err, after } = await asked(answers, confirmed);
    assert.is(code, 130);
    assert.is(err, 'netcompose: nothing is written\n');
    assert.is(after, text);
  });
}

test('what the kernel of this host has not is said; the file may be for another', async () => {
  const release = '6.1.0-37-amd64';
  const { offered } = await asked([], true, ['web'], text, {
    '/proc/sys/kernel/osrelease': `${release}\n`,
    [`/lib/modules/${release}/modules.dep`]: 'kernel/drivers/net/macvlan.ko:\n',
  });
  assert.is(offered.get('ipvlan-l2'), 'not here: the kernel of this host has no ipvlan');
  assert.is(offered.get('ipvlan-l3'), 'not here: the kernel of this host has no ipvlan');
  assert.match(offered.get('macvlan')!, 'on the LAN');
});

test('only those that are named', async () => {
  const { shown } = await asked([], true, ['dns']);
  assert.equal(shown, ['dns (pihole), now host']);
});

test.run();
