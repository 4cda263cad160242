/** A folder with a project and a PATH with `netcompose`, Docker and Compose, for programs that call them by name. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type EngineName, findEngine, newestEngine } from '../engine/rig/installed.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const program = join(root, 'bin/netcompose.cjs');

export interface Place {
  readonly folder: string;
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  remove(): void;
}

const compose = `services:
  web: { image: nginx, x-netmode: host }
  dns: { image: pihole, profiles: [lan] }
networks:
  back:
`;

export function makePlace(engine: EngineName = newestEngine): Place {
  const installed = findEngine(engine);
  if (!installed) throw new Error(`the test engine ${engine} is not installed: run test/engine/rig/install.sh`);
  const folder = mkdtempSync(join(tmpdir(), 'netcompose-setup-'));
  const bin = join(folder, 'bin');
  const config = join(folder, 'config');
  mkdirSync(bin);
  mkdirSync(join(config, 'cli-plugins'), { recursive: true });
  symlinkSync(program, join(bin, 'netcompose'));
  symlinkSync(installed.compose, join(config, 'cli-plugins/docker-compose'));
  mkdirSync(join(folder, 'project'));
  writeFileSync(join(folder, 'project/compose.yaml'), compose);
  return {
    folder: join(folder, 'project'),
    env: {
      PATH: [bin, installed.bin, process.env['PATH']].join(delimiter),
      HOME: folder,
      DOCKER_CONFIG: config,
      DOCKER_HOST: 'unix:///nowhere.sock',
      LANG: 'C.UTF-8',
      TERM: 'dumb',
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
