/**
 * `kill -9` at every change of the real kernel and the real files, one after the other, in `up`, `down`, `persist` and
 * `unpersist`: the next run of the same completes it, and what netcompose did not make is what it was.
 */
import { spawn } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { applyActions } from '../../src/host/execute/execute.ts';
import { removePersisted, writePersisted } from '../../src/host/persist/persisted-files.ts';
import { persistedMark } from '../../src/plan/facts/ownership.ts';
import { difference, inNamespace, type Lab, labHost, parent, snapshot } from './lab.ts';
import { kernelTests } from './layer.ts';
import { hostBelow, persistedFiles } from './persisted.ts';
import { everyStep, shim } from './steps.ts';

const test = suite('kernel: killed');

const scratch = mkdtempSync(join(tmpdir(), 'killed-'));
const helper = join(scratch, 'kill-helper.mjs');
const bundled = build({
  entryPoints: [new URL('kill-helper.ts', import.meta.url).pathname],
  outfile: helper,
  bundle: true,
  platform: 'node',
  format: 'esm',
  logLevel: 'error',
  // Engines by SSH are asked by nothing here, and it cannot be bundled.
  alias: { ssh2: new URL('../../scripts/unused.cjs', import.meta.url).pathname },
  // What is CommonJS in it asks for Node's modules so.
  banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
});
test.after(() => rmSync(scratch, { recursive: true, force: true }));

kernelTests(test, {
  async '"up": the next one does what is left, "down" takes it away'(lab) {
    addOthers(lab);
    const clean = snapshot(lab.host);
    await applyActions(everyStep, labHost(lab.host));
    const wanted = snapshot(lab.host);
    removeAll(lab);
    let downs = 0;
    for (let count = 1; count <= everyStep.length; count++) {
      const said = `after ${count} commands`;
      await dieIn(lab, 'up', count);
      assert.is(await changesIn(lab, 'up'), everyStep.length - count, said);
      assert.equal(difference(wanted, snapshot(lab.host)), [], said);
      removeAll(lab);
      // Each `down` is tried in memory: test/faults/kill-points.test.ts. The first leaves a shim without its mark.
      if (count % 2 === 0) continue;
      downs += 1;
      await dieIn(lab, 'up', count);
      assert.ok((await changesIn(lab, 'down')) > 0, said);
      assert.equal(difference(clean, snapshot(lab.host)), [], said);
    }
    say('up', everyStep.length + downs);
  },

  async '"down": the next one removes the rest'(lab) {
    addOthers(lab);
    const clean = snapshot(lab.host);
    await changesIn(lab, 'up');
    const points = await changesIn(lab, 'down');
    assert.ok(points > 1, `only ${points}`);
    for (let count = 1; count <= points; count++) {
      await changesIn(lab, 'up');
      await dieIn(lab, 'down', count);
      assert.is(await changesIn(lab, 'down'), points - count);
      assert.equal(difference(clean, snapshot(lab.host)), [], `after ${count} commands`);
    }
    say('down', points);
  },

  async '"persist" and "unpersist": each file is whole or not there, and nobody else\'s is touched'() {
    const [clean, wanted] = [hostFolder('clean'), hostFolder('wanted')];
    await writePersisted(hostBelow(wanted), persistedFiles);
    const [before, after] = [filesBelow(clean), filesBelow(wanted)];
    assert.is(after.length - before.length, persistedFiles.length + 2, 'the files, a folder, and the link of the unit');
    for (const [what, from, to] of [
      ['persist', before, after],
      ['unpersist', after, before],
    ] as const) {
      let points = 0;
      for (; ; points += 1) {
        const root = hostFolder(`${what}-${points}`);
        const host = hostBelow(root);
        if (what === 'unpersist') await writePersisted(host, persistedFiles);
        assert.equal(filesBelow(root), from);
        if ((await run([what, String(points + 1), root])).signal === null) break;
        const said = `${what}, killed at ${points + 1}`;
        for (const line of filesBelow(root)) if (!line.includes('.tmp ')) assert.ok(isOneOf(line, from, to), said);
        await (what === 'persist' ? writePersisted(host, persistedFiles) : removePersisted(host));
        assert.equal(filesBelow(root), to, said);
      }
      assert.ok(points >= 8, `only ${points}`);
      say(what, points);
    }
  },
});

test.run();

const say = (what: string, points: number) =>
  console.log(`  killed in "${what}": kill points survived: ${points} of ${points}`);

const isOneOf = (line: string, ...states: readonly (readonly string[])[]) => states.some((all) => all.includes(line));

/** What is somebody else's: a sibling on the parent, a rule, a route and a table, a neighbour, a setting. */
function addOthers({ host }: Lab): void {
  for (const command of [
    `ip link add link ${parent} name other type macvlan mode bridge`,
    'ip link set dev other up alias somebody',
    'ip addr add 10.9.8.7/24 dev other',
    'ip route add 10.9.9.0/24 via 10.9.8.1 table 4711',
    'ip rule add to 10.9.9.0/24 lookup 4711 priority 30000',
    'ip neigh add 10.9.8.9 lladdr 02:00:00:00:00:09 dev other nud permanent',
    'sysctl -q -w net/ipv4/conf/other/arp_filter=1',
  ])
    inNamespace(host, ...command.split(' '));
}

/** A host's root with files of others among which ours come to lie. */
function hostFolder(name: string): string {
  const root = join(scratch, name);
  const others = {
    'etc/systemd/system/ssh.service': '[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\n',
    'etc/systemd/system/multi-user.target.wants/.keep': '',
    'etc/systemd/network/10-p0.network': '[Match]\nName=p0\n',
    'etc/NetworkManager/system-connections/home.nmconnection': '[connection]\n',
    'etc/udev/rules.d/70-mine.rules': `${persistedMark}\ncopied\n`,
  };
  for (const [path, text] of Object.entries(others)) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

/** Everything below a folder, with its mode and what it says. */
function filesBelow(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((path) => {
      const at = join(root, path);
      const stats = lstatSync(at);
      const text = stats.isSymbolicLink() ? readlinkSync(at) : stats.isFile() ? readFileSync(at, 'utf8') : '';
      return `${path} ${(stats.mode & 0o7777).toString(8)} ${JSON.stringify(text)}`;
    })
    .sort();
}

function removeAll({ host }: Lab): void {
  inNamespace(host, 'ip', 'link', 'del', 'dev', shim);
  for (const family of ['-4', '-6']) inNamespace(host, 'ip', family, 'rule', 'flush', 'table', '28259');
}

async function dieIn({ host }: Lab, what: 'up' | 'down', count: number): Promise<void> {
  assert.is((await run([what, String(count)], host)).signal, 'SIGKILL', `${what}, at ${count}`);
}

/** How many commands that change something it runs to its end. */
async function changesIn({ host }: Lab, what: 'up' | 'down'): Promise<number> {
  return Number((await run([what, 'never'], host)).out);
}

/** Runs the helper; throws where it ends by itself and has failed. */
async function run(words: readonly string[], namespace?: string) {
  await bundled;
  const where = namespace === undefined ? [] : ['ip', 'netns', 'exec', namespace];
  const [program, ...args] = [...where, process.execPath, helper, ...words];
  const child = spawn(program!, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (data) => (out += String(data)));
  return new Promise<{ signal: NodeJS.Signals | null; out: string }>((resolve, reject) =>
    child.on('close', (code, signal) =>
      signal || code === 0 ? resolve({ signal, out }) : reject(new Error(`exit code ${code}`)),
    ),
  );
}
