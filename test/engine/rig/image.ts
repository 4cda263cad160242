/**
 * The one image of the tests: a static busybox with all its applets (`httpd`, `nc`, `wget`, `ping`, `ip`, …), and
 * `dnsmasq`, because Debian's busybox has no name server.
 */
import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { onPath } from './installed.ts';

export const testImage = 'netcompose-test:latest';

/** Imports the image into the engine that `env` leads to; no registry is asked. `/www/index.html` holds `hello`. */
export async function importImage(folder: string, env: Readonly<Record<string, string>>): Promise<void> {
  const busybox = onPath('busybox');
  if (busybox === undefined) throw new Error('"busybox" is not installed');
  const root = join(folder, 'image');
  for (const name of ['bin', 'etc', 'root', 'tmp', 'var/run', 'www'])
    await mkdir(join(root, name), { recursive: true });
  await copyFile(busybox, join(root, 'bin/busybox'));
  const { stdout } = await execa(busybox, ['--list']);
  for (const applet of stdout.split('\n'))
    if (applet !== 'busybox') await symlink('busybox', join(root, 'bin', applet));
  await copyProgram('dnsmasq', root);
  await writeFile(join(root, 'etc/passwd'), 'root:x:0:0::/root:/bin/sh\n');
  await writeFile(join(root, 'www/index.html'), 'hello\n');
  await execa('tar', ['-C', root, '-c', '.'], { encoding: 'buffer' }).pipe(
    'docker',
    ['import', '--change', 'CMD ["sh"]', '-', testImage],
    {
      env,
      extendEnv: false,
    },
  );
}

/** Copies a program of this machine with the libraries it is linked to. */
async function copyProgram(name: string, root: string): Promise<void> {
  const program = onPath(name);
  if (program === undefined) throw new Error(`"${name}" is not installed`);
  await copyFile(program, join(root, 'bin', name));
  const { stdout } = await execa('ldd', [program]);
  for (const [library] of stdout.matchAll(/\/\S+/g)) {
    await mkdir(join(root, dirname(library)), { recursive: true });
    await copyFile(library, join(root, library));
  }
}
