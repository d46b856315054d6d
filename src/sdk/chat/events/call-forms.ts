import { isRecord, type JsonRecord, parseJson, recordOf, stringOf } from '../../../common/json.js';
import type { ToolCallPiece } from './tool-calls.js';

/**
 * Returns the tool calls in a delta or message, or beside it in the choice: a list, one object (Hugging Face), either of
 * them as JSON text, or `function_call` (OpenAI's older format).
 */
export function callsIn(place: JsonRecord): readonly unknown[] {
  const sent = place.tool_calls ?? place.tool_call ?? place.toolCalls;
  const calls = typeof sent === 'string' && /^\s*[[{]/.test(sent) ? (parseJson(sent) ?? sent) : sent;
  if (Array.isArray(calls)) return calls.filter((call) => call !== null);
  if (hasContent(calls)) return [calls];
  return hasContent(place.function_call) ? [{ function: place.function_call }] : NONE;
}

const NONE: readonly unknown[] = [];

/** Reads a delta of a tool call. Returns undefined for arguments of an unknown form. */
export function callPieceOf(call: JsonRecord): { piece: ToolCallPiece; readable: boolean } {
  const called = recordOf(call.function ?? call.custom ?? call);
  const args = called.arguments ?? called.parameters ?? called.input ?? called.args;
  return {
    piece: {
      index: call.index,
      id: stringOf(call.id),
      // vLLM passes on special tokens of gpt-oss after the name.
      name: stringOf(called.name).replace(/<\|.*/s, ''),
      arguments: isRecord(args) ? JSON.stringify(args) : stringOf(args),
    },
    readable: args === undefined || args === null || typeof args === 'string' || isRecord(args),
  };
}

/** Whether a value is there, and is not an empty object or list. */
export function hasContent(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return value !== undefined && value !== null;
}
