import { ConnectorException, ErrorClass } from '../../common/errors.js';
import { KEY_LEFT_HEADER } from '../../protocol/constants.js';
import { headerValue } from '../../protocol/header-value.js';
import type { HeaderList } from '../../protocol/messages.js';
import { type HttpRequest, MAX_HOST_CHARS } from '../upstream/http-request.js';
import {
  Discard,
  type ResponseHead,
  type ResponseSink,
  type Transport,
  type UpstreamCall,
} from '../upstream/transport.js';

const MAX_REDIRECTS = 5;

/** The headers that are sent to another origin too. Any other header may be a credential. */
const HARMLESS: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'content-encoding',
  'content-type',
  'range',
  'traceparent',
  'tracestate',
  'user-agent',
]);

/** Thrown by the sink of a redirect response, to pass on the new URL. */
class RedirectTo extends Discard {
  constructor(readonly url: URL) {
    super();
  }
}

/**
 * Follows redirects for which the same request may be sent again: all for GET and HEAD, 307 and 308 for other methods.
 * Another origin gets no client certificate and no header that could be a credential. The client gets the redirect as
 * the response if it leads from https: to http:, to another scheme, or to an invalid URL.
 */
export function withRedirects(next: Transport): Transport {
  return async (call, sink) => {
    let current = call;
    for (let redirects = 0; ; redirects += 1) {
      const { url, method } = current.request;
      const watched: ResponseSink = {
        onHead(head, flow) {
          const target = targetOf(head, method, url);
          if (target !== undefined) throw new RedirectTo(target);
          const refused = head.statusCode === 401 || head.statusCode === 403;
          const keyLeft = refused && hasCredentials(call) && !hasCredentials(current);
          sink.onHead(keyLeft ? withKeyLeft(head, url.origin) : head, flow);
        },
        onData: sink.onData,
      };
      try {
        return await next(current, watched);
      } catch (error) {
        if (!(error instanceof RedirectTo)) throw error;
        if (redirects === MAX_REDIRECTS) throw tooMany(call.request);
        call.timeline.continueAttempt('redirected');
        current = redirected(current, error.url);
      }
    }
  };
}

function targetOf(head: ResponseHead, method: string, from: URL): URL | undefined {
  const { statusCode, headers } = head;
  const repeats = statusCode === 307 || statusCode === 308;
  const moves = statusCode === 301 || statusCode === 302 || statusCode === 303;
  if (!repeats && !(moves && (method === 'GET' || method === 'HEAD'))) return undefined;
  const location = headerValue(headers, 'location');
  const target = location === undefined ? null : URL.parse(location, from.href);
  if (target === null || target.hostname.length > MAX_HOST_CHARS) return undefined;
  if (target.username !== '' || target.password !== '') return undefined;
  const asSafe = target.protocol === from.protocol || target.protocol === 'https:';
  return asSafe && (target.protocol === 'https:' || target.protocol === 'http:') ? target : undefined;
}

function redirected(call: UpstreamCall, url: URL): UpstreamCall {
  const { request } = call;
  if (url.origin === request.url.origin) return { ...call, request: { ...request, url } };
  const headers = request.headers.filter(isHarmless);
  return { ...call, certificate: undefined, request: { ...request, url, headers } };
}

function hasCredentials({ request, certificate }: UpstreamCall): boolean {
  return certificate !== undefined || !request.headers.every(isHarmless);
}

function isHarmless([name]: HeaderList[number]): boolean {
  return HARMLESS.has(name.toLowerCase());
}

function withKeyLeft(head: ResponseHead, origin: string): ResponseHead {
  return { ...head, headers: [...head.headers, [KEY_LEFT_HEADER, origin]] };
}

function tooMany({ url }: HttpRequest): ConnectorException {
  const text = `check base_url: ${url.origin} leads to more than ${MAX_REDIRECTS} redirects`;
  return new ConnectorException(text, ErrorClass.Permanent, 0, { hop: 'provider' });
}
