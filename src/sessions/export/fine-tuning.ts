import { isObject, listIn, textIn, toJson } from '../json.js';
import { eachRequestMessage } from '../request-messages.js';
import type { Json, JsonObject, Message, Session } from '../types.js';
import { branchOf } from './markdown.js';

/** OpenAI's limit for images in one example. */
const MOST_IMAGES = 10;
const IMAGE_TYPES = ['image/png', 'image/jpeg', 'image/webp'];

/**
 * Returns conversations as examples for OpenAI's supervised fine-tuning
 * (https://platform.openai.com/docs/guides/supervised-fine-tuning): one line for each session, with the current branch
 * up to its last complete answer. Answers that a model should not learn from, e.g. truncated ones or refusals, have
 * weight 0.
 * @returns the lines, and the reasons for omitted sessions
 */
export function toFineTuning(sessions: readonly Session[]): { lines: string; omitted: string[] } {
  const examples = sessions.map((session) => ({ session, example: exampleOf(session) }));
  return {
    lines: examples
      .flatMap(({ example }) => (typeof example === 'string' ? [] : `${JSON.stringify(example)}\n`))
      .join(''),
    omitted: examples.flatMap(({ session, example }) =>
      typeof example === 'string' ? [`${session.id} left out: ${example}`] : [],
    ),
  };
}

/** Returns the example, or the reason why there is none. */
function exampleOf(session: Session): Json {
  const branch = branchOf(session);
  const last = branch.findLastIndex((message) => message.role === 'assistant' && isWhole(message));
  if (last < 0) return 'it has no complete answer';
  const used = branch.slice(0, last + 1);
  const images = used.flatMap(({ role, attachments }) => (role === 'user' ? attachments : []));
  if (images.some(({ type }) => !IMAGE_TYPES.includes(type)))
    return 'it has a file that is not a PNG, JPEG or WebP image';
  if (images.length > MOST_IMAGES) return `it has more than ${MOST_IMAGES} images`;
  const tools = toolsOf(session, used);
  if (tools.length === 0 && used.some(({ toolCalls }) => toolCalls.length > 0))
    return 'the definitions of its tools are not saved';
  const system = used.some(({ role }) => role === 'system') ? [] : systemOf(session, used);
  return toJson({ messages: [...system, ...weighed(used)], ...(tools.length > 0 && { tools }) });
}

function isWhole({ status, text }: Message): boolean {
  return status === 'complete' && text !== '';
}

/** Returns the messages as they are sent, with weight 0 for answers that the training should ignore. */
function weighed(messages: readonly Message[]): object[] {
  return eachRequestMessage(messages).map(({ message, sent }) => {
    if (sent.role !== 'assistant') return sent;
    const { content, ...others } = sent;
    const learned = message.status === 'complete' && (message.text !== '' || message.refusal === '');
    return { ...others, ...(content !== null && { content }), ...(!learned && { weight: 0 }) };
  });
}

/** Returns the tools in the requests for these answers. */
function toolsOf(session: Session, messages: readonly Message[]): Json[] {
  const tools = requestsOf(session, messages).flatMap((request) => listIn(request, 'tools'));
  return [...new Map(tools.map((tool) => [JSON.stringify(tool), tool])).values()];
}

/** Returns the system prompt of the last request, which is not a message of the session. */
function systemOf(session: Session, messages: readonly Message[]): object[] {
  const [first] = listIn(requestsOf(session, messages).at(-1) ?? {}, 'messages');
  return first !== undefined && isObject(first) && textIn(first, 'role') === 'system' ? [first] : [];
}

function requestsOf({ exchanges }: Session, messages: readonly Message[]): JsonObject[] {
  const ids = new Set(messages.map(({ id }) => id));
  return exchanges
    .filter(({ answerId }) => answerId !== null && ids.has(answerId))
    .map(({ request }) => request);
}
