/** `docker netcompose`, by the real `docker` commands. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { endWhereItHangs, patiently } from '../support/patiently.ts';
import { makePlace, type Place } from './place.ts';

for (const engine of ['26', '28'] as const) {
  const test = suite<{ place: Place }>(`docker ${engine}`);
  test.before(async (context) => {
    context.place = makePlace(engine);
    const { code, stderr } = await call(context.place, 'netcompose', 'install-plugin');
    assert.is(code, 0, stderr);
  });
  test.after(({ place }) => place.remove());

  test('docker lists it', async ({ place }) => {
    const { stdout } = await call(place, 'docker', '--help');
    assert.match(stdout, /^ {2}netcompose\* +Docker Compose with/m);
  });

  test('its commands, and those of Compose, with their output and exit codes', async ({ place }) => {
    for (const args of [['config', '--services'], ['check', '--offline'], ['chekc'], ['ps', '--no-such-flag']]) {
      const [plugin, plain] = [
        await call(place, 'docker', 'netcompose', ...args),
        await call(place, 'netcompose', ...args),
      ];
      assert.equal(plugin, plain);
    }
    const missing = await call(place, 'docker', 'netcompose', '-f', 'missing.yaml', 'up', '-d');
    assert.is(missing.code, (await call(place, 'docker', 'compose', '-f', 'missing.yaml', 'up', '-d')).code);
    assert.match((await call(place, 'docker', 'help', 'netcompose', 'doctor')).stdout, 'Usage: netcompose doctor');
  });

  test("docker's own options count", async ({ place }) => {
    const { stderr } = await call(place, 'docker', '-H', 'tcp://127.0.0.1:1', 'netcompose', 'ps');
    assert.match(stderr, 'tcp://127.0.0.1:1');
    const context = await call(place, 'docker', '--context', 'nowhere', 'netcompose', 'doctor');
    assert.match(context.stdout + context.stderr, /"nowhere"/);
  });

  test("docker's own completion completes it", async ({ place }) => {
    const { stdout } = await call(place, 'docker', '__complete', 'netcompose', 'annotate', '');
    assert.equal(stdout.split('\n').slice(0, 3), ['web', 'dns', ':4']);
  });

  // docker 26.1 goes on listening after a signal, and Node 20 cannot connect to it: there it ends by itself.
  if (engine === '28')
    test('a signal that only docker gets ends it too', async ({ place }) => {
      // An engine that takes calls and never answers.
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const host = `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
      // docker itself may ask first; netcompose's client says that it is one for many calls.
      const asked = new Promise<void>((resolve) =>
        server.on('connection', (socket) =>
          socket.on('data', (data) => String(data).includes('keep-alive') && resolve()).on('error', () => undefined),
        ),
      );
      const child = spawn('docker', ['-H', host, 'netcompose', 'doctor'], {
        ...{ cwd: place.folder, env: place.env, stdio: ['ignore', 'pipe', 'pipe'] },
      });
      endWhereItHangs(child);
      await asked;
      child.kill('SIGTERM');
      const [code] = (await once(child, 'exit')) as [number | null];
      server.close();
      assert.is(code, 130);
    });

  test('one that is not ours stays, ours goes', async ({ place }) => {
    const path = join(place.env['DOCKER_CONFIG']!, 'cli-plugins/docker-netcompose');
    assert.is((await call(place, 'netcompose', 'install-plugin', '--uninstall')).code, 0);
    assert.is(existsSync(path), false);
    writeFileSync(path, '#!/bin/sh\n');
    assert.is((await call(place, 'netcompose', 'install-plugin')).code, 3);
  });

  test.run();
}

const call = ({ folder, env }: Place, command: string, ...args: readonly string[]) =>
  patiently(command, args, { cwd: folder, env });
