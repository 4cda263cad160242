/** The files of `shim persist`, as each format has them, below a folder that stands for the root of a host. */
import { join } from 'node:path';
import type { WantedFile } from '../../src/host/persist/persisted-files.ts';
import type { Host } from '../../src/host/system/host.ts';
import { realHost } from '../../src/host/system/real-host.ts';
import { persistedMark } from '../../src/plan/facts/ownership.ts';

const unit = 'netcompose-shim-nc-p0.service';
const file = (path: string, text: string, mode = 0o644) => ({ path, mode, text: `${persistedMark}\n${text}\n` });

export const persistedFiles: readonly WantedFile[] = [
  {
    ...file(
      `/etc/systemd/system/${unit}`,
      '[Service]\nType=oneshot\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target',
    ),
    unit,
  },
  file('/etc/NetworkManager/system-connections/netcompose-nc-p0.nmconnection', '[connection]', 0o600),
  file('/etc/systemd/network/10-p0.network.d/netcompose-nc-p0.conf', '[Network]\nMACVLAN=nc-p0'),
  file('/etc/udev/rules.d/90-netcompose-nc-p0.rules', 'ACTION=="add"'),
];

/** The real files and the real systemctl, which needs no running systemd for what lies below another root. */
export function hostBelow(root: string): Host {
  const real = realHost();
  const below = (path: string) => join(root, path);
  return {
    ...real,
    readText: (path) => real.readText(below(path)),
    list: (path) => real.list(below(path)),
    exists: (path) => real.exists(below(path)),
    isDirectory: (path) => real.isDirectory(below(path)),
    writeShared: (path, text, mode) => real.writeShared(below(path), text, mode),
    remove: (path) => real.remove(below(path)),
    run: async ([program, ...args], options) =>
      program === 'systemctl' && !args.includes('daemon-reload')
        ? real.run([program, `--root=${root}`, ...args], options)
        : { code: 0, stdout: '', stderr: '' },
  };
}
