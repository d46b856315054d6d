import { isObject, objectIn } from '../json.js';
import type { Exchange, JsonObject } from '../types.js';

/** What was sent and came beside body and answer, as far as it was kept. */
export interface HttpHeads {
  method: string;
  requestHeaders: Record<string, string>;
  /** The wire format of the body. */
  api: string;
  /** The request's body without its conversation; undefined where it was not kept. */
  body: JsonObject | undefined;
  /** Undefined where no response came. */
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
