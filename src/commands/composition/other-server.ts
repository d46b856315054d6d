import { withDetails } from '../../common/errors.js';
import type { ChatAnswer } from '../../connector/types.js';

/** The failures of a server that is not an OpenAI-compatible endpoint. */
const NO_ENDPOINT = / with a web page| in HTTP/;

/**
 * Explains the failure of a request to the simulator's address when another program answers there.
 * @param url the simulator's address
 */
export function otherServer(answer: ChatAnswer, url: string): ChatAnswer {
  const { error } = answer;
  if (error === undefined || !NO_ENDPOINT.test(error.message)) return answer;
  const { protocol, hostname, port, host } = new URL(url);
  const free = `${protocol}//${hostname}:${Number(port || 80) + 1}`;
  const advice = `use another port for the simulator, for example with --base-url ${free}, because another program uses ${host}`;
  return { ...answer, error: withDetails(error, {}, `${advice}: ${error.message}`) };
}
