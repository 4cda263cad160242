/** `netcompose graph`: formats, and the file that is asked for. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { folder, runIn } from '../../in-folder.ts';

const texts = {
  'compose.yaml': 'services:\n  web: { extends: { file: common.yaml, service: base }, x-netmode: host }\n',
  'common.yaml': 'services:\n  base: { image: x, ports: ["80:80"] }\n',
  'pictures/.keep': '',
};

const begins: Readonly<Record<string, RegExp>> = {
  'a.svg': /^<svg /,
  'a.SVG': /^<svg /,
  'a.html': /^<!doctype html>/,
  'a.htm': /^<!doctype html>/,
  'a.dot': /^digraph /,
  'a.gv': /^digraph /,
  'a.mmd': /^flowchart /,
  'pictures/a.mermaid': /^flowchart /,
};

for (const [file, beginning] of Object.entries(begins)) {
  test(`-o ${file}: the format that it is named for`, async () => {
    const { code, out, host } = await runIn(texts, ['graph', '--offline', '-o', file]);
    assert.equal([code, out], [0, '']);
    assert.match(host.files.get(`${folder}/${file}`)!, beginning);
  });
}

test('--format wins over the name, and without either it is Mermaid', async () => {
  const named = await runIn(texts, ['graph', '--offline', '--format', 'svg', '--output', 'a.html']);
  assert.match(named.host.files.get(`${folder}/a.html`)!, /^<svg /);
  assert.match((await runIn(texts, ['graph', '--offline'])).out, /^flowchart /);
  assert.match((await runIn(texts, ['graph', '--offline', '-o', '-', '--format', 'html'])).out, /^<!doctype html>/);
});

for (const [args, said, help] of [
  [['-o', 'a.png'], '"a.png": there is no format for ".png"', 'one of .mmd, .mermaid, .dot, .gv, .svg, .html, .htm'],
  [['-o', 'graph'], '"graph": no ending tells the format', 'or say it with --format'],
  [['-o', 'a.sgv', '--format', 'sgv'], '"sgv" is invalid', 'did you mean "svg"?'],
  [['--format', 'svg', '-o', 'compose.yaml'], '"compose.yaml" is a file of the project', 'name another file'],
  [['--format', 'svg', '-o', './pictures/../common.yaml'], 'is a file of the project: it is not overwritten', ''],
  [['--format', 'svg', '-o', 'pictures'], '"pictures" is a folder', 'name a file in it'],
  [['-o', 'none/a.svg'], '"none/a.svg" cannot be written: there is no folder "none"', 'make it first'],
] as const) {
  test(`refused: ${args.join(' ')}`, async () => {
    const { code, out, err, host } = await runIn(texts, ['graph', '--offline', ...args]);
    assert.equal([code, out], [2, '']);
    assert.match(err, said);
    assert.match(err, help);
    for (const [name, text] of Object.entries(texts)) assert.is(host.files.get(`${folder}/${name}`), text);
  });
}

test('a link to a file of the project is that file', async () => {
  const { code, err } = await runIn(texts, ['graph', '--offline', '-o', 'link.svg'], {
    files: { [`${folder}/link.svg`]: '' },
    marks: { [`${folder}/link.svg`]: { path: `${folder}/compose.yaml` } },
  });
  assert.is(code, 2);
  assert.match(err, '"link.svg" is a file of the project');
});

const settings = {
  'compose.yaml':
    'services:\n  web:\n    image: x\n    env_file: [web.env, { path: a/db.env, required: false }]\n' +
    '    configs: [app]\n' +
    '  one: { image: x, env_file: one.env }\nconfigs:\n  app: { file: ./app.conf }\n',
  'web.env': 'A=1\n',
  'a/db.env': '',
  'one.env': '',
  'app.conf': '',
  'facts.json': '{ "version": 1 }',
};

for (const file of ['web.env', 'a/db.env', 'one.env', 'app.conf', 'facts.json']) {
  test(`what the project or the command takes from a file is not overwritten: ${file}`, async () => {
    const { code, err, host } = await runIn(settings, [
      'graph',
      '--facts',
      'facts.json',
      '--format',
      'dot',
      '-o',
      file,
    ]);
    assert.is(code, 2);
    assert.match(err, 'it is not overwritten');
    assert.is(host.files.get(`${folder}/${file}`), settings[file as keyof typeof settings]);
  });
}

test.run();
