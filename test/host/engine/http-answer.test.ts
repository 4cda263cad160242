/** HTTP answers as engines give them, whole, in pieces and broken. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type HttpAnswer, httpReader } from '../../../src/host/engine/http-answer.ts';

/** What comes of a text that arrives in pieces; whether its connection then ends. */
function read(pieces: readonly Buffer[], ends = true): HttpAnswer | undefined {
  const reader = httpReader();
  for (const piece of pieces) {
    const answer = reader.push(piece);
    if (answer) return answer;
  }
  return ends ? reader.end() : undefined;
}

/** Cut at these places. */
function cut(bytes: Buffer, places: readonly number[]): readonly Buffer[] {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
}

const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const head = (...lines: readonly string[]) =>
  ['HTTP/1.1 200 OK', 'Server: Docker/28.5.2', ...lines, '', ''].join('\r\n');

const framings: Readonly<Record<string, (body: string) => string>> = {
  'by its length': (body) => `${head(`Content-Length: ${Buffer.byteLength(body)}`)}${body}`,
  'in one chunk': (body) => `${head('Transfer-Encoding: chunked')}${body === '' ? '' : chunk(body)}0\r\n\r\n`,
  'a character a chunk': (body) =>
    `${head('transfer-encoding: Chunked')}${[...body].map(chunk).join('')}0;x=y\r\nTrailer: t\r\n\r\n`,
};

for (const [how, framed] of Object.entries(framings)) {
  test(`${how}, wherever it is cut, and without waiting for the connection's end`, () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.array(fc.nat(4000), { maxLength: 6 }), (body, places) => {
        const answer = read(cut(Buffer.from(framed(body)), places), false);
        assert.equal([answer?.status, answer?.headers.get('server'), answer?.body], [200, 'Docker/28.5.2', body]);
      }),
    );
  });

  test(`${how}: what is cut off is no answer`, () => {
    const bytes = Buffer.from(framed('[{"Name":"lan"}]'));
    const last =
      framed('').includes('chunked') || framed('').includes('Chunked') ? bytes.lastIndexOf('0') : bytes.length;
    for (let length = 0; length < last; length++) assert.is(read([bytes.subarray(0, length)]), undefined, `${length}`);
  });
}

test('without a length, the connection ends it', () => {
  const bytes = Buffer.from(`${head('Content-Type: text/plain')}OK`);
  assert.is(read([bytes], false), undefined);
  assert.is(read([bytes])?.body, 'OK');
});

test('where nothing follows', () => {
  assert.is(read([Buffer.from('HTTP/1.1 204 No Content\r\n\r\n')], false)?.status, 204);
});

for (const text of [
  'SSH-2.0-OpenSSH_9.2\r\n',
  '220 mail',
  'HTTP/2 200\r\n\r\n',
  'HTTP/1.1 OK\r\n\r\n',
  'HTTP/1.1 200 OK\r\nno header\r\n\r\n',
  head('Content-Length: -1'),
  `${head('Transfer-Encoding: chunked')}xyz\r\n`,
]) {
  test(`no HTTP: ${JSON.stringify(text.slice(0, 40))}`, () => {
    assert.throws(
      () => read([Buffer.from(text)]),
      ({ code }: NodeJS.ErrnoException) => code === 'HPE_INVALID',
    );
  });
}

test.run();
