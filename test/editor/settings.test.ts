/** The settings of docs/editors.md: both schemas are in force in one file, and Compose's tags are known. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fencesOf } from '../docs/page.ts';
import { saying } from '../support/hooks.ts';
import { type Editor, startEditor } from './server.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const page = readFileSync(join(root, 'docs/editors.md'), 'utf8');
const settings = JSON.parse(fencesOf(page).find(({ language }) => language === 'json')!.text) as {
  readonly 'yaml.schemas': Readonly<Record<string, readonly string[]>>;
  readonly 'yaml.customTags': readonly string[];
};

/** Stands in for the Compose specification's schema, which is on the network: strict, and in another dialect. */
const composeSpec = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: 'object',
  properties: {
    services: { type: 'object', additionalProperties: { $ref: '#/definitions/service' } },
    networks: { type: 'object' },
  },
  patternProperties: { '^x-': {} },
  additionalProperties: false,
  definitions: {
    service: {
      type: 'object',
      properties: { image: { type: 'string', description: 'The image.' }, ports: { type: 'array' } },
      patternProperties: { '^x-': {} },
      additionalProperties: false,
    },
  },
};

let folder: string;
let editor: Editor;
test.before(
  saying(async () => {
    folder = mkdtempSync(join(tmpdir(), 'netcompose-editor-'));
    const standIn = join(folder, 'compose-spec.json');
    writeFileSync(standIn, JSON.stringify(composeSpec));
    const schemas = Object.entries(settings['yaml.schemas']).map(([place, files]) => {
      const own = /netcompose\/(schema\/.*)$/.exec(place)?.[1];
      return [own === undefined ? standIn : join(root, own), files] as const;
    });
    assert.is(schemas.length, 2);
    editor = await startEditor({ schemas: Object.fromEntries(schemas), customTags: settings['yaml.customTags'] });
  }),
);
test.after(async () => {
  await editor?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('both schemas complete, explain and check', async () => {
  const offered = await editor.complete('services:\n  web:\n    image: nginx\n    \n  db:\n    image: x\n', {
    line: 3,
    character: 4,
  });
  assert.ok(offered.includes('ports') && offered.includes('x-netmode'), offered.join(', '));
  assert.match(await editor.hover('services:\n  web:\n    image: nginx\n', { line: 2, character: 6 }), 'The image.');
  assert.match(
    await editor.hover('services:\n  web:\n    x-netmode: { mode: host }\n', { line: 2, character: 19 }),
    'How a service is attached',
  );
  const faults = await editor.validate('services:\n  web:\n    imag: nginx\n    x-netmode: hots\n');
  assert.equal(faults.map(({ line }) => line).sort(), [2, 3]);
});

test("Compose's tags are no faults", async () => {
  const text = 'services:\n  web:\n    image: nginx\n    ports: !reset []\n    x-netmode: !override { mode: host }\n';
  assert.equal(await editor.validate(text), []);
});

test.run();
