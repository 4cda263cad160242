/**
 * netcompose on a machine: what it observes there, what it plans, and what it does to the host, all of it its own code.
 * Only the engine is none: it says which networks there are, and the containers are namespaces.
 */
import type { RuleName } from '../../src/diagnostics/rules.ts';
import { applyActions } from '../../src/host/execute/execute.ts';
import { observeHost } from '../../src/host/observe/host-facts.ts';
import type { Host } from '../../src/host/system/host.ts';
import { realHost } from '../../src/host/system/real-host.ts';
import type { Step } from '../../src/plan/actions/action.ts';
import { stepsOf } from '../../src/plan/actions/commands.ts';
import type { Facts } from '../../src/plan/facts/facts.ts';
import { fakeEngine } from '../host/fake-engine.ts';
import { planTexts } from '../support/in-memory.ts';
import type { Machine } from './rig/machine.ts';

/** One way to a network's containers, as the product chooses it from the file and the facts. */
export interface Form {
  readonly name: FormName;
  readonly shim: string;
  /** The namespace that stands for a container of the network, and its address. */
  readonly container: string;
  readonly address: string;
  /** The source of what the host sends there, where that is not the host's own address. */
  readonly source?: string;
  /** By IPv6: the container's address and the shim's. */
  readonly six?: { readonly address: string; readonly shim: string };
  readonly compose: string;
}

export type FormName = 'plain' | 'addressed' | 'table';

const service = (netmode: string) => `services: { web: { image: x, x-netmode: ${netmode} } }\n`;
export const forms = {
  /** A shared network on a parent whose address the kernel chooses by itself. */
  plain: {
    name: 'plain',
    shim: 'nc-eth0',
    container: 'c1',
    address: '192.168.1.200',
    compose: service('{ mode: macvlan, parent: eth0, ip_range: 192.168.1.192/28 }'),
  },
  /** A shim with addresses of the LAN, whose router advertises the IPv6 subnet. */
  addressed: {
    name: 'addressed',
    shim: 'nc-own',
    container: 'c2',
    address: '192.168.1.215',
    source: '192.168.1.222',
    six: { address: 'fd00:1::c1', shim: 'fd00:1::ce' },
    compose:
      service('{ network: own }') +
      'networks: { own: { x-netmode: { mode: macvlan, parent: eth0, scope: project, ' +
      'subnet: [192.168.1.0/24, "fd00:1::/64"], gateway: [192.168.1.1, "fd00:1::1"], ' +
      'ip_range: [192.168.1.208/28, "fd00:1::c0/124"], ' +
      'shim: { name: nc-own, ipv4_address: 192.168.1.222, ipv6_address: "fd00:1::ce" } } } }\n',
  },
  /** A network of the user's own, on a host with an address on an interface before the parent. */
  table: {
    name: 'table',
    shim: 'nc-old',
    container: 'c3',
    address: '192.168.1.230',
    compose:
      service('{ network: lan }') +
      'networks: { lan: { driver: macvlan, driver_opts: { parent: eth0, macvlan_mode: bridge }, ' +
      'ipam: { config: [{ subnet: 192.168.1.0/24, gateway: 192.168.1.1, ip_range: 192.168.1.224/28 }] }, ' +
      'x-netmode: { host_access: shim, shim: { name: nc-old } } } }\n',
  },
} as const;

/** The machine as netcompose sees it. */
export function hostIn(machine: Machine): Host {
  return {
    ...realHost(),
    env: { PATH: '/usr/sbin:/usr/bin', ...fakeEngine().env },
    cwd: '/root',
    uid: 0,
    run: (argv) => machine.tryExec(argv),
    readText: (path) => machine.read(path),
    readTextAside: async (path) => machine.read(path),
    list: (path) => machine.look(['ls', '-A', '--', path]).stdout.split('\n').filter(Boolean),
    exists: (path) => machine.look(['test', '-e', path]).code === 0,
    isDirectory: (path) => machine.look(['test', '-d', path]).code === 0,
    writeShared: (path, text, mode) => {
      // Made with its mode and only then filled: what `writeShared` does with a real file is a test of its own.
      for (const [argv, input] of [
        [['install', '-D', '-m', mode.toString(8).padStart(4, '0'), '/dev/null', path]],
        [['tee', '--', path], text],
      ] as const) {
        if (machine.look(argv, input).code !== 0) throw new Error(`"${path}" cannot be written`);
      }
    },
    remove: (path) => void machine.look(['rm', '-rf', '--', path]),
    isExecutable: (path) => machine.look(['test', '-x', path]).code === 0,
  };
}

/** What `check` says of this host now, and the plan. */
export async function checked(machine: Machine, { compose }: Form) {
  const facts: Facts = {
    version: 1,
    host: await observeHost(hostIn(machine), { lan: true }),
    engine: { version: '28.5.2', kind: 'engine', remote: false, swarm: 'inactive', networks: [], containers: [] },
    compose: { version: '2.40.3' },
  };
  const { plan, diagnostics } = planTexts(compose, { facts });
  return { plan, diagnostics: diagnostics.sorted() };
}

/** What `up` would do to this host now, without Docker's part; `despite` an error of this rule. */
export async function planned(machine: Machine, form: Form, despite?: RuleName): Promise<readonly Step[]> {
  const { plan, diagnostics } = await checked(machine, form);
  const errors = diagnostics.filter(({ severity, rule }) => severity === 'error' && rule !== despite);
  if (!plan || errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'));
  return stepsOf(plan.actions.filter(({ kind }) => kind !== 'ensure-network'));
}

/** As `up` does it. */
export async function prepare(machine: Machine, form: Form): Promise<void> {
  await applyActions(await planned(machine, form), hostIn(machine));
}
