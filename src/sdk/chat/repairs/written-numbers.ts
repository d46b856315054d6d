import { isRecord, recordOf } from '../../../common/json.js';

/**
 * Returns a chunk with the number in its content as the server wrote it. Cloudflare's Workers AI sends a token like
 * `1.0` or `12345678901234567890` as a number, which would lose digits.
 * @param json the text that `event` was parsed from
 */
export function withWrittenNumber(event: unknown, json: string): unknown {
  if (!isRecord(event)) return event;
  const { delta, message } = recordOf(Array.isArray(event.choices) ? event.choices[0] : undefined);
  const member = typeof event.response === 'number' ? 'response' : 'content';
  if (member === 'content' && typeof recordOf(delta ?? message).content !== 'number') return event;
  return JSON.parse(json, (name, value, written?: { source?: string }) =>
    name === member && typeof value === 'number' ? (written?.source ?? value) : value,
  );
}
