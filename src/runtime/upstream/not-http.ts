/** What is wrong with a response, and what to do about it. */
export interface Fault {
  /** Completes "https://api.example …". */
  what: string;
  advice: string;
}

const CHECK_PORT = 'are host and port of base_url right?';
/** For what no setting changes. */
export const SERVER_AT_FAULT = 'the server, or a proxy before it, breaks RFC 9112 and has to be mended';

/** How servers begin that are none of HTTP/1.1. Nothing of it is repeated: it may say a key back. */
const OTHER_SERVERS: readonly [RegExp, Fault][] = [
  [
    /^[\x14-\x17]\x03/,
    { what: 'did not answer in HTTP, it speaks TLS at that port', advice: 'begin base_url with https:' },
  ],
  [
    /^\0[\s\S]{2}\x04/,
    {
      what: 'did not answer in HTTP/1.1, it speaks HTTP/2 without TLS',
      advice: 'use its port for HTTP/1.1 or for https:',
    },
  ],
  [/^SSH-/, { what: 'did not answer in HTTP, it is an SSH server', advice: CHECK_PORT }],
  [/^2\d\d[ -]/, { what: 'did not answer in HTTP, it is a mail or FTP server', advice: CHECK_PORT }],
  [
    /^[-+](ERR|OK|NOAUTH|DENIED)/,
    { what: 'did not answer in HTTP, it is a server such as Redis', advice: CHECK_PORT },
  ],
];

/** The parser's reasons. */
const REASONS: readonly [RegExp, string][] = [
  [/Expected HTTP\//, 'did not answer in HTTP'],
  [
    /Expected (dot|space after version)|Invalid (major|minor|HTTP) version/,
    'answered with a version of HTTP that there is not',
  ],
  [/Invalid status code|Invalid response status/, 'answered with a status that is no number'],
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
  [/Content-Length/, 'sent a Content-Length that is no number'],
  [/Transfer-Encoding|`chunked` value/, 'sent a Transfer-Encoding that does not end with chunked'],
  [/chunk/i, 'sent a chunked body whose chunks are damaged'],
  [/Data after `Connection: close`/, 'sent more after the end of its response'],
];

/**
 * Says what was wrong with bytes that are no response of HTTP/1.1.
 * @param error of undici's parser; its `data` are the bytes from where it gave up
 * @param begun whether the response's headers had been read
 */
export function notHttp(error: Error, begun: boolean): Fault {
  const data = 'data' in error && typeof error.data === 'string' ? error.data : '';
  const server = begun ? undefined : OTHER_SERVERS.find(([beginning]) => beginning.test(data));
  if (server !== undefined) return server[1];
  const [, reason = error.message] = /\((.*)\)/.exec(error.message) ?? [];
  const [, what] = REASONS.find(([words]) => words.test(reason)) ?? [];
  if (what === 'did not answer in HTTP') return { what, advice: CHECK_PORT };
  return { what: `${what ?? 'did not answer in HTTP'} (${reason})`, advice: SERVER_AT_FAULT };
}
