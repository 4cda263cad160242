/** What takes long is never silent: seen on a real terminal, while what is waited for waits until it was seen. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { delimiter, join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { makePlace, type Place } from './place.ts';
import { onTerminal } from './terminal.ts';

const test = suite<{ place: Place }>('silence');

test.before.each((context) => {
  context.place = makePlace();
});
test.after.each(({ place }) => place.remove());

for (const command of ['check', 'plan', 'graph', 'doctor', 'facts', 'shim ls'])
  test(`"${command}" says that it looks at the host, where "ip" takes its time`, async ({ place }) => {
    const seen = join(place.folder, 'seen');
    await saysThatItWaits(place, command, slowIp(place, seen), () => writeFileSync(seen, ''));
  });

for (const command of ['check', 'plan', 'up -d'])
  test(`"${command}" says that it looks at the engine, where that takes its time`, async ({ place }) => {
    const engine = await slowEngine(join(place.folder, 'engine.sock'));
    try {
      await saysThatItWaits(place, command, { DOCKER_HOST: engine.host }, engine.answer);
    } finally {
      engine.close();
    }
  });

test.run();

/** The program does not go on before it has been seen to say what it does. */
async function saysThatItWaits(
  { folder, env }: Place,
  command: string,
  more: Readonly<Record<string, string>>,
  goOn: () => void,
): Promise<void> {
  writeFileSync(join(folder, 'compose.yaml'), 'services:\n  web:\n    image: nginx\n    x-netmode: ipvlan-l2\n');
  const terminal = onTerminal(`netcompose ${command}; echo "ended: $?"`, folder, { ...env, TERM: 'xterm', ...more });
  try {
    assert.match(await terminal.type('', /Looking/), /(Host and engine|Shims) +Looking/);
    goOn();
    await terminal.type('', /ended: \d/);
  } finally {
    terminal.end();
  }
}

/** An `ip` that waits until the file is there. */
function slowIp({ folder, env }: Place, file: string): Readonly<Record<string, string>> {
  const bin = join(folder, 'slow');
  mkdirSync(bin);
  writeFileSync(
    join(bin, 'ip'),
    `#!/bin/sh\nuntil test -e '${file}'; do sleep 0.1; done\nPATH=\${PATH#*:} exec ip "$@"\n`,
  );
  chmodSync(join(bin, 'ip'), 0o755);
  return { PATH: [bin, env['PATH']].join(delimiter) };
}

/** An engine that takes requests, and answers them, with a refusal, once it is told to. */
async function slowEngine(socket: string) {
  const waiting: ServerResponse[] = [];
  let mayAnswer = false;
  const refuse = (response: ServerResponse) => void response.writeHead(503).end('{"message":"later"}');
  const server = createServer((_, response) => (mayAnswer ? refuse(response) : waiting.push(response)));
  await new Promise<void>((resolve) => void server.listen(socket, resolve));
  return {
    host: `unix://${socket}`,
    answer: () => {
      mayAnswer = true;
      waiting.splice(0).forEach(refuse);
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
