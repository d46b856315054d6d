import { isRecord, type JsonRecord, stringOf } from '../../../common/json.js';

/**
 * Whether this is a line of Ollama's own API, `/api/chat` or `/api/generate`, or an event of Cloudflare's, which has the
 * text as `response`, too.
 */
export function isOllamaEvent(event: unknown): boolean {
  if (!isRecord(event) || Array.isArray(event.choices)) return false;
  const { done, message, response, tool_calls } = event;
  const calls = response === null && Array.isArray(tool_calls);
  return (typeof done === 'boolean' && isRecord(message)) || typeof response === 'string' || calls;
}

/** Converts a line of Ollama's API (https://docs.ollama.com/api/chat) to a chunk of a chat completion. */
export function fromOllama(event: JsonRecord): JsonRecord {
  const { message, response, thinking, tool_calls, done, done_reason: reason } = event;
  const { prompt_eval_count, eval_count } = event;
  const counted = eval_count !== undefined || prompt_eval_count !== undefined;
  const finish_reason = done === true ? stringOf(reason) || 'stop' : null;
  return {
    ...event,
    choices: [
      {
        index: 0,
        delta: isRecord(message) ? message : { content: response, thinking, tool_calls },
        finish_reason,
      },
    ],
    ...(counted && { usage: { prompt_tokens: prompt_eval_count, completion_tokens: eval_count } }),
  };
}
