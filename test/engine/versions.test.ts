/**
 * What depends on the versions of the engine and Compose, on both sides of each: what netcompose says and writes, and
 * what Docker then does. Runs with each engine; the tables say what differs.
 */
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { saying } from '../support/hooks.ts';
import type { Output } from '../support/patiently.ts';
import { inSequence } from '../support/pattern.ts';
import { fetchText } from './rig/http.ts';
import { testImage } from './rig/image.ts';
import { type EngineName, findEngine } from './rig/installed.ts';
import { type Lan, makeLan } from './rig/lan.ts';
import { netcompose } from './rig/netcompose.ts';
import { type Rig, startRig } from './rig/rig.ts';
import { type Snapshot, snapshot } from './snapshot.ts';

type ByEngine<Value> = Readonly<Record<EngineName, Value>>;

interface Context {
  rig: Rig;
  lan: Lan;
  before: Snapshot;
}

const test = suite<Context>('versions');

test.before(
  saying(async (context) => {
    context.lan = await makeLan({ name: 'vers', defaultRoute: true });
    // A second subnet on the same wire.
    await context.lan.exec(['ip', 'address', 'add', '192.168.77.1/24', 'dev', 'ncl-vers']);
    context.rig = await startRig();
    context.before = await snapshot(context.rig);
  }),
);
test.after(async ({ rig, lan }) => {
  await rig?.stop();
  await lan?.remove();
});

/** A test after which nothing is left; one that fails takes its projects down, so that the next begins where it did. */
function check(name: string, body: (context: Context) => Promise<void>): void {
  test(name, async (context) => {
    started.clear();
    try {
      await body(context);
    } catch (error) {
      for (const call of started) await call('down');
      throw error;
    }
    assert.equal(await snapshot(context.rig), context.before);
  });
}

/** Which engine's Compose: 2.26 comes with 26 and serves 20, 2.40 comes with 28. */
type ComposeOf = '26' | '28';
const ownCompose: ByEngine<ComposeOf> = { '20': '26', '26': '26', '28': '28' };

async function composeFrom({ directory }: Rig, name: ComposeOf): Promise<{ readonly DOCKER_CONFIG: string }> {
  const folder = join(directory, `compose-${name}`);
  if ((await mkdir(join(folder, 'cli-plugins'), { recursive: true })) !== undefined)
    await symlink(findEngine(name)!.compose, join(folder, 'cli-plugins/docker-compose'));
  return { DOCKER_CONFIG: folder };
}

type Call = (...args: readonly string[]) => Promise<Output>;
const started = new Set<Call>();

/** A project in a folder of its name. */
async function project(rig: Rig, name: string, compose: string, from = ownCompose[rig.engine]): Promise<Call> {
  const cwd = join(rig.directory, name);
  await mkdir(cwd, { recursive: true });
  await writeFile(join(cwd, 'compose.yaml'), compose);
  const env = await composeFrom(rig, from);
  const call: Call = (...args) => netcompose(rig, args, { cwd, env });
  started.add(call);
  return call;
}

async function succeeds(output: Promise<Output>): Promise<Output> {
  const { code, stdout, stderr } = await output;
  assert.is(code, 0, stdout + stderr);
  return { code, stdout, stderr };
}

/** `up` is refused for this reason before anything is touched. */
async function refuses(
  call: Call,
  { rig, before }: Context,
  reason: RegExp | string,
  code = 1,
  now = before,
): Promise<void> {
  const output = await call('up', '-d');
  assert.match(output.stderr, reason);
  assert.is(output.code, code, output.stderr);
  assert.equal(await snapshot(rig), now);
}

const web = (more: string) =>
  `services:\n  web:\n    image: ${testImage}\n    command: ["httpd", "-f", "-h", "/www"]\n` +
  `    stop_signal: SIGKILL\n${more}`;
const range = 'ip_range: 192.168.213.192/27';
const native = (pool: string) =>
  '    networks: [lan]\nnetworks:\n  lan:\n    driver: macvlan\n    driver_opts: { parent: ncp-vers }\n' +
  `    ipam: { config: [{ subnet: 192.168.213.0/24, ${range}${pool} }] }\n`;

/** The router of the container's default route. */
async function router(rig: Rig, container: string): Promise<string | undefined> {
  const { stdout } = await succeeds(rig.docker('exec', container, 'ip', 'route'));
  return /^default via (\S+)/m.exec(stdout)?.[1];
}

/* The gateway of a macvlan network. */

for (const [name, more, expected] of [
  ["netcompose's own", `    x-netmode: { mode: macvlan, scope: project, ${range} }\n`, '192.168.213.1'],
  ['a native one with a gateway', native(', gateway: 192.168.213.1'), '192.168.213.1'],
  // Docker up to 28 takes the first address of the range, where no router is: that is why netcompose always writes one.
  ['a native one without', native(''), '192.168.213.192'],
] as const) {
  check(`the default route by a macvlan network: ${name}`, async ({ rig }) => {
    const call = await project(rig, 'gate', web(more));
    await succeeds(call('up', '-d'));
    const { stdout } = await rig.docker('version', '--format', '{{.Server.Version}}');
    const isNone = expected !== '192.168.213.1' && Number.parseInt(stdout, 10) >= 29;
    assert.is(await router(rig, 'gate-web-1'), isNone ? undefined : expected);
    await succeeds(call('down'));
  });
}

/* The default route of a container on a macvlan network and a bridge. */

type Way = 'lan' | 'bridge';

interface Route {
  readonly name: string;
  /** Docker's names of the networks begin with it; the shared macvlan network is `netcompose-ncp-vers`. */
  readonly project: 'able' | 'zoo';
  readonly compose: string;
  /** Which way it should leave. */
  readonly wanted: Way;
  /** What Docker chooses where engine or Compose knows no priorities; `refused` where netcompose does not start it. */
  readonly old: Way | 'refused';
  /** What Docker chooses where both know them: the one that is wanted, unless said otherwise. */
  readonly new?: Way;
  /** Also with the Compose of another engine. */
  readonly withOther?: true;
}

const beside = (bridge: string, more = '') =>
  `${web(`    networks: [backend]\n    x-netmode: { mode: macvlan, ${range}${more} }\n`)}networks:\n` +
  `  backend: ${bridge}\n`;
const ipv6 = '{ enable_ipv6: true, ipam: { config: [{ subnet: 10.77.0.0/24 }, { subnet: "fd00:77::/64" }] } }';
const loopback = web(`    ports: ["18099:80"]\n    x-netmode: { mode: macvlan, ${range}, host_access: loopback }\n`);

const routes: readonly Route[] = [
  {
    name: 'the bridge sorts first',
    project: 'able',
    compose: beside('{}'),
    wanted: 'lan',
    old: 'bridge',
    withOther: true,
  },
  { name: 'the macvlan sorts first', project: 'zoo', compose: beside('{}'), wanted: 'lan', old: 'lan' },
  {
    name: 'the bridge sorts first, and is internal',
    project: 'able',
    compose: beside('{ internal: true }'),
    wanted: 'lan',
    old: 'lan',
    withOther: true,
  },
  {
    name: 'the macvlan sorts first, and the bridge has IPv6',
    project: 'zoo',
    compose: beside(ipv6),
    wanted: 'lan',
    old: 'bridge',
    new: 'bridge',
  },
  {
    name: "a priority of the file's",
    project: 'able',
    compose: beside('{}', ', gw_priority: 5'),
    wanted: 'lan',
    old: 'bridge',
    withOther: true,
  },
  { name: 'loopback, the bridge sorts first', project: 'able', compose: loopback, wanted: 'bridge', old: 'bridge' },
  {
    name: 'loopback, the macvlan sorts first',
    project: 'zoo',
    compose: loopback,
    wanted: 'bridge',
    old: 'refused',
    withOther: true,
  },
];

for (const { name, project: prefix, compose, wanted, old, new: now = wanted, withOther } of routes) {
  for (const whose of withOther ? (['own', 'other'] as const) : (['own'] as const)) {
    check(`the default route, ${name}${whose === 'other' ? ", another engine's Compose" : ''}`, async (context) => {
      const { rig, lan } = context;
      const own = ownCompose[rig.engine];
      const from = whose === 'own' ? own : own === '28' ? '26' : '28';
      const call = await project(rig, prefix, compose, from);
      const expected = rig.engine === '28' && from === '28' ? now : old;
      if (expected === 'refused') {
        await refuses(
          call,
          context,
          inSequence(
            /error\[service\/default-route\].* leaves by the network "macvlan_ncp-vers", not by "default".*, /,
            /and Docker publishes none of its ports/,
          ),
        );
        return;
      }
      const { stderr } = await succeeds(call('up', '-d'));
      const said = /warning\[service\/default-route\]: "web" leaves by the network "(.*?)"/.exec(stderr)?.[1];
      assert.is(said, expected === wanted ? undefined : 'backend', stderr);
      assert.is((await router(rig, `${prefix}-web-1`)) === lan.gateway ? 'lan' : 'bridge', expected);
      if (compose === loopback) assert.is(await fetchText('http://127.0.0.1:18099/'), 'hello');
      await succeeds(call('down'));
    });
  }
}

/* What the engine tells of its containers. */

for (const [name, mine] of [
  ['a published port', web('    ports: ["18097:80"]\n    x-netmode: bridge\n')],
  ['host mode', web('    x-netmode: { mode: host, listen: [18097] }\n')],
] as const) {
  check(`a port that another project's container publishes, and ${name}`, async (context) => {
    const { rig } = context;
    const [first, second] = [
      await project(rig, 'first', web('    ports: ["18097:80"]\n    x-netmode: bridge\n')),
      await project(rig, 'second', mine),
    ];
    await succeeds(first('up', '-d'));
    await refuses(
      second,
      context,
      inSequence(
        /error\[ports\/in-use-by-container\]: "web" (publishes|opens) port 18097\/tcp of the host, /,
        /which the container "first-web-1" of project "first" publishes/,
      ),
      1,
      await snapshot(rig),
    );
    await succeeds(first('down'));
  });
}

/* Keys of a service's network. */

const [mac, newName] = ['02:42:c0:a8:d5:4d', 'lan0'];

for (const { key, from, refused } of [
  {
    key: `mac_address: "${mac}"`,
    from: '26',
    refused: { '20': 'this engine is 20.10.24', '26': undefined, '28': undefined },
  },
  {
    key: `interface_name: ${newName}`,
    from: '26',
    refused: { '20': 'this engine is 20.10.24', '26': 'this engine is 26.1.5', '28': 'Docker Compose is 2.26.1' },
  },
  {
    key: `interface_name: ${newName}`,
    from: '28',
    refused: { '20': 'this engine is 20.10.24', '26': 'this engine is 26.1.5', '28': undefined },
  },
] as const satisfies readonly { key: string; from: ComposeOf; refused: ByEngine<string | undefined> }[]) {
  check(`${key}, Compose of ${from}`, async (context) => {
    const { rig } = context;
    const call = await project(rig, 'keys', web(`    x-netmode: { mode: macvlan, ${range}, ${key} }\n`), from);
    const reason = refused[rig.engine];
    if (reason !== undefined) {
      await refuses(
        call,
        context,
        `error[engine/too-old]: "web" has ${key.split(':')[0]} on the network "macvlan_ncp-vers", but ${reason}`,
      );
      return;
    }
    await succeeds(call('up', '-d'));
    const { stdout } = await rig.docker('exec', 'keys-web-1', 'ip', '-o', 'link');
    assert.match(stdout, key.startsWith('mac') ? mac : `: ${newName}@`);
    await succeeds(call('down'));
  });
}

/* A network's families. */

check("IPv6 by an option of the network's driver", async (context) => {
  const { rig } = context;
  const network =
    'networks:\n  two:\n    driver_opts: { com.docker.network.enable_ipv6: "true" }\n' +
    '    ipam: { config: [{ subnet: 10.78.0.0/24 }, { subnet: "fd00:78::/64" }] }\n';
  const service = web('    x-netmode: bridge\n    networks: { two: { ipv6_address: "fd00:78::5" } }\n');
  const call = await project(rig, 'six', service + network);
  const compose = (...args: readonly string[]) =>
    rig.docker('compose', '--project-directory', join(rig.directory, 'six'), ...args);
  if (rig.engine !== '28') {
    await refuses(call, context, 'error[subnet/family-not-enabled]: network "two": Docker ignores fd00:78::/64');
    // So it is: by Compose alone it starts without a word, and without the address.
    await succeeds(compose('up', '-d'));
  } else await succeeds(call('up', '-d'));
  const { stdout } = await rig.docker('exec', 'six-web-1', 'ip', '-6', 'address', 'show', 'dev', 'eth0');
  assert.is(stdout.includes('fd00:78::5/64'), rig.engine === '28', stdout);
  await succeeds(compose('down'));
});

/* Several macvlan networks on one parent. */

/** Docker's own words, so that what netcompose refuses is refused for a reason; nothing where it makes the network. */
const makes: readonly {
  readonly name: string;
  readonly first: readonly string[];
  readonly second: readonly string[];
  readonly says: ByEngine<RegExp | undefined>;
}[] = [
  {
    name: 'two with different subnets',
    first: ['--subnet', '10.99.1.0/24'],
    second: ['--subnet', '10.99.2.0/24'],
    says: {
      '20': /network dm-\w{12} is already using parent interface ncp-vers/,
      '26': /network dm-\w{12} is already using parent interface ncp-vers/,
      '28': undefined,
    },
  },
  {
    name: 'passthru beside another',
    first: ['--subnet', '10.99.1.0/24'],
    second: ['--subnet', '10.99.2.0/24', '--opt', 'macvlan_mode=passthru'],
    says: {
      '20': /already using parent interface/,
      '26': /already using parent interface/,
      '28': /cannot use mode passthru, macvlan network \w+ is already using parent interface ncp-vers/,
    },
  },
  {
    name: 'another beside passthru',
    first: ['--subnet', '10.99.1.0/24', '--opt', 'macvlan_mode=passthru'],
    second: ['--subnet', '10.99.2.0/24'],
    says: {
      '20': /already using parent interface/,
      '26': /already using parent interface/,
      '28': /is already using parent interface ncp-vers in mode passthru/,
    },
  },
  {
    name: 'one subnet, two ranges, one gateway',
    first: ['--subnet', '10.99.1.0/24', '--gateway', '10.99.1.1', '--ip-range', '10.99.1.64/27'],
    second: ['--subnet', '10.99.1.0/24', '--gateway', '10.99.1.1', '--ip-range', '10.99.1.96/27'],
    says: {
      '20': /failed to allocate gateway/,
      '26': /failed to allocate gateway/,
      '28': /failed to allocate gateway/,
    },
  },
  {
    name: 'one subnet, two ranges, a gateway for the first only',
    first: ['--subnet', '10.99.1.0/24', '--gateway', '10.99.1.1', '--ip-range', '10.99.1.64/27'],
    second: ['--subnet', '10.99.1.0/24', '--ip-range', '10.99.1.96/27'],
    says: { '20': /already using parent interface/, '26': /already using parent interface/, '28': undefined },
  },
];

for (const { name, first, second, says } of makes) {
  check(`Docker itself: ${name}`, async ({ rig }) => {
    const make = (called: string, options: readonly string[]) =>
      rig.docker('network', 'create', '--driver', 'macvlan', '--opt', 'parent=ncp-vers', ...options, called);
    await succeeds(make('first', first));
    const { code, stderr } = await make('second', second);
    const words = says[rig.engine];
    if (words) assert.match(stderr, words);
    else assert.is(code, 0, stderr);
    await rig.docker('network', 'rm', ...(words ? ['first'] : ['first', 'second']));
  });
}

const ofItsOwn = (third: number, more = '') =>
  web(
    `    x-netmode: { mode: macvlan, scope: project, subnet: 192.168.${third}.0/24, gateway: ` +
      `192.168.${third}.1, ip_range: 192.168.${third}.192/27, ipv4_address: 192.168.${third}.50${more} }\n`,
  );
const taken = inSequence(
  /error\[parent\/taken-by-network\]: ncp-vers is taken by the Docker network "first_macvlan_ncp-vers": /,
  /a parent carries one macvlan network/,
);

async function answers(lan: Lan, ...addresses: readonly string[]): Promise<void> {
  for (const address of addresses) {
    assert.is(await fetchText(`http://${address}/`), 'hello', `${address} from the host`);
    assert.is(await fetchText(`http://${address}/`, { from: lan }), 'hello', `${address} from the LAN`);
  }
}

check('two projects, each with a macvlan network of its own on one parent', async (context) => {
  const { rig, lan } = context;
  const [first, second] = [await project(rig, 'first', ofItsOwn(213)), await project(rig, 'second', ofItsOwn(77))];
  await succeeds(first('up', '-d'));
  if (rig.engine !== '28') {
    await refuses(second, context, taken, 1, await snapshot(rig));
    await succeeds(first('down'));
    return;
  }
  await succeeds(second('up', '-d'));
  await answers(lan, '192.168.213.50', '192.168.77.50');
  assert.is(await router(rig, 'second-web-1'), '192.168.77.1');
  // The one that is left keeps its shim, and a second `up` has nothing to do.
  await succeeds(first('down'));
  await answers(lan, '192.168.77.50');
  const [now, again] = [await snapshot(rig), await succeeds(second('up', '-d'))];
  assert.not.match(again.stderr, 'Recreate');
  assert.equal(await snapshot(rig), now);
  await succeeds(second('down'));
});

check('one project with two macvlan networks on one parent', async (context) => {
  const { rig, lan } = context;
  const network = (third: number) =>
    `{ x-netmode: { mode: macvlan, scope: project, subnet: 192.168.${third}.0/24, gateway: ` +
    `192.168.${third}.1, ip_range: 192.168.${third}.192/27 } }`;
  const app = web('').replace('services:\n  web:', '  app:');
  const text =
    `${web('    networks: { one: { ipv4_address: 192.168.213.51 } }\n')}${app}    networks: { two: { ` +
    `ipv4_address: 192.168.77.51 } }\nnetworks:\n  one: ${network(213)}\n  two: ${network(77)}\n`;
  const call = await project(rig, 'both', text);
  if (rig.engine !== '28') {
    await refuses(
      call,
      context,
      inSequence(
        /error\[netmode\/conflicting-network\]: networks "one" and "two" are both on ncp-vers, /,
        /which carries one macvlan network/,
      ),
    );
    return;
  }
  await succeeds(call('up', '-d'));
  await answers(lan, '192.168.213.51', '192.168.77.51');
  await succeeds(call('down'));
});

const alone = ', flag: passthru, host_access: none';

for (const [name, one, two] of [
  ['passthru beside another project', ofItsOwn(213), ofItsOwn(77, alone)],
  ["beside another project's passthru", ofItsOwn(213, alone), ofItsOwn(77)],
] as const) {
  check(`a macvlan network, ${name}`, async (context) => {
    const { rig } = context;
    const [first, second] = [await project(rig, 'first', one), await project(rig, 'second', two)];
    await succeeds(first('up', '-d'));
    const exclusive = inSequence(
      /error\[parent\/passthru-exclusive\]: ncp-vers carries the macvlan network "first_macvlan_ncp-vers", /,
      /and passthru has its parent alone/,
    );
    await refuses(second, context, rig.engine === '28' ? exclusive : taken, 1, await snapshot(rig));
    await succeeds(first('down'));
  });
}

test("another project's macvlan network with the same subnet and another range", async (context) => {
  const { rig } = context;
  const [first, second] = [
    await project(rig, 'first', ofItsOwn(213)),
    await project(rig, 'second', ofItsOwn(213).replace('.192/27', '.160/27').replace('.50', '.51')),
  ];
  await succeeds(first('up', '-d'));
  await refuses(
    second,
    context,
    inSequence(
      /error\[subnet\/taken-by-network\]: 192\.168\.213\.0\/24 overlaps 192\.168\.213\.0\/24 /,
      /of the Docker network "first_macvlan_ncp-vers"/,
    ),
    1,
    await snapshot(rig),
  );
  await succeeds(first('down'));
});

test.run();
