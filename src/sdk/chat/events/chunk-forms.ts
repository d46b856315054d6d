import { isRecord, type JsonRecord, parseJson, recordOf, stringOf } from '../../../common/json.js';
import { hasContent } from './call-forms.js';

/** Whether this is a whole completion, which has a message and a finish reason, and is not called a chunk. */
export function isWholeCompletion(event: unknown): boolean {
  const { choices, object } = recordOf(event);
  const { message, delta, finish_reason: reason } = recordOf(Array.isArray(choices) ? choices[0] : undefined);
  const isChunk = object === 'chat.completion.chunk';
  return !isChunk && isRecord(message) && delta === undefined && reasonIn(reason) !== '';
}

/**
 * Returns the choices, also the only one without a list around it (some gateways), or without its object (Databricks,
 * Langflow).
 */
export function choicesIn({ choices, delta, type, object, finish_reason }: JsonRecord): unknown {
  if (isRecord(choices)) return [choices];
  if (choices !== undefined || type !== undefined || !isRecord(delta)) return choices;
  const bare = typeof delta.content === 'string' || stringOf(object).endsWith('.chunk');
  return bare ? [{ delta, finish_reason }] : choices;
}

/** Matches names of members in which gateways put an answer as JSON text. In others, JSON is the model's own. */
const TEXT_OF_JSON = /^(?:data|response|body|result|payload)$/;

/**
 * Returns the answer inside of a gateway's own object, e.g. `{code: 0, data: {choices}}`, also as JSON text, or the
 * object itself.
 */
export function unwrapped(event: JsonRecord): JsonRecord {
  if (event.choices !== undefined) return event;
  for (const name in event) {
    const value = event[name];
    const isText = typeof value === 'string' && value.startsWith('{') && TEXT_OF_JSON.test(name);
    const inner = recordOf(isText ? parseJson(value) : value);
    // The own API of DashScope, which has other conventions, has its answer in `output`.
    const own = name === 'output' && event.request_id !== undefined;
    if (Array.isArray(inner.choices) && inner.choices.every(isRecord) && !own) return inner;
  }
  return event;
}

/** Returns the finish reason of a choice, or of the object around it; empty without one. */
export function reasonOf(choice: JsonRecord, around: JsonRecord): string {
  const { delta, message, finish_reason: reason, finishReason, finish_details, stop_reason } = choice;
  const inside = recordOf(delta ?? message).finish_reason;
  return reasonIn(reason ?? finishReason ?? inside ?? around.finish_reason ?? finish_details ?? stop_reason);
}

/** Returns a finish reason that is a word, or an object with its kind. */
function reasonIn(value: unknown): string {
  if (!isRecord(value)) return stringOf(value);
  const { type, unified, reason } = value;
  return [unified, type, reason].map(stringOf).find((word) => word !== '') ?? '';
}

/** Returns the tool calls of another choice: GitHub Copilot sends Claude's calls in one after the choice with the text. */
export function callsBeside(choices: unknown): unknown {
  const messages = Array.isArray(choices) ? choices.map((choice) => recordOf(recordOf(choice).message)) : [];
  return messages.find(({ tool_calls }) => hasContent(tool_calls))?.tool_calls;
}
