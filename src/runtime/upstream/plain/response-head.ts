import { HEADER_NAME, HEADER_VALUE } from '../../../common/http/header-syntax.js';
import type { HeaderList } from '../../../protocol/messages.js';
import { MalformedResponse } from './malformed.js';

/** A status line and headers, and how the body's end is found (RFC 9112, 6.3). */
export interface Head {
  readonly statusCode: number;
  readonly headers: HeaderList;
  readonly framing: { kind: 'chunked' } | { kind: 'length'; bytes: number } | { kind: 'close' };
  /** How long the connection may be idle, in ms; 0: no further request may use it. */
  readonly keptMs: number;
}

const STATUS_LINE = /^HTTP\/1\.([01]) (\d{3})(?: [\t\x20-\x7e\x80-\xff]*)?$/;

const END = '\r\n\r\n';

// Servers often send exactly the same head for a second (until the Date header changes), so the last result is cached.
let last: { bytes: Buffer; head: Head } | undefined;

/**
 * Reads a status line and headers at the start of `bytes`.
 * @param most most bytes of the head
 * @returns the head, and its length with the blank line at its end; undefined while it is incomplete
 * @throws {MalformedResponse} when the bytes can't begin an HTTP/1.1 response, or the head is too long
 */
export function parseHead(bytes: Buffer, most: number): { head: Head; length: number } | undefined {
  if (last !== undefined && last.bytes.length <= most && startsWith(bytes, last.bytes))
    return { head: last.head, length: last.bytes.length };
  const end = bytes.indexOf(END);
  if (end > most || (end < 0 && bytes.length > most)) throw new MalformedResponse('too long', bytes);
  if (end < 0) {
    if (!'HTTP/1.'.startsWith(bytes.toString('latin1', 0, 7)))
      throw new MalformedResponse('Expected HTTP/', bytes);
    return undefined;
  }
  const head = parse(bytes.toString('latin1', 0, end), bytes);
  const length = end + END.length;
  last = { bytes: Buffer.from(bytes.subarray(0, length)), head };
  return { head, length };
}

function startsWith(bytes: Buffer, beginning: Buffer): boolean {
  const { length } = beginning;
  return bytes.length >= length && bytes.compare(beginning, 0, length, 0, length) === 0;
}

function parse(text: string, bytes: Buffer): Head {
  const [line = '', ...fields] = text.split('\r\n');
  const [, minor, status = ''] = STATUS_LINE.exec(line) ?? [];
  if (minor === undefined) {
    throw new MalformedResponse(line.startsWith('HTTP/') ? 'Invalid status code' : 'Expected HTTP/', bytes);
  }
  const headers = fields.map((field): readonly [string, string] => {
    const colon = field.indexOf(':');
    const name = field.slice(0, Math.max(0, colon));
    const value = field.slice(colon + 1).trim();
    if (!HEADER_NAME.test(name)) throw new MalformedResponse('Invalid header token', bytes);
    if (!HEADER_VALUE.test(value)) throw new MalformedResponse('Invalid header value char', bytes);
    return [name, value];
  });
  const { framing, sure } = framingOf(headers, bytes);
  const connection = valuesOf(headers, 'connection').map((option) => option.toLowerCase());
  const stays = minor === '1' ? !connection.includes('close') : connection.includes('keep-alive');
  return { statusCode: Number(status), headers, framing, keptMs: stays && sure ? keptMs(headers) : 0 };
}

/**
 * An idle connection is closed this many ms before the server would close it. Otherwise a request could arrive just when
 * the server does so, and fail.
 */
const MARGIN_MS = 1000;

/** Reads `Keep-Alive: timeout=5`. Without that header there is no limit. */
function keptMs(headers: HeaderList): number {
  const [, seconds] = /\btimeout=(\d{1,9})/i.exec(valuesOf(headers, 'keep-alive').join()) ?? [];
  return seconds === undefined ? Number.POSITIVE_INFINITY : Math.max(0, Number(seconds) * 1000 - MARGIN_MS);
}

/** `sure`: false when the headers are ambiguous, so that later responses on the connection can't be trusted. */
function framingOf(headers: HeaderList, bytes: Buffer): { framing: Head['framing']; sure: boolean } {
  const lengths = new Set(valuesOf(headers, 'content-length'));
  const codings = valuesOf(headers, 'transfer-encoding').map((coding) => coding.toLowerCase());
  if (codings.length > 0) {
    if (codings.at(-1) !== 'chunked') throw new MalformedResponse('Transfer-Encoding', bytes);
    return { framing: { kind: 'chunked' }, sure: lengths.size === 0 };
  }
  const [length] = lengths;
  if (length === undefined) return { framing: { kind: 'close' }, sure: true };
  if (lengths.size > 1 || !/^\d{1,15}$/.test(length)) throw new MalformedResponse('Content-Length', bytes);
  return { framing: { kind: 'length', bytes: Number(length) }, sure: true };
}

/** Returns the members of a list header, which may be sent in several parts. */
function valuesOf(headers: HeaderList, wanted: string): string[] {
  return headers.flatMap(([name, value]) =>
    name.toLowerCase() === wanted ? value.split(',').map((member) => member.trim()) : [],
  );
}
