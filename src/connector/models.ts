import { ConnectorException, ErrorClass } from '../common/errors.js';
import { type Endpoint, modelsRequest } from '../config/index.js';
import { quote, reportedErrorOf, statusError } from '../sdk/chat/chat-errors.js';
import { HTTPResponseHelper, type RuntimeClient } from '../sdk/index.js';
import { isRecord, parseJson, stringOf } from '../sdk/json.js';
import { identityOf } from './client-certificate.js';
import { usable } from './exchange.js';
import { keysOf } from './prepared.js';

/**
 * The ids of the models an endpoint offers, in its order.
 * @throws {ConnectorException} that says why there is no list.
 */
export async function listModels(
  client: RuntimeClient,
  endpoint: Endpoint,
  options: { signal?: AbortSignal },
): Promise<string[]> {
  const { timeoutMs, name } = usable(endpoint);
  const request = modelsRequest(endpoint);
  if (request === undefined)
    throw new ConnectorException(
      `${name} has no list of models: set model by hand`,
      ErrorClass.InvalidRequest,
    );
  const { url } = request;
  const headers = { accept: 'application/json', ...request.headers };
  const identity = await identityOf(endpoint);
  const response = await client.executeHTTP({ method: 'GET', url, headers, timeoutMs, ...identity }, options);
  const { statusCode, requestId } = response;
  const text = HTTPResponseHelper.getBodyAsString(response);
  const context = { source: new URL(url).host, requestId, keys: keysOf(endpoint) };
  if (!HTTPResponseHelper.is2xx(response)) {
    const contentType = response.headers['content-type'] ?? '';
    throw statusError({ statusCode, contentType, headers: response.headers }, text, context);
  }
  const body = parseJson(text);
  const models = modelIdsIn(body);
  if (models !== undefined) return models;
  const said = reportedErrorOf(body)?.message;
  throw new ConnectorException(
    said === undefined
      ? `${context.source} answered with no list of models. Is base_url right?`
      : `${context.source} answered with an error: ${quote(said, context.keys)}`,
    ErrorClass.Permanent,
    requestId,
    { hop: 'provider', statusCode },
  );
}

/** OpenAI's `{data:[{id}]}`, a bare list (Together), `{models:[{name}]}` (Ollama's and llama.cpp's own). */
export function modelIdsIn(body: unknown): string[] | undefined {
  const list = isRecord(body) ? (body.data ?? body.models) : body;
  if (!Array.isArray(list)) return undefined;
  return list
    .map((model: unknown) => (isRecord(model) ? stringOf(model.id) || stringOf(model.name) : stringOf(model)))
    .filter((id) => id !== '');
}
