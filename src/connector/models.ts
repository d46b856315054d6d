import { ConnectorException, ErrorClass } from '../common/errors.js';
import { isRecord, parseJson, stringOf } from '../common/json.js';
import type { Endpoint } from '../config/endpoints/endpoint.js';
import { modelsRequest } from '../config/endpoints/endpoint-request.js';
import { quote, statusError } from '../sdk/chat/errors/chat-errors.js';
import { reportedErrorOf } from '../sdk/chat/errors/reported-error.js';
import { HTTPResponseHelper, type RuntimeClient } from '../sdk/index.js';
import { identityOf } from './client-certificate.js';
import { usable } from './exchange-errors.js';
import { keysOf } from './prepared.js';

/**
 * Returns the ids of the models that an endpoint offers, in the endpoint's order.
 * @throws {ConnectorException} with the reason when there is no list.
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
      `set model by hand: ${name} has no list of models`,
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
  const message = reportedErrorOf(body)?.message;
  throw new ConnectorException(
    message === undefined
      ? `check base_url: the answer of ${context.source} is not a list of models`
      : `${context.source} answered with an error: ${quote(message, context.keys)}`,
    ErrorClass.Permanent,
    requestId,
    { hop: 'provider', statusCode },
  );
}

/** Reads the ids in `{data:[{id}]}` (OpenAI), a bare list (Together) or `{models:[{name}]}` (Ollama, llama.cpp). */
export function modelIdsIn(body: unknown): string[] | undefined {
  const list = isRecord(body) ? (body.data ?? body.models) : body;
  if (!Array.isArray(list)) return undefined;
  return list
    .map((model: unknown) => (isRecord(model) ? stringOf(model.id) || stringOf(model.name) : stringOf(model)))
    .filter((id) => id !== '');
}
