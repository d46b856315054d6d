import { isRecord, type JsonRecord, recordOf } from '../../../common/json.js';

/**
 * Returns a chunk with the number in its content as the server wrote it. Cloudflare's Workers AI sends a token like
 * `1.0` or `12345678901234567890` as a number, which would lose digits.
 * @param json the text that `event` was parsed from
 */
export function withWrittenNumber(event: unknown, json: string): unknown {
  if (!isRecord(event)) return event;
  const { delta, message } = recordOf(Array.isArray(event.choices) ? event.choices[0] : undefined);
  const member = isCloudflares(event) ? 'response' : 'content';
  if (member === 'content' && typeof recordOf(delta ?? message).content !== 'number') return event;
  return JSON.parse(json, (name, value, written?: { source?: string }) =>
    name === member && typeof value === 'number' ? (written?.source ?? value) : value,
  );
}

/** The members of an event of Cloudflare's own API. In another event, a number may be a status. */
const MEMBERS: ReadonlySet<string> = new Set(['response', 'p', 'tool_calls', 'usage']);

function isCloudflares(event: JsonRecord): boolean {
  return typeof event.response === 'number' && Object.keys(event).every((name) => MEMBERS.has(name));
}
