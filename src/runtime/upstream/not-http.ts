import { FailureCode } from '../../common/errors.js';

/** Describes what is wrong with a response, and what to do. */
export interface ResponseProblem {
  /** Continues a sentence that begins with the origin, e.g. "did not answer in HTTP". */
  what: string;
  advice: string;
  /** Set when the server does not speak HTTP/1.1 at all. */
  code?: FailureCode;
}

/** The advice for a response that violates HTTP; no setting helps. */
export const FIX_SERVER = 'fix the server or the proxy in front of it, which violates RFC 9112';

/**
 * First bytes of servers that don't use HTTP/1.1. Errors never quote the bytes, because a server may send back a key.
 */
const OTHER_SERVERS: readonly [RegExp, ResponseProblem][] = [
  [
    /^[\x14-\x17]\x03/,
    {
      what: 'did not answer in HTTP: that port expects TLS',
      advice: 'begin base_url with https:',
      code: FailureCode.TlsRequired,
    },
  ],
  [
    /^\0[\s\S]{2}\x04/,
    {
      what: 'did not answer in HTTP/1.1: that port expects HTTP/2 without TLS',
      advice: 'use its port for HTTP/1.1 or for https:',
      code: FailureCode.NotHttp,
    },
  ],
  [/^SSH-/, withoutHttp(': it is an SSH server')],
  [/^2\d\d[ -]/, withoutHttp(': it is a mail or FTP server')],
  [/^[-+](ERR|OK|NOAUTH|DENIED)/, withoutHttp(': it is probably a Redis server')],
];

function withoutHttp(more: string, advice = 'check host and port of base_url'): ResponseProblem {
  return { what: `did not answer in HTTP${more}`, advice, code: FailureCode.NotHttp };
}

/** Maps the parser's reasons to descriptions. */
const REASONS: readonly [RegExp, string][] = [
  [
    /Expected (dot|space after version)|Invalid (major|minor|HTTP) version/,
    'answered with a version of HTTP that does not exist',
  ],
  [/Invalid status code|Invalid response status/, 'answered with a status that is not a number'],
  [
    /Missing expected (CR|LF) after (response line|header value)|Expected LF after headers/,
    'ends lines of its headers without CR LF',
  ],
  [
    /Invalid header token|Unexpected space after start line/,
    'sent a header whose name has a character that is not allowed',
  ],
  [/Invalid header value char/, 'sent a header whose value has a control character'],
  [/Content-Length can't be|Transfer-Encoding can't be/, 'sent both Content-Length and Transfer-Encoding'],
  [/Content-Length/, 'sent a Content-Length that is not a number'],
  [/Transfer-Encoding|`chunked` value/, 'sent a Transfer-Encoding that does not end with chunked'],
  [/chunk/i, 'sent a chunked body whose chunks are damaged'],
  [/Data after `Connection: close`/, 'sent more data after the end of its response'],
];

/**
 * Describes what is wrong with bytes that are not an HTTP/1.1 response.
 * @param error undici's parser error; its `data` holds the bytes from the place where parsing failed
 * @param begun whether the response's headers have been read
 */
export function notHttp(error: Error, begun: boolean): ResponseProblem {
  const data = 'data' in error && typeof error.data === 'string' ? error.data : '';
  const server = begun ? undefined : OTHER_SERVERS.find(([beginning]) => beginning.test(data));
  if (server !== undefined) return server[1];
  const [, reason = error.message] = /\((.*)\)/.exec(error.message) ?? [];
  if (reason.startsWith('Expected HTTP/')) return withoutHttp('');
  const [, what] = REASONS.find(([words]) => words.test(reason)) ?? [];
  return what === undefined
    ? withoutHttp(` (${reason})`, FIX_SERVER)
    : { what: `${what} (${reason})`, advice: FIX_SERVER };
}
