/**
 * What `up` and its kin do to the host, in which order, and what they undo: one intent each, on a machine in memory.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { holdLease, leases, withLock } from '../../../src/host/lock.ts';
import { fakeHost } from '../../host/fake-host.ts';
import { type Machine, machine } from '../machine.ts';

const shop = (services: string, top = '') => ({ 'compose.yaml': `name: shop\n${top}services:\n${services}` });
const lan = 'mode: macvlan, parent: eth0, subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.224/27';
const web = `  web: { image: nginx, expose: ["80"], x-netmode: { ${lan} } }\n`;
const macvlan = shop(web);
/** A network without a range: only once they run is known where its containers are. */
const open = [
  '  web: { image: nginx, networks: [lan] }',
  'networks:',
  '  lan:',
  '    driver: macvlan',
  '    driver_opts: { parent: eth0 }',
  '    ipam: { config: [{ subnet: 192.168.1.0/24, gateway: 192.168.1.1 }] }',
  '    x-netmode: { host_access: shim }',
  '',
].join('\n');

const prepared = [
  'docker network create --driver macvlan --subnet 192.168.1.0/24 --gateway 192.168.1.1 --ip-range 192.168.1.224/27 ' +
    '--opt parent=eth0 --label netcompose.network=netcompose-eth0 netcompose-eth0',
  'ip link add link eth0 name nc-eth0 address 02:90:f5:6d:d0:65 group 28259 type macvlan mode bridge',
  'ip link set dev nc-eth0 alias netcompose:netcompose-eth0',
  'sysctl -w net/ipv4/conf/nc-eth0/arp_filter=1',
  'sysctl -w net/ipv4/conf/nc-eth0/arp_announce=2',
  'ip link set dev nc-eth0 multicast off',
  'ip addr add 169.254.255.28/32 dev nc-eth0 scope link',
  'ip link set dev nc-eth0 up',
  'ip route add 192.168.1.224/27 dev nc-eth0 scope global',
] as const;
const undone = [
  'ip route del 192.168.1.224/27 dev nc-eth0',
  'ip link set dev nc-eth0 down',
  'ip addr del 169.254.255.28/32 dev nc-eth0',
  'ip link set dev nc-eth0 multicast on',
  'sysctl -w net/ipv4/conf/nc-eth0/arp_announce=0',
  'sysctl -w net/ipv4/conf/nc-eth0/arp_filter=0',
  'ip link set dev nc-eth0 alias ',
  'ip link del dev nc-eth0',
  'docker network rm netcompose-eth0',
] as const;

const nothing = { networks: [], shims: [], containers: [] };
const running = { networks: ['netcompose-eth0'], shims: ['nc-eth0'], containers: ['shop-web-1'] };
const override = '/home/user/.local/state/netcompose/shop/override.yaml';
const kept = (on: Machine) => [...on.host.files.keys()].filter((path) => path.startsWith('/home/user/.local/'));

test('the network, the shim, then Compose; and a table of where services are', async () => {
  const on = machine(macvlan);
  const { code, out, err } = await on.run('up', '-d');
  assert.is(code, 0, err);
  assert.equal(on.changes(), [...prepared, 'compose up -d']);
  assert.equal(on.left(), running);
  assert.is(out, '');
  assert.is(
    err,
    '\nSERVICE  NETMODE  FROM THIS HOST    FROM THE LAN\nweb      macvlan  192.168.1.226:80  192.168.1.226:80\n',
  );
  assert.equal(kept(on), [override]);
  assert.match(on.host.files.get(override)!, 'external: true');
});

test('without its dependency a container is made by a definition without the link to it', async () => {
  const on = machine(
    shop(
      `  web: { image: nginx, depends_on: [db], x-netmode: { ${lan} } }\n  db: { image: x, x-netmode: { ${lan} } }\n`,
    ),
  );
  const linksAfter = async (...args: string[]) => {
    const { code, err } = await on.run(...args);
    assert.is(code, 0, err);
    return /links:[^}]*?- (\w+)/.exec(on.host.files.get(override)!)?.[1];
  };
  assert.is(await linksAfter('up', '-d', '--no-deps', 'web'), undefined);
  assert.is(await linksAfter('up', '-d'), 'db');
  assert.is(await linksAfter('up', '-d', '--no-deps', 'web'), 'db');
  // What runs is not made anew because its dependency's container is gone.
  on.engine.containers.splice(0, 2, ...on.engine.containers.filter(({ name }) => name === 'shop-web-1'));
  assert.is(await linksAfter('up', '-d', '--no-deps', 'web'), 'db');
});

test('a warning is shown in full once, and again when the files have changed', async () => {
  const warned = 'warning[netmode/replaces-native]';
  const text = (more: string) => shop(`  web: { image: nginx, network_mode: bridge, x-netmode: { ${lan}${more} } }\n`);
  const on = machine(text(''));
  assert.match((await on.run('up', '-d')).err, warned);
  const again = (await on.run('up', '-d')).err;
  assert.not.match(again, warned);
  assert.match(again, 'netcompose: 1 warning (netmode/replaces-native) as before: netcompose check\n');
  assert.match((await on.run('check')).out, warned);
  assert.match((await on.run('plan')).err, warned);
  on.host.files.set('/project/compose.yaml', text(', ipv4_address: 192.168.1.9')['compose.yaml']);
  assert.match((await on.run('up', '-d')).err, warned);
});

test('a second up changes nothing', async () => {
  const on = machine(macvlan);
  await on.run('up', '-d');
  on.changes();
  assert.is((await on.run('up', '-d')).code, 0);
  assert.equal(on.changes(), ['compose up -d']);
  assert.equal(on.left(), running);
});

test('an up that was killed is completed by the next', async () => {
  for (let done = 0; done < prepared.length; done++) {
    const on = machine(macvlan);
    on.failing.set(prepared[done]!, { code: 1 });
    // What is undone by the run that fails is put back: one that was killed undoes nothing.
    let [links, networks] = [[...on.links], [...on.engine.networks]];
    on.before = (line) => {
      if (line === prepared[done]) {
        links = [...on.links].map(([name, link]) => [name, { ...link, addresses: [...link.addresses] }]);
        networks = [...on.engine.networks];
      }
    };
    await on.run('up', '-d');
    for (const [name, link] of links) on.links.set(name, link);
    for (const [name, network] of networks) on.engine.networks.set(name, network);
    on.before = () => undefined;
    on.failing.clear();
    on.changes();
    assert.is((await on.run('up', '-d')).code, 0);
    assert.equal(on.left(), running);
    assert.equal(on.links.get('nc-eth0'), {
      ...{ kind: 'macvlan', parent: 'eth0', mode: 'bridge', group: '28259' },
      ...{ alias: 'netcompose:netcompose-eth0', up: true, multicast: false, addresses: ['169.254.255.28/32 link'] },
    });
    assert.equal(on.routes, [{ dst: '192.168.1.224/27', dev: 'nc-eth0' }]);
  }
});

for (const [at, command] of prepared.entries()) {
  test(`where "${command.slice(0, 30)}…" fails, all before it is undone and Compose is not called`, async () => {
    const on = machine(macvlan);
    on.failing.set(command, { code: 2, stderr: 'it would not' });
    const { code, err } = await on.run('up', '-d');
    assert.is(code, 3);
    assert.match(err, 'failed with exit code 2: it would not');
    assert.equal(on.changes(), [...prepared.slice(0, at + 1), ...undone.slice(undone.length - at)]);
    assert.equal(on.left(), nothing);
    assert.equal(kept(on), []);
  });
}

test('where Compose fails, its exit code comes back and what this run made goes', async () => {
  const on = machine(macvlan);
  on.failing.set('compose up', { code: 17 });
  assert.is((await on.run('up', '-d')).code, 17);
  assert.equal(on.changes(), [...prepared, 'compose up -d', ...undone]);
  assert.equal(on.left(), nothing);
});

test('where Compose fails, what was there before stays', async () => {
  const on = machine(macvlan);
  await on.run('up', '-d');
  on.changes();
  on.failing.set('compose up', { code: 17 });
  assert.is((await on.run('up', '-d')).code, 17);
  assert.equal(on.changes(), ['compose up -d']);
  assert.equal(on.left(), running);
});

test('where Compose fails after it has started some, their network and its shim stay', async () => {
  const on = machine(macvlan);
  on.failing.set('compose up', { code: 17 });
  on.before = (line) => {
    if (line === 'compose up -d') on.engine.containers.push({ name: 'half', networks: { 'netcompose-eth0': {} } });
  };
  assert.is((await on.run('up', '-d')).code, 17);
  assert.equal(on.left(), { ...running, containers: ['half'] });
});

test('what cannot be undone is printed so that it can be pasted', async () => {
  const on = machine(macvlan);
  on.failing.set('compose up', { code: 17 });
  on.before = (line) => {
    if (line === 'compose up -d') on.failing.set('ip link', { code: 2, stderr: 'no' });
  };
  const { err } = await on.run('up', '-d');
  const said = [
    'netcompose: could not undo, please run:',
    '  ip link set dev nc-eth0 down',
    '  ip link set dev nc-eth0 multicast on',
    "  ip link set dev nc-eth0 alias ''",
    '  ip link del dev nc-eth0',
  ];
  assert.ok(err.includes(`${said.join('\n')}\n`), err);
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} while the host is prepared: exit code 130, all undone, Compose not called`, async () => {
    const on = machine(macvlan);
    on.before = (line) => void (line === prepared[3] && process.emit(signal));
    assert.is((await on.run('up', '-d')).code, 130);
    assert.equal(on.changes(), [...prepared.slice(0, 4), ...undone.slice(5)]);
    assert.equal(on.left(), nothing);
  });
}

if (process.platform === 'linux') {
  test('until Compose has ended, a lease keeps the network', async () => {
    const on = machine(macvlan, { pid: 990_001 });
    const leased = () => leases(on.host, 'netcompose-eth0');
    const seen: [string, Promise<readonly number[]>][] = [];
    on.before = (line) => void seen.push([line, leased()]);
    await on.run('up', '-d');
    assert.equal(
      await Promise.all(seen.map(async ([line, pids]) => [line, await pids])),
      [...prepared, 'compose up -d'].map((line) => [line, [990_001]]),
    );
    assert.equal(await leased(), []);
  });
}

test('where another project needs the network by now, a failed up leaves it', async () => {
  const lease = await holdLease(fakeHost({ pid: 77 }), 'netcompose-eth0');
  const on = machine(macvlan);
  on.failing.set('compose up', { code: 17 });
  await on.run('up', '-d');
  await lease.release();
  assert.equal(on.changes(), [...prepared, 'compose up -d']);
});

const hooked = shop(
  '  web: { image: nginx, x-netmode: host }\n',
  'x-netmode: { hooks: { pre_up: [[modprobe, "a b"]], post_down: [[echo, done]] } }\n',
);

test('hooks that nobody has trusted: shown, and nothing runs', async () => {
  const on = machine(hooked);
  const { code, err } = await on.run('up', '-d');
  assert.is(code, 2);
  assert.match(err, 'the hooks of "shop" have not been trusted:\n  pre_up: modprobe \'a b\'\n  post_down: echo done\n');
  assert.match(err, 'help: if they are what you want, add --trust-hooks');
  assert.equal(on.changes(), []);
  assert.equal(kept(on), []);
});

test('hooks once trusted run before Compose, which is not given the option, until they change', async () => {
  const on = machine(hooked);
  assert.is((await on.run('up', '--trust-hooks', '-d')).code, 0);
  assert.equal(on.changes(), ['modprobe a b', 'compose up -d']);
  assert.is((await on.run('up', '-d')).code, 0);
  assert.equal(on.changes(), ['modprobe a b', 'compose up -d']);
  on.host.files.set('/project/compose.yaml', hooked['compose.yaml'].replace('a b', 'c'));
  assert.is((await on.run('up', '-d')).code, 2);
  assert.equal(on.changes(), []);
});

for (const words of [
  ['up', '-d', '--', '--trust-hooks'],
  ['run', 'web', 'echo', '--trust-hooks'],
  ['run', '-e', '--trust-hooks', 'web'],
]) {
  test(`"${words.join(' ')}" trusts nothing`, async () => {
    const on = machine(hooked);
    assert.is((await on.run(...words)).code, 2);
    assert.equal(on.changes(), []);
    assert.equal(kept(on), []);
  });
}

test("a container's own words reach it", async () => {
  const on = machine(macvlan);
  await on.run('run', '--rm', 'web', 'echo', '--trust-hooks', '--dry-run', '-h');
  assert.equal(on.changes(), [...prepared, 'compose run --rm web echo --trust-hooks --dry-run -h']);
});

test('a hook that would draw over itself on a terminal is shown as it is', async () => {
  const on = machine(
    shop(
      '  web: { image: nginx, x-netmode: host }\n',
      'x-netmode: { hooks: { pre_up: [[sh, -c, "evil #\\e[2K\\r  pre_up: harmless"]] } }\n',
    ),
  );
  const { err } = await on.run('up', '-d');
  assert.match(err, `pre_up: sh -c "$(printf 'evil #\\033[2K\\015  pre_up: harmless')"`);
  assert.not.match(err, '\u001b');
});

test('where a hook fails, what was made goes and Compose is not called', async () => {
  const on = machine(shop(web, 'x-netmode: { hooks: { pre_up: [[modprobe, x]] } }\n'));
  on.failing.set('modprobe', { code: 9 });
  const { code, err } = await on.run('up', '-d', '--trust-hooks');
  assert.is(code, 3);
  assert.match(err, 'the pre_up hook "modprobe x" failed with exit code 9');
  assert.equal(on.changes(), [...prepared, 'modprobe x', ...undone]);
  assert.equal(on.left(), nothing);
});

for (const words of [
  ['up', '--dry-run'],
  ['up', '--dry-run=true', '-d'],
  ['up', '--dry-run=1'],
  ['--dry-run', 'up'],
  ['--dry-run=true', 'up'],
  ['create', '--dry-run'],
  ['run', '--dry-run', 'web'],
]) {
  test(`"${words.join(' ')}" shows what would be done, and does nothing`, async () => {
    const on = machine(macvlan);
    const { code, out, err } = await on.run(...words);
    assert.is(code, 0, err);
    for (const command of prepared) assert.match(out, `  ${command}\n`);
    assert.equal(on.changes(), [`compose ${words.join(' ').replace('--dry-run=true up', '--dry-run up')}`]);
    assert.equal(on.left().networks, []);
    assert.equal(on.left().shims, []);
    assert.equal(kept(on), []);
  });
}

test('"--dry-run" counts what is done already, as "plan" does', async () => {
  const on = machine(macvlan);
  await on.run('up', '-d');
  const { out } = await on.run('up', '-d', '--dry-run');
  assert.match(out, /^Before the containers start:\n {2}# done already: \d+ commands\n$/);
});

test('"--dry-run=false" is no dry run', async () => {
  const on = machine(macvlan);
  await on.run('--dry-run', 'up', '--dry-run=false', '-d');
  assert.equal(on.left(), running);
});

for (const words of [
  ['up'],
  ['create'],
  ['start'],
  ['restart', '-t', '5'],
  ['scale', 'web=1'],
  ['watch', '--no-up'],
  ['run', 'web'],
]) {
  test(`"${words.join(' ')}" prepares the host, and prints no table`, async () => {
    const on = machine(macvlan);
    const { code, out, err } = await on.run(...words);
    assert.equal({ code, out, err }, { code: 0, out: '', err: '' });
    assert.equal(on.changes(), [...prepared, `compose ${words.join(' ')}`]);
  });
}

test('a service of a profile is prepared for where it is named, not where its name is an argument', async () => {
  const debug = [
    `  debug: { image: x, profiles: [debug], x-netmode: { ${lan} } }`,
    '  web: { image: x, x-netmode: host }',
    '',
  ].join('\n');
  for (const words of [
    ['run', 'web', 'echo', 'debug'],
    ['run', 'web', '--', 'echo', 'debug'],
    ['run', '--name', 'debug', 'web'],
    ['up', '--attach', 'debug'],
  ]) {
    const on = machine(shop(debug));
    await on.run(...words);
    assert.equal(on.changes(), [`compose ${words.join(' ')}`]);
  }
  const on = machine(shop(debug));
  await on.run('run', 'debug', 'echo', 'web');
  assert.equal(on.changes(), [...prepared, 'compose run debug echo web']);
});

for (const words of [
  ['up', '-d', '--scale', 'web=2'],
  ['create', '--scale=web=2'],
  ['scale', 'web=2'],
]) {
  test(`"${words.join(' ')}" is checked as "scale: 2" in the file`, async () => {
    const on = machine(shop(`  web: { image: nginx, x-netmode: { ${lan}, ipv4_address: 192.168.1.53 } }\n`));
    const { code, err } = await on.run(...words);
    assert.is(code, 1);
    assert.match(err, 'error[service/replicas-clash]');
    assert.match(err, '"web": 2 replicas cannot share the address 192.168.1.53');
    assert.match(err, '<command line>');
    assert.equal(on.changes(), []);
  });
}

test('"--scale" of what nothing is fixed of', async () => {
  const on = machine(macvlan);
  assert.is((await on.run('up', '-d', '--scale', 'web=2')).code, 0);
  assert.equal(on.changes(), [...prepared, 'compose up -d --scale web=2']);
});

/** What an `up -d` starts and asks, without Compose's own files. */
async function asked(on: Machine): Promise<{ readonly ran: readonly string[]; readonly requests: readonly string[] }> {
  const [ran, requests] = [on.host.ran.length, on.engine.requests.length];
  assert.is((await on.run('up', '-d')).code, 0);
  return {
    ran: on.host.ran.slice(ran).map((line) => line.replaceAll(/ -f \S+/g, '')),
    requests: on.engine.requests.slice(requests).sort(),
  };
}

const whatComesAndGoes = ['/containers/json', '/networks'];
const once = [...whatComesAndGoes, '/_ping', '/info', '/version'];

for (const [what, text] of [
  ['with a range', macvlan],
  ['without one', { 'compose.yaml': macvlan['compose.yaml'].replace(/, ip_range: [^,}\s]+/, '') }],
] as const) {
  test(`an idle "up" starts one "ip" and Compose, and asks each thing once before and after: ${what}`, async () => {
    const on = machine(text);
    await on.run('up', '-d');
    const { ran, requests } = await asked(on);
    assert.equal(ran, ['ip -N -j -d -batch -', 'docker-compose up -d']);
    assert.equal(requests, [...once, ...whatComesAndGoes].sort());
  });
}

test('what others have left of a shim is removed by an "up" with nothing else to do', async () => {
  const on = machine(macvlan);
  await on.run('up', '-d');
  on.changes();
  on.routes.push({ dst: '192.168.1.77', dev: 'nc-eth0' });
  await on.run('up', '-d');
  assert.equal(on.changes(), ['compose up -d', 'ip route del 192.168.1.77/32 dev nc-eth0']);
});

test('what another process does to the host before the lock is free is seen', async () => {
  const on = machine(macvlan);
  await on.run('up', '-d');
  const looks = () => on.host.ran.filter((line) => line === 'ip -N -j -d -batch -').length;
  const before = looks();
  const second = await withLock(on.host, 'host', async () => {
    const run = on.run('up', '-d');
    for (let tries = 0; tries < 600 && looks() === before; tries++) await sleep(20);
    assert.is(looks(), before + 1);
    on.links.clear();
    on.routes.splice(0);
    return { run };
  });
  assert.is((await second.run).code, 0);
  assert.equal(on.left(), running);
});

for (const from of ['a file', 'standard input'])
  test(`a shim that another process makes before the lock is free: the one of ${from} has another name`, async () => {
    const own = shop(
      web.replace('parent: eth0', 'parent: eth0, scope: project').replace('image', 'network_mode: bridge, image'),
    )['compose.yaml'];
    const on = machine({ 'compose.yaml': own });
    const words = from === 'a file' ? [] : ['-f', '-'];
    let isRead = false;
    on.host.readStandardInput = () => {
      assert.not(isRead, 'it is read once');
      isRead = true;
      return own;
    };
    const looked = () => on.host.ran.includes('ip -N -j -d -batch -');
    const run = await withLock(on.host, 'host', async () => {
      const ends = on.run(...words, 'up', '-d');
      for (let tries = 0; tries < 600 && !looked(); tries++) await sleep(20);
      assert.ok(looked());
      on.engine.networks.set('other', {
        ...{ Driver: 'macvlan', Options: { parent: 'eth0' } },
        IPAM: { Config: [{ Subnet: '10.9.0.0/24', Gateway: '10.9.0.1' }] },
      });
      on.links.set('nc-eth0', {
        ...{ kind: 'macvlan', parent: 'eth0', mode: 'bridge', group: '28259', alias: 'netcompose:other' },
        ...{ up: true, multicast: false, addresses: [] },
      });
      return { ends };
    });
    const { code, err } = await run.ends;
    assert.is(code, 0, err);
    assert.match(err, 'netcompose: another one has changed this host meanwhile: looking again\n');
    assert.is(err.split('warning[netmode/replaces-native]').length - 1, 1, 'each warning is given once');
    assert.is(on.left().shims.length, 2);
    assert.is(on.links.get('nc-eth0')?.alias, 'netcompose:other');
  });

test('what has changed once Compose was called has nothing started a second time', async () => {
  for (const [words, shown] of [
    [['up', '-d'], 'compose up -d'],
    [['run', 'web', 'migrate'], 'compose run web migrate'],
  ] as const) {
    const on = machine(shop(open));
    // Somebody takes the shim away while Compose runs.
    on.before = (line) => {
      if (line === shown) on.links.clear();
    };
    const { code, err } = await on.run(...words);
    assert.is(code, 3, err);
    assert.match(err, 'netcompose: "nc-eth0": the shim is gone\n');
    assert.equal(
      on.changes().filter((line) => line.startsWith('compose')),
      [shown],
    );
  }
});

test('files without x-netmode are Compose’s, word for word', async () => {
  const on = machine(shop('  web: { image: nginx }\n'));
  assert.is((await on.run('up', '-d', '--trust')).code, 0);
  assert.equal(on.host.ran, ['docker-compose up -d --trust']);
  assert.equal(on.engine.requests, []);
});

test('once the x-netmode is gone from the files, what it needed goes', async () => {
  const on = machine(macvlan);
  await on.run('up', '-d');
  on.changes();
  on.host.files.set('/project/compose.yaml', 'name: shop\nservices:\n  web: { image: nginx }\n');
  on.engine.containers.splice(0);
  assert.is((await on.run('up', '-d')).code, 0);
  assert.equal(on.changes(), ['compose up -d', 'docker network rm netcompose-eth0', 'ip link del dev nc-eth0']);
  assert.equal(kept(on), []);
});

const configLine =
  'docker-compose -f /project/compose.yaml -f /home/user/.local/state/netcompose/shop/override.4242.yaml ' +
  'config --format json';

test('where Compose resolves the files to something else, nothing is touched', async () => {
  const model = { services: { web: { network_mode: 'host' } } };
  const on = machine(macvlan, { commands: { [configLine]: JSON.stringify(model) } });
  const { code, err } = await on.run('up', '-d');
  assert.is(code, 1);
  assert.match(err, 'error[compose/resolved-differently]');
  assert.match(err, '"web": network_mode is planned as nothing, but Compose resolves it to host');
  assert.equal(on.changes(), []);
  assert.equal(kept(on), []);
});

test('where Compose refuses the files, its words and its exit code come back', async () => {
  const on = machine(macvlan, {
    commands: {
      [configLine]: { code: 15, stderr: 'a fault of its JSON\n' },
      [configLine.replace(' --format json', '')]: { code: 15, stderr: 'it says no\n' },
    },
  });
  const { code, err } = await on.run('up', '-d');
  assert.equal([code, err], [15, 'it says no\n']);
  assert.equal(on.changes(), []);
});

test('without sudo a user is told, and nothing is touched', async () => {
  const on = machine(macvlan, { executables: ['/usr/bin/docker-compose'] });
  const { code, err } = await on.run('up', '-d');
  assert.is(code, 1);
  assert.match(err, 'error[shim/needs-root]');
  assert.equal(on.changes(), []);
});

test('root needs no sudo', async () => {
  const on = machine(macvlan, { uid: 0 });
  assert.is((await on.run('up', '-d')).code, 0);
  assert.equal(on.changes(), [...prepared, 'compose up -d']);
  assert.ok(on.host.ran.every((line) => !line.startsWith('sudo')));
});

test('root asks the LAN for a fixed address first; one that answers is refused, and nothing is touched', async () => {
  const answer = [{ dst: '192.168.1.53', dev: 'eth0', lladdr: '02:00:00:00:00:99', state: ['REACHABLE'] }];
  const on = machine(shop(`  web: { image: nginx, x-netmode: { ${lan}, ipv4_address: 192.168.1.53 } }\n`), {
    uid: 0,
    commands: { 'ip -j neigh': ['[]', '[]', JSON.stringify(answer)] },
  });
  const { code, err } = await on.run('up', '-d');
  assert.is(code, 1);
  assert.match(err, '"web": 192.168.1.53 answers on eth0, from the device 02:00:00:00:00:99');
  assert.equal(on.changes(), []);
  assert.ok(on.host.ran.includes('datagram 192.168.1.53'));
});

test('without an engine: exit code 4', async () => {
  const on = machine(macvlan, { env: { DOCKER_HOST: 'unix:///nowhere.sock' } });
  const { code, err } = await on.run('up', '-d');
  assert.is(code, 4);
  assert.match(err, 'there is no such socket');
  assert.equal(on.changes(), []);
});

test('with a Compose that is too old: exit code 4', async () => {
  const on = machine(macvlan, { commands: { 'docker-compose version --short': '2.20.0' } });
  const { code, err } = await on.run('up', '-d');
  assert.is(code, 4);
  assert.match(err, 'Docker Compose 2.20.0 is too old');
  assert.equal(on.changes(), []);
});

test('the routes of a fixed address that is no longer in the file, and of a removed container, go', async () => {
  const on = machine(shop(web.replace('ip_range', 'ipv4_address: 192.168.1.53, ip_range')));
  const ways = () => on.routes.map(({ dst }) => dst);
  await on.run('up', '-d');
  assert.equal(ways(), ['192.168.1.224/27', '192.168.1.53/32']);
  on.host.files.set(
    '/project/compose.yaml',
    macvlan['compose.yaml'].replace('ip_range', 'ipv4_address: 192.168.1.54, ip_range'),
  );
  on.before = (line) => void (line === 'compose up -d' && on.engine.containers.splice(0));
  await on.run('up', '-d');
  assert.equal(ways(), ['192.168.1.224/27', '192.168.1.54/32']);
  // Compose removes the container, and this machine's does nothing of the kind by itself.
  on.before = (line) => void (line === 'compose rm' && on.engine.containers.splice(0));
  on.changes();
  await on.run('rm');
  assert.equal(on.changes(), ['compose rm', 'ip route del 192.168.1.54/32 dev nc-eth0']);
});

test('a container keeps its way while it runs at an address that its file no longer gives', async () => {
  const two = (address: string) =>
    `${web}  db: { image: mariadb, x-netmode: { ${lan}${address === '' ? '' : `, ipv4_address: ${address}`} } }\n`;
  const on = machine(shop(two('192.168.1.53')));
  const ways = () => on.routes.map(({ dst }) => dst);
  await on.run('up', '-d');
  assert.equal(ways(), ['192.168.1.224/27', '192.168.1.53/32']);
  on.host.files.set('/project/compose.yaml', shop(two(''))['compose.yaml']);
  assert.is((await on.run('up', '-d', 'web')).code, 0);
  assert.equal(ways(), ['192.168.1.224/27', '192.168.1.53/32']);
  // As after a reboot.
  on.links.clear();
  on.routes.splice(0);
  assert.is((await on.run('up', '-d', 'web')).code, 0);
  assert.equal(ways(), ['192.168.1.224/27', '192.168.1.53/32']);
});

test('where Docker chooses among all addresses of the LAN, each container gets a route once it runs', async () => {
  const on = machine(shop(open));
  const { code, err } = await on.run('up', '-d');
  assert.is(code, 0, err);
  // The settings come before any route is known: from its first moment the shim answers for no address of the host's.
  assert.equal(on.changes(), [
    'ip link add link eth0 name nc-eth0 address 02:67:01:34:b9:4d group 28259 type macvlan mode bridge',
    'ip link set dev nc-eth0 alias netcompose:shop_lan',
    'sysctl -w net/ipv4/conf/nc-eth0/arp_filter=1',
    'sysctl -w net/ipv4/conf/nc-eth0/arp_announce=2',
    'ip link set dev nc-eth0 multicast off',
    'ip addr add 169.254.255.28/32 dev nc-eth0 scope link',
    'ip link set dev nc-eth0 up',
    'compose up -d',
    'ip route add 192.168.1.226/32 dev nc-eth0 scope global',
  ]);
  // Compose makes the container anew, at another address: the route follows it.
  on.before = (line) => {
    if (line === 'compose up -d') on.engine.containers.splice(0, 1, { name: 'other', networks: {} });
  };
  assert.is((await on.run('up', '-d')).code, 0);
  assert.equal(
    on.routes.map(({ dst }) => dst),
    ['192.168.1.227/32'],
  );
});

test('"run" of a service whose container has its fixed address: said, with what to do instead', async () => {
  const on = machine({
    'compose.yaml':
      'name: shop\nservices:\n  web:\n    image: x\n    x-netmode: { mode: macvlan, parent: eth0, ' +
      'ip_range: 192.168.1.224/27, ipv4_address: 192.168.1.50 }\n',
  });
  assert.is((await on.run('up', '-d')).code, 0);
  const beside = await on.run('run', '--rm', 'web', 'sh');
  assert.is(beside.code, 1);
  assert.match(beside.err, 'error[address/duplicate]: "web" has the address 192.168.1.50, which its container');
  assert.match(beside.err, 'help: use the one that runs, "netcompose exec web …", or stop it before');
  assert.is((await on.run('up', '-d')).code, 0, 'nothing else is refused');
  await on.run('down');
  assert.is((await on.run('run', '--rm', 'web', 'sh')).code, 0);
});

test.run();
