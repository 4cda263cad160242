/** Each netmode that this kernel has, through `up` and `down`: how containers are attached, and that they answer. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { saying } from '../support/hooks.ts';
import { fetchText } from './rig/http.ts';
import { testImage } from './rig/image.ts';
import type { EngineName } from './rig/installed.ts';
import { type Lan, makeLan } from './rig/lan.ts';
import { netcompose } from './rig/netcompose.ts';
import { type Rig, startRig } from './rig/rig.ts';
import { type Snapshot, snapshot } from './snapshot.ts';

interface Context {
  rig: Rig;
  lan: Lan;
  before: Snapshot;
}

const test = suite<Context>('netmodes');

test.before(
  saying(async (context) => {
    context.lan = await makeLan({ name: 'modes', defaultRoute: true });
    context.rig = await startRig();
    context.before = await snapshot(context.rig);
  }),
);
test.after(async ({ rig, lan }) => {
  await rig?.stop();
  await lan?.remove();
});

const server = (port = 80) =>
  `    image: ${testImage}\n    command: ["httpd", "-f", "-p", "${port}", "-h", "/www"]\n    stop_signal: SIGKILL\n`;

interface Case {
  readonly name: string;
  readonly compose: string;
  /** Words of `up` besides `-d`. */
  readonly args?: readonly string[];
  /** Answers `hello` to the host. */
  readonly fromHost?: readonly string[];
  readonly fromLan?: readonly string[];
  readonly notFromLan?: readonly string[];
  /** Service → HTTP address that it reaches by name or number. */
  readonly inside?: readonly (readonly [service: string, url: string])[];
  /** Service → `HostConfig.NetworkMode`. */
  readonly networkMode?: Readonly<Record<string, string>>;
  /** What is left out of the file where an engine does not have it: versions.test.ts tells what is said then. */
  readonly lacks?: Partial<Record<EngineName, string>>;
  readonly prepare?: (context: Context) => Promise<void>;
  readonly clear?: (context: Context) => Promise<void>;
}

const cases: readonly Case[] = [
  {
    name: 'bridge over a native host mode, with a published port',
    compose: `services:\n  web:\n${server()}    network_mode: host\n    ports: ["18090:80"]\n    x-netmode: bridge\n`,
    fromHost: ['http://127.0.0.1:18090/'],
    fromLan: ['http://192.168.213.10:18090/'],
    networkMode: { web: 'case_default' },
  },
  {
    name: 'host, from a service that was on a network and published a port',
    compose:
      `services:\n  web:\n${server(18091)}    networks: [back]\n    ports: ["8080:18091"]\n` +
      '    x-netmode: host\nnetworks:\n  back:\n',
    fromHost: ['http://127.0.0.1:18091/'],
    fromLan: ['http://192.168.213.10:18091/'],
    networkMode: { web: 'host' },
  },
  {
    name: 'none by default, and names that still resolve between host mode and a bridge',
    compose:
      `x-netmode:\n  default: none\nservices:\n  idle:\n${server()}  exporter:\n` +
      `${server(18092)}    x-netmode: { mode: host, listen: [18092] }\n    depends_on: [db]\n  db:\n` +
      `${server(18093)}    ports: ["18093:18093"]\n    x-netmode: bridge\n  api:\n` +
      `${server()}    x-netmode: bridge\n    depends_on: [exporter]\n`,
    networkMode: { idle: 'none', exporter: 'host', db: 'case_default' },
    inside: [
      ['exporter', 'http://db:18093/'],
      ['api', 'http://exporter:18092/'],
    ],
  },
  {
    name: 'macvlan of the project alone, with a fixed address outside the range',
    compose:
      'services:\n  web:\n' +
      `${server()}    x-netmode: { mode: macvlan, scope: project, ip_range: 192.168.213.192/27, ipv4_address: ` +
      '192.168.213.77, mac_address: "02:42:c0:a8:d5:4d" }\n',
    lacks: { '20': ', mac_address: "02:42:c0:a8:d5:4d"' },
    fromHost: ['http://192.168.213.77/'],
    fromLan: ['http://192.168.213.77/'],
    networkMode: { web: 'case_macvlan_ncp-modes' },
  },
  {
    name: 'macvlan private: the LAN reaches it, and nothing is promised to the host',
    compose:
      'services:\n  web:\n' +
      `${server()}    x-netmode: { mode: macvlan, flag: private, host_access: none, ip_range: ` +
      '192.168.213.192/27, ipv4_address: 192.168.213.78 }\n',
    fromLan: ['http://192.168.213.78/'],
  },
  {
    name: 'a service of a profile that the command line names',
    compose:
      `services:\n  web:\n${server()}    profiles: [tools]\n` +
      '    x-netmode: { mode: macvlan, ip_range: 192.168.213.192/27, ipv4_address: 192.168.213.79 }\n',
    args: ['web'],
    fromHost: ['http://192.168.213.79/'],
  },
  {
    name: 'a fallback where the parent is not there',
    compose:
      `services:\n  web:\n${server()}    ports: ["18094:80"]\n` +
      '    x-netmode: { mode: ipvlan-l2, parent: eth7, fallback: bridge }\n',
    fromHost: ['http://127.0.0.1:18094/'],
    networkMode: { web: 'case_default' },
  },
  {
    name: 'overlay',
    compose:
      `services:\n  web:\n${server()}    ports: ["18095:80"]\n    x-netmode: overlay\n  api:\n` +
      `${server()}    depends_on: [web]\n    x-netmode: overlay\n`,
    prepare: async ({ rig }) => void (await rig.docker('swarm', 'init', '--advertise-addr', '127.0.0.1')),
    clear: async ({ rig }) => {
      await rig.docker('swarm', 'leave', '--force');
      await rig.docker('network', 'rm', 'docker_gwbridge');
    },
    networkMode: { web: 'case_overlay' },
    inside: [['api', 'http://web/']],
  },
];

for (const {
  name,
  compose,
  args = [],
  fromHost = [],
  fromLan = [],
  notFromLan = [],
  inside = [],
  networkMode = {},
  lacks = {},
  prepare,
  clear,
} of cases) {
  test(name, async (context) => {
    const { rig, lan } = context;
    const cwd = join(rig.directory, 'case');
    await mkdir(cwd, { recursive: true });
    await writeFile(join(cwd, 'compose.yaml'), compose.replace(lacks[rig.engine] ?? '', ''));
    await prepare?.(context);
    try {
      const { code, stderr } = await netcompose(rig, ['up', '-d', ...args], { cwd });
      assert.is(code, 0, stderr);
      for (const [service, wanted] of Object.entries(networkMode)) {
        const { stdout } = await rig.docker('inspect', '--format', '{{.HostConfig.NetworkMode}}', `case-${service}-1`);
        assert.is(stdout, wanted, service);
      }
      for (const url of fromHost) assert.is(await fetchText(url), 'hello', `${url} from the host`);
      for (const url of fromLan) assert.is(await fetchText(url, { from: lan }), 'hello', `${url} from the LAN`);
      for (const url of notFromLan)
        assert.is(await fetchText(url, { from: lan, once: true }), undefined, `${url} from the LAN`);
      for (const [service, url] of inside) {
        const fetch = `for i in 1 2 3 4 5; do timeout 3 wget -q -O - ${url} && break; sleep 1; done`;
        const { stdout, stderr: said } = await rig.docker('exec', `case-${service}-1`, 'sh', '-c', fetch);
        assert.is(stdout, 'hello', `${url} from ${service}: ${said}`);
      }
    } finally {
      const { code, stderr } = await netcompose(rig, ['down', ...args], { cwd });
      await clear?.(context);
      assert.is(code, 0, stderr);
    }
    assert.equal(await snapshot(rig), context.before);
  });
}

test.run();
