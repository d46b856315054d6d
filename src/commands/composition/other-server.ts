import { withDetails } from '../../common/errors.js';
import type { ChatAnswer } from '../../connector/types.js';

const LAST_PORT = 65_535;

/**
 * Adds advice to a lasting failure of a request to the simulator's address, where another program answers.
 * @param url the simulator's address
 */
export function otherServer(answer: ChatAnswer, url: string): ChatAnswer {
  const { error } = answer;
  if (error?.hop !== 'provider' || error.isRetryable()) return answer;
  const { protocol, hostname, port, host } = new URL(url);
  const number = Number(port || 80);
  const free = `${protocol}//${hostname}:${number === LAST_PORT ? number - 1 : number + 1}`;
  const advice = `use another port for the simulator, for example with --base-url ${free}, because another program uses ${host}`;
  return { ...answer, error: withDetails(error, {}, `${advice}: ${error.message}`) };
}
