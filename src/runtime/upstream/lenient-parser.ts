import symbols from 'undici/lib/core/symbols.js';
import { memberOf } from '../../common/json.js';
import { headerValue } from '../../protocol/header-value.js';
import type { HeaderList } from '../../protocol/messages.js';

// The standards let a client accept more than undici does. Some servers send responses with both Content-Length and
// Transfer-Encoding (RFC 9112, 6.3), lines that end with only LF (2.2), or an unrequested 100 Continue (RFC 9110, 15.2).
// undici has no option for that, so this file changes its internals. If a version of undici has other internals, undici
// keeps refusing such responses.

const LENIENCE = [
  'llhttp_set_lenient_chunked_length',
  'llhttp_set_lenient_optional_cr_before_lf',
  'llhttp_set_lenient_spaces_after_chunk_size',
] as const;

/** The parts of undici's parser of one HTTP/1.1 connection that are used here. */
interface Parser {
  llhttp: Record<(typeof LENIENCE)[number], (pointer: number, on: 0 | 1) => void>;
  ptr: number;
  onHeadersComplete: (statusCode: number, upgrade: boolean, keepAlive: boolean) => number;
  contentLength: number;
  shouldKeepAlive: boolean;
}

/** Makes the parser of a new connection accept all of these responses, except those with both headers: see `endByChunks`. */
export function makeLenient(client: object): void {
  const parser = parserOf(memberOf(client, symbols.kSocket));
  if (parser === undefined) return;
  for (const name of LENIENCE) parser.llhttp[name](parser.ptr, 1);
  const onHeadersComplete = parser.onHeadersComplete.bind(parser);
  parser.onHeadersComplete = (statusCode, ...rest) =>
    onHeadersComplete(statusCode === CONTINUE ? PROCESSING : statusCode, ...rest);
}

const CONTINUE = 100;
/** undici refuses a 100, but skips this interim status. */
const PROCESSING = 102;

/**
 * Makes the parser ignore Content-Length in a response that also has Transfer-Encoding: the last chunk ends the
 * response. The connection is closed after it, because the two headers may be an attempt to smuggle in a second
 * response. Call this when the response's head has been read.
 */
export function endByChunks(socket: object | undefined, headers: HeaderList): void {
  const has = (name: string): boolean => headerValue(headers, name) !== undefined;
  const parser = has('content-length') && has('transfer-encoding') ? parserOf(socket) : undefined;
  if (parser === undefined) return;
  parser.contentLength = -1;
  parser.shouldKeepAlive = false;
}

function parserOf(socket: unknown): Parser | undefined {
  const parser = memberOf(socket, symbols.kParser);
  return isParser(parser) ? parser : undefined;
}

function isParser(value: unknown): value is Parser {
  if (typeof value !== 'object' || value === null || !('llhttp' in value && 'ptr' in value)) return false;
  const { llhttp } = value;
  const known =
    typeof llhttp === 'object' && llhttp !== null && 'llhttp_set_lenient_chunked_length' in llhttp;
  return known && 'onHeadersComplete' in value && 'contentLength' in value && 'shouldKeepAlive' in value;
}
