/** Words as Compose's own parser reads them. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { isOn, readFlags, valuesOf } from '../../src/cli/flags.ts';

const lines = ['-d, --detach', '-q, --quiet', '-t, --timeout int', '--name string'];
const read = (text: string, interspersed = true) => readFlags(text.split(' ').filter(Boolean), lines, { interspersed });
const shown = (text: string, interspersed?: boolean) => {
  const { options, rest, faulty } = read(text, interspersed);
  return [options.map(({ name, value, at }) => `${at} ${name} ${value}`), rest, ...(faulty ? ['faulty'] : [])];
};

const cases: Readonly<Record<string, ReturnType<typeof shown>>> = {
  '': [[], []],
  'web --detach api': [['1 detach true'], ['web', 'api']],
  '--timeout 5 web': [['0 timeout 5'], ['web']],
  '--timeout=5 web': [['0 timeout 5'], ['web']],
  '--timeout= web': [['0 timeout '], ['web']],
  '--name --detach web': [['0 name --detach'], ['web']],
  '--name -- web': [['0 name --'], ['web']],
  '-dq web': [['0 detach true', '0 quiet true'], ['web']],
  '-t5 web': [['0 timeout 5'], ['web']],
  '-t=5 web': [['0 timeout 5'], ['web']],
  '-dt 5 web': [['0 detach true', '0 timeout 5'], ['web']],
  '-dt5q web': [['0 detach true', '0 timeout 5q'], ['web']],
  '-d=false web': [['0 detach false'], ['web']],
  '-dq=false web': [['0 detach true', '0 quiet false'], ['web']],
  '-d -- -q --name web': [['0 detach true'], ['-q', '--name', 'web']],
  '- web': [[], ['-', 'web']],
  '--newer web': [['0 newer true'], ['web'], 'faulty'],
  '--newer=x web': [['0 newer x'], ['web'], 'faulty'],
  '-zd web': [['0 detach true'], ['web'], 'faulty'],
  'web --name': [[], ['web'], 'faulty'],
  'web -t': [[], ['web'], 'faulty'],
};

for (const [text, expected] of Object.entries(cases)) test(`"${text}"`, () => assert.equal(shown(text), expected));

test('where options stand in front only, all after the first other word is left alone', () => {
  assert.equal(shown('-d web -q -- x', false), [['0 detach true'], ['web', '-q', '--', 'x']]);
  assert.equal(shown('-d -- web -q', false), [['0 detach true'], ['web', '-q']]);
});

test('yes and no, as Go reads them; the last counts', () => {
  for (const no of ['0', 'f', 'F', 'false', 'False', 'FALSE'])
    assert.is(isOn(read(`--detach --detach=${no}`), 'detach'), false, no);
  for (const yes of ['1', 't', 'T', 'true', 'True', 'TRUE'])
    assert.is(isOn(read(`--detach=false --detach=${yes}`), 'detach'), true, yes);
  assert.is(isOn(read('--detach=perhaps'), 'detach'), true);
  assert.is(isOn(read('web'), 'detach'), undefined);
});

test('values that are repeated, in order', () => {
  assert.equal(valuesOf(read('--name a web --name=b'), 'name'), ['a', 'b']);
});

test('a line that describes no option is a bug', () => {
  assert.throws(() => readFlags([], ['detach'], { interspersed: true }), /does not describe an option/);
});

test.run();
