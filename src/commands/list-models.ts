import { endpointUrl } from '../config/index.js';
import { authorization, usable } from '../connector/exchange.js';
import type { OpenAIStreamConnector } from '../connector/openai.js';

/**
 * The ids of the models that the endpoint in use offers, sorted.
 * @throws {Error} that says why there is no list.
 */
export async function listModels(connector: OpenAIStreamConnector): Promise<readonly string[]> {
  const endpoint = usable(connector.endpoint);
  const { statusCode, body } = await connector.client.executeHTTP({
    method: 'GET',
    url: endpointUrl(endpoint.baseUrl, 'models'),
    headers: authorization(endpoint),
    timeoutMs: endpoint.timeoutMs,
  });
  if (statusCode !== 200) {
    throw new Error(`${endpoint.name} lists no models (it answered ${statusCode}): /model NAME uses one`);
  }
  return idsIn(body.toString('utf8')).sort();
}

function idsIn(json: string): string[] {
  const answer: unknown = JSON.parse(json);
  if (typeof answer !== 'object' || answer === null || !('data' in answer) || !Array.isArray(answer.data))
    throw new Error('the list of models is not of the expected form: /model NAME uses one');
  return answer.data.flatMap((model: unknown) =>
    typeof model === 'object' && model !== null && 'id' in model && typeof model.id === 'string'
      ? [model.id]
      : [],
  );
}
