import { isRecord, type JsonRecord, recordOf, stringOf } from '../../../common/json.js';

/** Types of the events of Cohere's own API. Anthropic's have an underscore in place of the hyphen. */
const TYPE =
  /^(?:message-(?:start|end)|content-(?:start|delta|end)|tool-plan-delta|tool-call-(?:start|delta|end)|citation-(?:start|end))$/;

/** Whether this is an event of Cohere's own API, `/v2/chat`, or its answer without streaming. */
export function isCohereEvent({ type, choices, message, finish_reason: reason }: JsonRecord): boolean {
  if (Array.isArray(choices)) return false;
  if (typeof type === 'string') return TYPE.test(type);
  return typeof reason === 'string' && isRecord(message) && message.role === 'assistant';
}

/** Converts an event of Cohere's own API (https://docs.cohere.com/v2/docs/streaming) to a chunk of a chat completion. */
export function fromCohere(event: JsonRecord): JsonRecord {
  const { type, index } = event;
  const body = typeof type === 'string' ? recordOf(event.delta) : event;
  const { content, tool_calls: calls, tool_plan: plan } = recordOf(body.message);
  const call = isRecord(calls) ? [{ index, ...calls }] : calls;
  const reason = stringOf(body.finish_reason);
  // The first event of a content block names its type; some servers leave out the empty text.
  const begins =
    type === 'message-start' || (type === 'content-start' && Object.keys(recordOf(content)).length < 2);
  return {
    ...event,
    choices: [
      {
        index: 0,
        delta: begins ? {} : { content, reasoning: plan, tool_calls: call },
        finish_reason: reason === '' ? null : reason,
      },
    ],
    ...(isRecord(body.usage) && { usage: body.usage }),
  };
}
