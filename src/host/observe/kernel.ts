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

/**
 * Loads nothing, runs nothing. A driver is left out where nothing shows its state (in a container, say, which sees no
 * modules).
 */
export function observeDrivers(host: Host, interfaces: readonly HostInterface[]): NonNullable<HostFacts['drivers']> {
  const release = host.readText('/proc/sys/kernel/osrelease')?.trim() ?? '';
  const [builtIn, modules] = ['modules.builtin', 'modules.dep'].map((file) =>
    host.readText(`/lib/modules/${release}/${file}`),
  );
  const known: { [name in KernelDriver]?: DriverState } = {};
  let configuration: string | undefined;
  for (const [name, { config, kind }] of Object.entries(drivers) as readonly [
    KernelDriver,
    { config: string; kind: string },
  ][]) {
    if (
      host.exists(`/sys/module/${name}`) ||
      interfaces.some((one) => one.kind === kind) ||
      builtIn?.includes(`/${name}.ko`)
    )
      known[name] = 'ready';
    else if (modules !== undefined) known[name] = modules.includes(`/${name}.ko`) ? 'loadable' : 'missing';
    else {
      configuration ??= readConfiguration(host, release);
      const state = configured(configuration, config);
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
