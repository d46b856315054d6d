import { isRecord, parsedOrText } from '../json.js';

/** A known member of a request's body, whose value can be checked before the request is sent. */
export interface Parameter {
  readonly name: string;
  /** The valid values in words, e.g. `a number from 0 to 2`. */
  readonly takes: string;
  /** The valid words, if there are only a few. */
  readonly words?: readonly string[];
  /** Returns the value to send; undefined for an invalid value. */
  readonly read: (value: unknown) => unknown;
}

/** The most used members, in the form of a chat completion. All other members can be set too. */
export const PARAMETERS: readonly Parameter[] = [
  number('temperature', 0, 2),
  number('top_p', 0, 1),
  whole('max_tokens', 1),
  whole('max_completion_tokens', 1),
  // Providers keep adding words, so a word in quotes is sent unchecked.
  choice('reasoning_effort', ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']),
  choice('verbosity', ['low', 'medium', 'high']),
  whole('seed'),
  {
    name: 'stop',
    takes: 'a text, or up to four as a JSON array',
    read: (value) =>
      typeof value === 'number' ? String(value) : isText(value) || isTexts(value) ? value : undefined,
  },
  {
    name: 'response_format',
    takes: 'text, json_object, or a JSON object such as {"type":"json_schema", …}',
    words: ['text', 'json_object'],
    read: (value) =>
      value === 'text' || value === 'json_object' ? { type: value } : isRecord(value) ? value : undefined,
  },
  number('presence_penalty', -2, 2),
  number('frequency_penalty', -2, 2),
  {
    name: 'tool_choice',
    takes: 'auto, none, required, or a JSON object',
    words: ['auto', 'none', 'required'],
    read: (value) =>
      (typeof value === 'string' && ['auto', 'none', 'required'].includes(value)) || isRecord(value)
        ? value
        : undefined,
  },
  yesOrNo('parallel_tool_calls'),
  yesOrNo('logprobs'),
  whole('top_logprobs', 0),
  choice('service_tier', ['auto', 'default', 'flex', 'priority']),
  choice('system_role', ['system', 'developer']),
];

/** The value of a member of the request's body: null removes the member. `problem` describes the valid values. */
export type ParameterValue = { ok: true; value: unknown } | { ok: false; problem: string };

/** Reads a typed value as JSON, else as text. */
export function readParameter(name: string, text: string): ParameterValue {
  const parsed = parsedOrText(text);
  const known = PARAMETERS.find((one) => one.name === name);
  if (known === undefined || parsed === null) return { ok: true, value: parsed };
  const quoted = known.words !== undefined && text.startsWith('"') && typeof parsed === 'string';
  const value = quoted ? parsed : known.read(parsed);
  if (value !== undefined) return { ok: true, value };
  if (parsed === text && /^\s*[[{]/.test(text))
    return { ok: false, problem: `${name} is not JSON: check its brackets and quotes` };
  const anyway =
    known.words === undefined ? '' : `; to send another word, put it in quotes: "${text.slice(0, 40)}"`;
  return { ok: false, problem: `${name} is ${known.takes}, or null${anyway}` };
}

function number(name: string, least: number, most: number): Parameter {
  return {
    name,
    takes: `a number from ${least} to ${most}`,
    read: (value) => (typeof value === 'number' && value >= least && value <= most ? value : undefined),
  };
}

function whole(name: string, least?: number): Parameter {
  return {
    name,
    takes: `a whole number${least === undefined ? '' : ` from ${least} on`}`,
    read: (value) =>
      typeof value === 'number' && Number.isSafeInteger(value) && value >= (least ?? value)
        ? value
        : undefined,
  };
}

function choice(name: string, words: readonly string[]): Parameter {
  return {
    name,
    takes: `one of ${words.join(', ')}`,
    words,
    read: (value) => (typeof value === 'string' && words.includes(value) ? value : undefined),
  };
}

function yesOrNo(name: string): Parameter {
  return {
    name,
    takes: 'true or false',
    words: ['true', 'false'],
    read: (value) => (typeof value === 'boolean' ? value : undefined),
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.length <= 4 && value.every(isText);
}
