import { isRecord, type JsonRecord, stringOf } from '../../common/json.js';

/** Whether this is a line of Ollama's own API: `/api/chat` or `/api/generate`. */
export function isOllamaEvent(event: unknown): boolean {
  return (
    isRecord(event) &&
    typeof event.done === 'boolean' &&
    !Array.isArray(event.choices) &&
    (isRecord(event.message) || typeof event.response === 'string')
  );
}

/** Converts a line of Ollama's own API (https://docs.ollama.com/api/chat) to a chunk of a chat completion. */
export function fromOllama(event: JsonRecord): JsonRecord {
  const { message, response, thinking, done, done_reason: reason, prompt_eval_count, eval_count } = event;
  const counted = eval_count !== undefined || prompt_eval_count !== undefined;
  const finish_reason = done === true ? stringOf(reason) || 'stop' : null;
  return {
    ...event,
    choices: [
      { index: 0, delta: isRecord(message) ? message : { content: response, thinking }, finish_reason },
    ],
    ...(counted && { usage: { prompt_tokens: prompt_eval_count, completion_tokens: eval_count } }),
  };
}
