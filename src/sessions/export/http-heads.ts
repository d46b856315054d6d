import { isObject, objectIn } from '../json.js';
import type { Exchange, JsonObject } from '../types.js';

/** The saved parts of request and response other than the conversation and the answer. */
export interface HttpHeads {
  method: string;
  requestHeaders: Record<string, string>;
  /** The wire format of the body. */
  api: string;
  /** The request's body without the conversation; undefined if it was not saved. */
  body: JsonObject | undefined;
  /** Undefined without a response. */
  status: number | undefined;
  responseHeaders: Record<string, string>;
}

export function httpHeadsOf({ http }: Pick<Exchange, 'http'>): HttpHeads {
  const heads = isObject(http) ? http : {};
  const [request, response] = [objectIn(heads, 'request'), objectIn(heads, 'response')];
  const { method, api, status } = { ...request, ...response };
  return {
    method: typeof method === 'string' ? method : 'POST',
    requestHeaders: headersIn(request),
    api: typeof api === 'string' ? api : 'chat-completions',
    body: request === undefined ? undefined : objectIn(request, 'body'),
    status: typeof status === 'number' ? status : undefined,
    responseHeaders: headersIn(response),
  };
}

function headersIn(head: JsonObject | undefined): Record<string, string> {
  const headers = Object.entries(objectIn(head ?? {}, 'headers') ?? {});
  return Object.fromEntries(
    headers.flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
}
