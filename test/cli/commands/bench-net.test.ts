/** `bench-net` against a faked outside: what it runs, in which order, and that nothing is left. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { benchedNetmodes } from '../../../src/plan/bench/topology.ts';
import type { FakeOptions } from '../../host/fake-host.ts';
import { fakeHost } from '../../host/fake-host.ts';
import { folder, runIn, runOn } from '../in-folder.ts';
import { fakeScreen } from '../progress/screen.ts';

type Answer = NonNullable<FakeOptions['answer']>;

/** A kernel as far as namespaces go: they are there from `add` to `del`, with a process in each that serves. */
function kernel(
  answer: Answer = () => undefined,
  left: readonly string[] = [],
): { readonly options: FakeOptions; readonly namespaces: Set<string> } {
  const namespaces = new Set(left);
  const respond: Answer = (argv) => {
    const line = argv.join(' ');
    const own = answer(argv, {});
    if (own !== undefined) return own;
    const name = argv[3] ?? '';
    if (line.startsWith('ip netns add')) namespaces.add(name);
    else if (line.startsWith('ip netns del')) namespaces.delete(name);
    else if (line === 'ip netns list')
      return [...namespaces].map((one) => `${one}${one.endsWith('-service') ? ' (id: 3)' : ''}\n`).join('');
    else if (line.startsWith('ip netns pids')) return name.endsWith('-service') ? '71\n72\n' : '';
    else if (argv.includes('measure')) return JSON.stringify({ latency: 20, throughput: 10 });
    return '';
  };
  return { options: { answer: respond, files: { '/proc/sys/net/ipv6/x': '' } }, namespaces };
}

/** The netmodes whose services were called, in order, each call once. */
const called = (ran: readonly string[]) =>
  ran.flatMap((line) => /^ip netns exec nc-bench-(\S+)-(host|lan) .* measure/.exec(line)?.slice(1, 3).join(' ') ?? []);
const bothWays = (netmodes: readonly string[]) => netmodes.flatMap((netmode) => [`${netmode} host`, `${netmode} lan`]);

test('measures by turns and leaves nothing', async () => {
  const { options, namespaces } = kernel();
  const screen = fakeScreen();
  const argv = ['bench-net', '--rounds', '2', '--seconds', '0.1', '--format', 'json'];
  const { code, out, err, host } = await runOn(fakeHost({ cwd: folder, ...options }), argv, undefined, screen);
  assert.is(code, 0, err);
  const { version, rounds, seconds, baseline, netmodes } = JSON.parse(out) as Record<string, unknown> & {
    netmodes: readonly { netmode: string }[];
  };
  assert.equal({ version, rounds, seconds, baseline }, { version: 1, rounds: 2, seconds: 0.1, baseline: 'host' });
  assert.equal(
    netmodes.map(({ netmode }) => netmode),
    [...benchedNetmodes],
  );
  const [first, ...others] = benchedNetmodes;
  assert.equal(called(host.ran), [
    ...bothWays(benchedNetmodes),
    ...bothWays(benchedNetmodes),
    ...bothWays([...others, first]),
  ]);
  assert.equal([...namespaces], []);
  assert.ok(host.ran.includes('end 71') && host.ran.includes('end 72'), 'the services are ended');
  assert.is(err, '');
  assert.is(
    screen.written(),
    ['Making', 'Round 1 of 2', 'Round 2 of 2', 'Measured'].map((text) => ` Netmodes  ${text}\n`).join(''),
  );
});

test('every command acts in a namespace of its own making, and only there', async () => {
  const { options } = kernel();
  const { host } = await runIn({}, ['bench-net', '--rounds', '1'], options);
  const outside = host.ran.filter(
    (line) => !/^ip netns list$|^end 7[12]$|^ip (netns (add|del|exec|pids)|-n) nc-bench-/.test(line),
  );
  assert.equal(outside, []);
});

test('what a killed run has left is removed first; what is not ours stays', async () => {
  const { options, namespaces } = kernel(undefined, [
    'nc-bench-macvlan-host',
    'nc-bench-bridge-service',
    'nc-bench-x',
    'x-nc-bench-y',
  ]);
  const { code, host } = await runIn({}, ['bench-net', '--rounds', '1'], options);
  assert.is(code, 0);
  const removed = host.ran
    .slice(
      0,
      host.ran.findIndex((line) => line.startsWith('ip netns add')),
    )
    .filter((line) => line.startsWith('ip netns del'));
  assert.equal(removed, [
    'ip netns del nc-bench-macvlan-host',
    'ip netns del nc-bench-bridge-service',
    'ip netns del nc-bench-x',
  ]);
  assert.equal([...namespaces], ['x-nc-bench-y']);
});

const refusals: readonly (readonly [
  name: string,
  refuses: RegExp,
  stderr: string,
  missing: readonly string[],
  reason: RegExp,
])[] = [
  [
    'no ipvlan',
    /type ipvlan/,
    'Error: Unknown device type.\n',
    ['ipvlan-l2', 'ipvlan-l3'],
    /^this kernel has no ipvlan$/,
  ],
  [
    'no macvlan, older iproute2',
    /type macvlan/,
    'RTNETLINK answers: Operation not supported\n',
    ['macvlan'],
    /^this kernel has no macvlan$/,
  ],
  [
    'no packet filter',
    / (iptables|nft) /,
    'not there\nat all\n',
    ['bridge'],
    /^no packet filter works here: iptables \(not there\), nft \(not there\)$/,
  ],
  [
    'a service that cannot be called',
    /macvlan-lan .* measure/,
    '192.0.2.200:80 gives no answer\n',
    ['macvlan'],
    /^from the LAN the service cannot be called: 192/,
  ],
  [
    'no sysctl',
    / sysctl /,
    'no such file\n',
    ['bridge', 'macvlan', 'ipvlan-l2', 'ipvlan-l3'],
    /sysctl -w .* failed with exit code 1: no such file/,
  ],
];
for (const [name, refuses, stderr, missing, reason] of refusals) {
  test(`${name}: the others are measured all the same`, async () => {
    const { options, namespaces } = kernel((argv) => (refuses.test(argv.join(' ')) ? { code: 1, stderr } : undefined));
    const { code, out } = await runIn({}, ['bench-net', '--rounds', '1', '--format', 'json'], options);
    assert.is(code, 0);
    const { netmodes } = JSON.parse(out) as {
      netmodes: readonly { netmode: string; reason?: string; host?: object }[];
    };
    assert.equal(
      netmodes.flatMap((one) => (one.reason === undefined ? [] : one.netmode)),
      missing,
    );
    for (const one of netmodes) if (one.reason !== undefined) assert.match(one.reason, reason);
    assert.equal([...namespaces], []);
  });
}

test('nft is used where iptables does not work', async () => {
  const { options } = kernel((argv) => (argv.includes('iptables') ? { code: 127, stderr: 'not there' } : undefined));
  const { code, out, host } = await runIn({}, ['bench-net', '--rounds', '1'], options);
  assert.is(code, 0);
  assert.not.match(out, 'Not measured');
  assert.ok(host.ran.some((line) => line.startsWith('ip netns exec nc-bench-bridge-host nft add rule ip nat pre ')));
});

test('without host mode there is nothing to compare with: exit code 3, and nothing is left', async () => {
  const { options, namespaces } = kernel((argv) =>
    / veth /.test(argv.join(' ')) ? { code: 2, stderr: 'Error: Unknown device type.' } : undefined,
  );
  const { code, out, err } = await runIn({}, ['bench-net', '--rounds', '1'], options);
  assert.equal({ code, out }, { code: 3, out: '' });
  assert.match(err, 'host mode, with which all is compared, cannot be measured: this kernel has no veth');
  assert.equal([...namespaces], []);
});

for (const [when, signal, at] of [
  ['while the namespaces are made', 'SIGINT', /link add name br0/],
  ['while measuring', 'SIGTERM', /ipvlan-l2-lan .* measure/],
] as const) {
  test(`${signal} ${when}: exit code 130, nothing more is begun and nothing is left`, async () => {
    let commands = 0;
    const { options, namespaces } = kernel((argv) => {
      if (at.test(argv.join(' '))) {
        process.emit(signal);
        // The terminal interrupts it, too.
        return { code: 130, stderr: 'interrupted' };
      }
      if (/netns (add|exec)|-n/.test(argv.join(' '))) commands++;
      return undefined;
    });
    const { code, out, host } = await runIn({}, ['bench-net'], options);
    assert.equal({ code, out }, { code: 130, out: '' });
    assert.equal([...namespaces], []);
    const last = host.ran.findIndex((line) => at.test(line));
    assert.is(commands, host.ran.slice(0, last).filter((line) => /netns (add|exec)|-n/.test(line)).length);
  });
}

test('a namespace whose removal was interrupted is removed by the next attempt; one that stays is named', async () => {
  let interrupted = 0;
  const once = kernel((argv) => (argv[2] === 'del' && interrupted++ === 9 ? { code: 130 } : undefined));
  assert.is((await runIn({}, ['bench-net', '--rounds', '1'], once.options)).code, 0);
  assert.equal([...once.namespaces], []);
  const never = kernel((argv) => (argv.join(' ') === 'ip netns del nc-bench-host-lan' ? { code: 1 } : undefined));
  const { code, err } = await runIn({}, ['bench-net', '--rounds', '1'], never.options);
  assert.is(code, 3);
  assert.match(err, 'nc-bench-host-lan could not be removed\nstill to be undone:\n  ip netns del nc-bench-host-lan');
});

for (const [name, options, message] of [
  [
    'an ordinary user',
    { uid: 1000 },
    'needs root, to make network namespaces and measure in them\n  help: run: sudo env',
  ],
  ['a Mac', { platform: 'darwin' }, 'measures in network namespaces of Linux; this is darwin'],
  [
    'no iproute2',
    { answer: () => ({ code: 127, stderr: '"ip" is not installed, or not on PATH' }) },
    '"ip" is not installed',
  ],
] as const) {
  test(`${name} is refused`, async () => {
    const { code, err, out } = await runIn({}, ['bench-net'], options);
    assert.equal({ code, out }, { code: 3, out: '' });
    assert.match(err, message);
  });
}

for (const [args, message] of [
  [['--rounds', '0'], 'argument "0" is invalid. It must be a whole number from 1 to 100'],
  [['--rounds', '2.5'], 'It must be a whole number from 1 to 100'],
  [['--rounds', '1e2'], 'It must be a whole number from 1 to 100'],
  [['--seconds', '6'], 'It must be a number from 0.05 to 5'],
  [['--seconds', 'NaN'], 'It must be a number from 0.05 to 5'],
  [['--format', 'xml'], 'Allowed choices are text, json'],
  [['web'], 'too many arguments'],
] as const) {
  test(`wrong usage: ${args.join(' ')}`, async () => {
    const { code, err, host } = await runIn({}, ['bench-net', ...args]);
    assert.is(code, 2);
    assert.match(err, message);
    assert.equal(host.ran, []);
  });
}

test.run();
