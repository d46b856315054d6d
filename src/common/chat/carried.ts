import { isRecord } from '../json.js';

/**
 * The parts that a provider demands back, unchanged, together with the results of an answer's tool calls. Other
 * providers may refuse them.
 */
export interface Carried {
  /** Members of the assistant's message: the reasoning in the provider's format. */
  message: {
    reasoning_content?: string;
    reasoning_details?: readonly Record<string, unknown>[];
    thinking_blocks?: readonly Record<string, unknown>[];
  };
  /** The `extra_content` of the tool calls, by their index. */
  calls: Readonly<Record<number, unknown>>;
}

/** Reads the parts from saved JSON; undefined when there are none. */
export function carriedIn(saved: unknown): Carried | undefined {
  if (!isRecord(saved)) return undefined;
  const { message, calls } = saved;
  const {
    reasoning_content: text,
    reasoning_details: details,
    thinking_blocks: blocks,
  } = isRecord(message) ? message : {};
  const extras = isRecord(calls) ? Object.entries(calls).filter(([index]) => /^\d{1,4}$/.test(index)) : [];
  const members = {
    ...(typeof text === 'string' && text !== '' && { reasoning_content: text }),
    ...(Array.isArray(details) && { reasoning_details: details.filter(isRecord) }),
    ...(Array.isArray(blocks) && { thinking_blocks: blocks.filter(isRecord) }),
  };
  if (Object.keys(members).length + extras.length === 0) return undefined;
  return { message: members, calls: Object.fromEntries(extras) };
}
