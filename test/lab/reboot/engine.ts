/** Engine 28, which lies beside the suite's own, started by the suite's units: `LAB_ENGINE=28`. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { must } from '../suite/process.ts';

const newer = '/opt/d28/usr';
const image = '/img/busybox.tar';

/** A drop-in that has a unit start the newer program, and find what it starts itself. */
function replaced(unit: string, program: string, ...args: readonly string[]): void {
  const folder = `/etc/systemd/system/${unit}.d`;
  mkdirSync(folder, { recursive: true });
  const lines = [
    '[Service]',
    `Environment=PATH=${newer}/sbin:${newer}/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    'ExecStart=',
    `ExecStart=${[program, ...args].join(' ')}`,
  ];
  writeFileSync(`${folder}/newer.conf`, `${lines.join('\n')}\n`);
}

/** Has the machine's units start the engine that was asked for; what the older one has is gone. */
export function chosenEngine(): void {
  if (process.env['LAB_ENGINE'] !== '28') return;
  must('systemctl', 'stop', 'docker.socket', 'docker', 'containerd');
  for (const folder of ['/var/lib/docker', '/var/lib/containerd']) rmSync(folder, { recursive: true, force: true });
  replaced('containerd.service', `${newer}/bin/containerd`);
  replaced('docker.service', `${newer}/sbin/dockerd`, '-H', 'fd://', `--containerd=/run/containerd/containerd.sock`);
  must('systemctl', 'daemon-reload');
  must('systemctl', 'start', 'containerd', 'docker');
  must('docker', 'import', '-c', 'CMD ["sh"]', image, 'busybox:latest');
  const version = must('docker', 'version', '--format', '{{.Server.Version}}');
  if (!version.startsWith('28.')) throw new Error(`this is engine ${version}`);
}
