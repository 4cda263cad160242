/** One HTTP answer (RFC 9112), read from what a connection brings, piece by piece. Pure. */

export interface HttpAnswer {
  readonly status: number;
  /** By name, in small letters; of one that is there several times, the last. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** It breaks the protocol; `code` is of the family that Node gives such faults. */
class NoHttp extends Error {
  override readonly name = 'NoHttp';
  readonly code = 'HPE_INVALID';
}

export interface HttpReader {
  /**
   * Takes what has come. Throws an error with a code, as Node has it, for what is no HTTP.
   *
   * @returns the answer, once it is whole
   */
  push(bytes: Buffer): HttpAnswer | undefined;
  /**
   * Nothing more comes.
   *
   * @returns the answer where its end is the connection's, nothing where it was cut off
   */
  end(): HttpAnswer | undefined;
}

type Head = Pick<HttpAnswer, 'status' | 'headers'>;

/** Takes more of the body; says whether that was its end. */
type Body = (bytes: Buffer) => boolean;

/** A reader for a single answer. */
export function httpReader(): HttpReader {
  let rest: Buffer = Buffer.alloc(0);
  let head: Head | undefined;
  let isAtEnd: Body = () => false;
  const parts: Buffer[] = [];
  const answer = (): HttpAnswer => ({ ...head!, body: Buffer.concat(parts).toString('utf8') });
  return {
    push(bytes) {
      let more = bytes;
      if (!head) {
        rest = Buffer.concat([rest, bytes]);
        checkBeginning(rest);
        const end = rest.indexOf('\r\n\r\n');
        if (end < 0) return undefined;
        head = headOf(rest.toString('latin1', 0, end));
        isAtEnd = bodyOf(head, parts);
        more = rest.subarray(end + 4);
      }
      return isAtEnd(more) ? answer() : undefined;
    },
    end: () => (head && lengthOf(head) === 'until the end' ? answer() : undefined),
  };
}

/** What speaks another protocol is known by its first bytes, and need not end its line. */
function checkBeginning(bytes: Buffer): void {
  const shown = bytes.toString('latin1', 0, 5);
  if (!'HTTP/'.startsWith(shown)) throw new NoHttp(`it begins with ${JSON.stringify(shown)}`);
}

function headOf(text: string): Head {
  const [first = '', ...lines] = text.split('\r\n');
  const status = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(first)?.[1];
  if (status === undefined) throw new NoHttp(`${JSON.stringify(first)} is no status`);
  const headers = lines.map((line) => {
    const [, name, value] = /^([^\s:]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new NoHttp(`${JSON.stringify(line)} is no header`);
    return [name.toLowerCase(), value] as const;
  });
  return { status: Number(status), headers: new Map(headers) };
}

/** How many bytes the body has, or by what its end is known. */
function lengthOf({ status, headers }: Head): number | 'chunked' | 'until the end' {
  if (status === 204 || status === 304) return 0;
  if (/(?:^|,)\s*chunked$/i.test(headers.get('transfer-encoding') ?? '')) return 'chunked';
  const length = headers.get('content-length');
  if (length === undefined) return 'until the end';
  if (!/^\d+$/.test(length)) throw new NoHttp(`${JSON.stringify(length)} is no length`);
  return Number(length);
}

/** @param parts gets what belongs to the body */
function bodyOf(head: Head, parts: Buffer[]): Body {
  const length = lengthOf(head);
  if (length === 'chunked') return chunkedBody(parts);
  let missing = length === 'until the end' ? Infinity : length;
  return (bytes) => {
    const part = bytes.subarray(0, Math.min(missing, bytes.length));
    parts.push(part);
    missing -= part.length;
    return missing === 0;
  };
}

/** Chunks, each headed by its length in hexadecimal; the last is empty, and what follows it says nothing here. */
function chunkedBody(parts: Buffer[]): Body {
  let rest: Buffer = Buffer.alloc(0);
  return (bytes) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    for (;;) {
      const line = rest.indexOf('\r\n');
      if (line < 0) return false;
      const size = /^([\da-f]+)[ \t]*(?:;.*)?$/i.exec(rest.toString('latin1', 0, line))?.[1];
      if (size === undefined) throw new NoHttp('a chunk has no length');
      const [begin, length] = [line + 2, Number.parseInt(size, 16)];
      if (length === 0) return true;
      if (rest.length < begin + length + 2) return false;
      parts.push(rest.subarray(begin, begin + length));
      rest = rest.subarray(begin + length + 2);
    }
  };
}
