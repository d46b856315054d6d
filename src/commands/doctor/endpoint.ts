import { messageOf } from '../../common/errors.js';
import type { OpenAIStreamConnector } from '../../connector/openai.js';
import { type Finding, ok, problem, warning } from './finding.js';

/**
 * Statuses of servers that have no list of models. Other statuses are refusals: Gemini and xAI refuse a wrong key with
 * 400.
 */
const NO_LIST: readonly number[] = [404, 405, 501];

/** Requests the list of models with the key. The request costs nothing. */
export async function checkEndpoint(connector: OpenAIStreamConnector): Promise<Finding> {
  const { name, model } = connector.endpoint;
  try {
    const { statusCode, durationMs } = await connector.testConnection();
    const took = `answered ${statusCode} in ${durationMs.toFixed(0)} ms`;
    if (statusCode < 400) return ok(name, `${took}: it accepts the key`);
    if (statusCode === 429)
      return warning(name, took, 'the request limit is reached: wait, or check your plan');
    if (!NO_LIST.includes(statusCode))
      return warning(name, took, `find out why: vastar-tui endpoints test ${name}`);
    return ok(name, `${took}: reachable, and has no list of models to compare "${model}" with`);
  } catch (error) {
    return problem(name, messageOf(error), 'check api_key and base_url of this endpoint');
  }
}

/** Returns the result when the user did not allow the check. */
export function endpointNotChecked(name: string): Finding {
  return warning(
    name,
    'not checked: the check sends one request with your key',
    'to check it: vastar-tui doctor --yes',
  );
}
