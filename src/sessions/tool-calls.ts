import { isList, isObject, parseJson } from './json.js';
import type { ToolCall } from './types.js';

/**
 * Reads tool calls from a file.
 * @param written JSON, or an empty text when there are no calls
 */
export function callsIn(written: string): ToolCall[] {
  const calls = written === '' ? null : parseJson(written);
  if (!isList(calls)) return [];
  return calls.filter(isObject).map((call) => {
    const member = (name: string): string => (typeof call[name] === 'string' ? call[name] : '');
    return { id: member('id'), name: member('name'), arguments: member('arguments') };
  });
}
