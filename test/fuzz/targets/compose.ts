/** Files read by netcompose and by the real Compose: they agree, or refuse both. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { conformance } from '../../conformance/compare.ts';
import { secondPass } from '../../conformance/second-pass.ts';
import { styledProject } from '../../laws/projects.ts';
import { lanFacts } from '../../support/in-memory.ts';
import { composeTexts } from '../corpus.ts';
import { type Target, target } from '../target.ts';
import { partsTarget } from './compose-parts.ts';

/** @param compose how it is started */
export function composeTargets(compose: readonly string[]): readonly Target[] {
  return [
    target('Compose', 4, fc.record({ text: fc.oneof(styledProject, changedText) }), ({ text }) => agree(text, compose)),
    partsTarget(compose),
  ];
}

/** Networking of a fixture, with one value changed for another that people write there. */
const changedText: fc.Arbitrary<string> = fc
  .record({ text: fc.constantFrom(...composeTexts), at: fc.nat(99), put: fc.constantFrom(...values()) })
  .map(({ text, at, put }) => {
    const lines = text.split('\n');
    const places = lines.flatMap((line, index) => (/^\s+(?:- )?[\w-]+: \S/.test(line) ? index : []));
    const place = places[at % places.length];
    if (place === undefined) return text;
    lines[place] = lines[place]!.replace(/: .*/, () => `: ${put}`);
    return lines.join('\n');
  });

function values(): readonly string[] {
  return [
    ...[
      'null',
      '~',
      'true',
      '80',
      '"80"',
      '8080:80',
      '"8080:80"',
      '[]',
      '{}',
      '[a]',
      '{ a: b }',
      '[8080:80]',
      '["53/udp"]',
    ],
    ...[
      'host',
      'none',
      'bridge',
      'default',
      'service:web',
      'eth0',
      '192.168.1.5',
      '192.168.1.0/24',
      '$A',
      '${A:-x}',
      '$$',
    ],
    ...['0x10', '010', '1e3', '22:22', 'no', '"no"', '!reset null', '!override []', '|', "''", '1.0', '-1'],
  ];
}

/** What netcompose has no reason to read as Compose does is no matter of networking. */
async function agree(text: string, compose: readonly string[]): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'netcompose-fuzz-'));
  try {
    const folder = join(directory, 'project');
    mkdirSync(folder);
    writeFileSync(join(folder, 'compose.yaml'), text);
    const given = { name: 'project', directory: folder, files: [], args: [], env: {} };
    for await (const { verdict, lines } of conformance([given], compose)) {
      if (verdict === 'both-refuse' || verdict === 'compose-refuses-else') continue;
      assert.is(verdict, 'agree', [verdict, ...lines].join('\n'));
      const unlike = await secondPass(given, lanFacts, compose);
      assert.equal(unlike ?? [], []);
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
