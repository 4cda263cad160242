/** Which network drivers the kernel has. */
import { gunzipSync } from 'node:zlib';
import type { DriverState, HostFacts, HostInterface, KernelDriver } from '../../plan/facts/facts.ts';
import type { Host } from '../system/host.ts';

/** The name in the kernel's configuration, and the kind of interface that shows that it is there. */
const drivers: Readonly<Record<KernelDriver, { readonly config: string; readonly kind: string }>> = {
  macvlan: { config: 'CONFIG_MACVLAN', kind: 'macvlan' },
  ipvlan: { config: 'CONFIG_IPVLAN', kind: 'ipvlan' },
  '8021q': { config: 'CONFIG_VLAN_8021Q', kind: 'vlan' },
};

const names = Object.keys(drivers) as readonly KernelDriver[];

/**
 * Loads nothing, runs nothing. A driver is left out where nothing shows its state (in a container, say, which sees no
 * modules).
 *
 * @param wanted those that matter: where all of them show themselves at once, the long lists of a kernel's modules and
 *   settings are not read, and others may be left out too
 */
export function observeDrivers(
  host: Host,
  interfaces: readonly HostInterface[],
  wanted: ReadonlySet<KernelDriver> = new Set(names),
): NonNullable<HostFacts['drivers']> {
  const present = names.filter(
    (name) => host.exists(`/sys/module/${name}`) || interfaces.some(({ kind }) => kind === drivers[name].kind),
  );
  const known: { [name in KernelDriver]?: DriverState } = {};
  for (const name of present) known[name] = 'ready';
  return [...wanted].every((name) => known[name]) ? known : { ...known, ...listed(host, new Set(present)) };
}

/** The others, by the lists of what the kernel has. */
function listed(host: Host, present: ReadonlySet<KernelDriver>): NonNullable<HostFacts['drivers']> {
  const release = host.readText('/proc/sys/kernel/osrelease')?.trim() ?? '';
  const [builtIn, modules] = ['modules.builtin', 'modules.dep'].map((file) =>
    host.readText(`/lib/modules/${release}/${file}`),
  );
  const known: { [name in KernelDriver]?: DriverState } = {};
  let configuration: string | undefined;
  for (const name of names) {
    if (present.has(name)) continue;
    if (builtIn?.includes(`/${name}.ko`)) known[name] = 'ready';
    else if (modules !== undefined) known[name] = modules.includes(`/${name}.ko`) ? 'loadable' : 'missing';
    else {
      configuration ??= readConfiguration(host, release);
      const state = configured(configuration, drivers[name].config);
      if (state) known[name] = state;
    }
  }
  return known;
}

function readConfiguration(host: Host, release: string): string {
  const packed = host.readBytes('/proc/config.gz');
  return packed ? gunzipSync(packed).toString('latin1') : (host.readText(`/boot/config-${release}`) ?? '');
}

/** `=m` proves nothing where the modules cannot be seen. */
function configured(configuration: string, name: string): DriverState | undefined {
  if (configuration.includes(`${name}=y\n`)) return 'ready';
  return configuration.includes(`# ${name} is not set\n`) ? 'missing' : undefined;
}
