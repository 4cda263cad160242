import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { formatNames, formats } from '../../../src/diagnostics/format/formats.ts';
import { github } from '../../../src/diagnostics/format/github.ts';
import { json } from '../../../src/diagnostics/format/json.ts';
import { sarif } from '../../../src/diagnostics/format/sarif.ts';
import { rules } from '../../../src/diagnostics/rules.ts';
import { cwd, diagnosticAt, samples, sourceOf, spanOf } from './samples.ts';

const options = { cwd, color: true };
const evil = '\u001b[31m\u009b\u202e\u2028';
const terminalCommands = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e]/;

test('json', () => {
  assert.equal(JSON.parse(json(samples, options)), {
    version: 1,
    diagnostics: [
      {
        rule: 'engine/unreachable',
        severity: 'error',
        message: 'the Docker engine at "unix:///var/run/docker.sock" does not answer',
        help: 'start it: sudo systemctl start docker',
        related: [],
      },
      {
        rule: 'netmode/unknown-mode',
        severity: 'error',
        message: '"web": there is no netmode "ipvln"',
        help: 'did you mean "ipvlan"?',
        file: 'compose.yaml',
        line: 5,
        column: 16,
        endLine: 5,
        endColumn: 21,
        related: [],
      },
      {
        rule: 'ports/published-twice',
        severity: 'warning',
        message: '"web" publishes port 8080/tcp of the host, as "api" does',
        file: 'compose.yaml',
        line: 6,
        column: 13,
        endLine: 6,
        endColumn: 24,
        related: [{ message: '"api" publishes it here', file: 'compose.yaml', line: 3, column: 13 }],
      },
      {
        rule: 'service/ports-ignored',
        severity: 'info',
        message: '"api": host publishes no ports',
        file: 'compose.yaml',
        line: 3,
        column: 13,
        endLine: 3,
        endColumn: 22,
        related: [],
      },
    ],
  });
});

test('json: no diagnostics', () => {
  assert.is(json([], options), '{\n  "version": 1,\n  "diagnostics": []\n}\n');
});

test('json: columns are UTF-16 code units, spans may have several lines', () => {
  const source = sourceOf('👋: a\nb\n');
  const [one] = JSON.parse(json([diagnosticAt({ source, start: 4, end: 7 })], options)).diagnostics;
  assert.equal([one.line, one.column, one.endLine, one.endColumn], [1, 5, 2, 2]);
});

for (const name of ['json', 'sarif'] as const) {
  test(`${name}: what a terminal would obey is escaped, and means the same`, () => {
    const output = formats[name]([diagnosticAt(undefined, { message: evil })], options);
    assert.not.match(output, terminalCommands);
    const parsed = JSON.parse(output);
    assert.is(name === 'json' ? parsed.diagnostics[0].message : parsed.runs[0].results[0].message.text, evil);
  });
}

test('github', () => {
  assert.is(
    github(samples, options),
    '::error title=engine/unreachable::the Docker engine at "unix:///var/run/docker.sock" does not answer' +
      '%0Astart it: sudo systemctl start docker\n' +
      '::error file=compose.yaml,line=5,col=16,endLine=5,endColumn=21,title=netmode/unknown-mode::' +
      '"web": there is no netmode "ipvln"%0Adid you mean "ipvlan"?\n' +
      '::warning file=compose.yaml,line=6,col=13,endLine=6,endColumn=24,title=ports/published-twice::' +
      '"web" publishes port 8080/tcp of the host, as "api" does%0A"api" publishes it here: compose.yaml:3:13\n' +
      '::notice file=compose.yaml,line=3,col=13,endLine=3,endColumn=22,title=service/ports-ignored::' +
      '"api": host publishes no ports\n',
  );
  assert.is(github([], options), '');
});

test('github: escaping', () => {
  const source = sourceOf('a: 1\nb: 2\n', `${cwd}/50%, a:b\n\u001b.yaml`);
  const output = github([diagnosticAt(spanOf(source, 'a: 1\nb'), { message: `100%\r\n::error::x${evil}` })], options);
  assert.is(
    output,
    '::error file=50%25%2C a%3Ab%0A␛.yaml,line=1,endLine=2,title=netmode/unknown-mode::100%25%0A::error::x␛[31m���\n',
  );
});

test('sarif: a result', () => {
  const { runs } = JSON.parse(sarif(samples, options));
  assert.is(runs.length, 1);
  const [{ tool, results, columnKind }] = runs;
  assert.is(columnKind, 'utf16CodeUnits');
  assert.equal(
    tool.driver.rules.map((rule: { id: string }) => rule.id),
    Object.keys(rules),
  );
  for (const { id, defaultConfiguration, shortDescription } of tool.driver.rules) {
    const { severity, summary } = rules[id as keyof typeof rules];
    assert.is(defaultConfiguration.level, severity === 'info' ? 'note' : severity);
    assert.is(shortDescription.text, summary.replace(/[{}]/g, '$&$&'));
  }
  assert.equal(results[2], {
    ruleId: 'ports/published-twice',
    ruleIndex: Object.keys(rules).indexOf('ports/published-twice'),
    level: 'warning',
    message: { text: '"web" publishes port 8080/tcp of the host, as "api" does' },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: 'compose.yaml' },
          region: { startLine: 6, startColumn: 13, endLine: 6, endColumn: 24 },
        },
      },
    ],
    relatedLocations: [
      {
        id: 0,
        message: { text: '"api" publishes it here' },
        physicalLocation: {
          artifactLocation: { uri: 'compose.yaml' },
          region: { startLine: 3, startColumn: 13, endLine: 3, endColumn: 22 },
        },
      },
    ],
  });
  assert.not.ok('locations' in results[0]);
  assert.is(results[1].message.text, '"web": there is no netmode "ipvln"\ndid you mean "ipvlan"?');
  assert.is(results[3].level, 'note');
});

const odd = [
  diagnosticAt({ source: sourceOf('a', '<stdin>'), start: 0, end: 1 }, { message: 'a {brace}' }),
  diagnosticAt({ source: sourceOf('', '/else where/ü#%.yaml'), start: 0, end: 0 }),
  diagnosticAt({ source: sourceOf('', `${cwd}/a:b/\ud800.yaml`), start: 0, end: 0 }),
];

test('sarif: paths and braces', () => {
  const results = JSON.parse(sarif(odd, options)).runs[0].results;
  type Located = {
    readonly locations: readonly [
      { readonly physicalLocation: { readonly artifactLocation: { readonly uri: string } } },
    ];
  };
  assert.equal(
    results.map((result: Located) => result.locations[0].physicalLocation.artifactLocation.uri),
    ['%3Cstdin%3E', 'file:///else%20where/%C3%BC%23%25.yaml', 'a%3Ab/%EF%BF%BD.yaml'],
  );
  assert.is(results[0].message.text, 'a {{brace}}');
});

test('sarif: valid by the published schema', () => {
  const schema = JSON.parse(
    readFileSync(new URL('../../fixtures/sarif/sarif-2.1.0-rtm.5.json', import.meta.url), 'utf8'),
  );
  // A draft-04 schema that uses nothing in which draft-07 differs, but for the names of these two.
  delete schema.$schema;
  delete schema.id;
  const isUri = (text: string) => URL.canParse(text);
  const isReference = (text: string) => !/[\s<>"{}|\\^`]/.test(text) && URL.canParse(text, 'file:///');
  const ajv = new Ajv({
    strict: false,
    unicodeRegExp: false,
    formats: { uri: isUri, 'uri-reference': isReference, 'date-time': true },
  });
  const validate = ajv.compile(schema);
  for (const diagnostics of [[], samples, odd]) {
    validate(JSON.parse(sarif(diagnostics, options)));
    assert.equal(validate.errors ?? [], []);
  }
  assert.not.ok(validate({ version: '2.1.0', runs: [{}] }), 'the schema refuses what is wrong');
});

test('the table has them all, and each is the same each time', () => {
  assert.equal(formatNames, ['pretty', 'json', 'github', 'sarif']);
  for (const name of formatNames) assert.is(formats[name](samples, options), formats[name](samples, options));
});

test.run();
