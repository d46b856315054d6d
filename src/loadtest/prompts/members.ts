import { isRecord } from '../../common/json.js';
import type { ChatMessage } from '../../connector/messages.js';

const SYSTEM_NAMES = ['system', 'system_prompt', 'prefix'];
const LENGTH_NAMES = [
  'max_tokens',
  'max_completion_tokens',
  'output_tokens',
  'output_length',
  'output_tokens_count',
];
/** Members of a request's body that the test itself sets. */
const OWN_MEMBERS = ['model', 'messages', 'stream', 'stream_options', 'max_tokens'];

type IsValue = (value: unknown) => boolean;
const isList: IsValue = (value) => Array.isArray(value) && value.length > 0;
const isNumber: IsValue = (value) => typeof value === 'number';
const isFlag: IsValue = (value) => typeof value === 'boolean';
const isText: IsValue = (value) => typeof value === 'string' && value !== '';
/** Members besides a prompt that are parameters of the request, and not columns of a data set with the same name. */
const PARAMETERS: Readonly<Record<string, IsValue>> = {
  tools: isList,
  tool_choice: (value) => isText(value) || isRecord(value),
  parallel_tool_calls: isFlag,
  response_format: isRecord,
  temperature: isNumber,
  top_p: isNumber,
  top_k: isNumber,
  min_p: isNumber,
  presence_penalty: isNumber,
  frequency_penalty: isNumber,
  repetition_penalty: isNumber,
  seed: isNumber,
  stop: (value) => isText(value) || isList(value),
  reasoning_effort: isText,
  ignore_eos: isFlag,
  min_tokens: isNumber,
  chat_template_kwargs: isRecord,
};
/** Names of members that contain further parameters of the request. */
const EXTRA_NAMES = ['extra', 'extra_body'];

/** The parts of a request that one entry or turn sets. */
export interface RequestMembers {
  readonly maxTokens?: number;
  readonly body?: Readonly<Record<string, unknown>>;
}

/**
 * Returns the answer's limit and the request's parameters.
 * @param whole the value is a request's body, so that each further member is a parameter
 * @returns a text with the reason when the limit is invalid
 */
export function requestMembersOf(
  value: Readonly<Record<string, unknown>>,
  whole = false,
): RequestMembers | string {
  const limit = limitOf(whole ? { max_tokens: value.max_tokens } : value);
  if (typeof limit === 'string') return limit;
  const parameters = Object.entries(value).filter(([name, one]) =>
    whole ? !OWN_MEMBERS.includes(name) : PARAMETERS[name]?.(one) === true,
  );
  const extra = whole ? [] : EXTRA_NAMES.map((name) => value[name]).filter(isRecord);
  const body = Object.fromEntries([
    ...parameters,
    ...extra.flatMap((one) => Object.entries(one)).filter(([name]) => !OWN_MEMBERS.includes(name)),
  ]);
  return {
    ...(limit !== undefined && { maxTokens: limit }),
    ...(Object.keys(body).length > 0 && { body }),
  };
}

/** Returns the largest number of tokens of the answer, or a text with the reason when it is invalid. */
function limitOf(value: Readonly<Record<string, unknown>>): number | string | undefined {
  for (const name of LENGTH_NAMES) {
    const given = onlyOf(value[name]);
    if (given === undefined || given === null || given === '') continue;
    const limit = typeof given === 'string' ? Number(given) : given;
    if (typeof limit === 'number' && Number.isInteger(limit) && limit > 0) return limit;
    return `${name} must be a whole number from 1`;
  }
  return undefined;
}

/** Returns the system message beside a prompt, or an empty list. */
export function systemOf(value: Readonly<Record<string, unknown>>): ChatMessage[] {
  const content = SYSTEM_NAMES.map((name) => value[name]).find(
    (one) => typeof one === 'string' && one !== '',
  );
  return typeof content === 'string' ? [{ role: 'system', content }] : [];
}

/**
 * Returns the value in a list of one value, which is how Triton's perf_analyzer writes times. Returns any other value
 * unchanged.
 */
export const onlyOf = (value: unknown): unknown =>
  Array.isArray(value) && value.length === 1 ? value[0] : value;

/** Returns the wait before a question in ms, or a text with the reason when it is invalid. */
export function delayOf(value: Readonly<Record<string, unknown>>): number | string | undefined {
  const delay = onlyOf(value.delay);
  if (delay === undefined || delay === null || delay === '') return undefined;
  const ms = typeof delay === 'string' ? Number(delay) : delay;
  return typeof ms === 'number' && ms >= 0 ? ms : 'delay must be a number of milliseconds from 0';
}
