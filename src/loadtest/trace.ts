import { isRecord } from '../common/json.js';
import { InputError } from './input/input-error.js';
import { createValueFile, type ValueFile } from './input/value-file.js';
import { conversationOf, promptIn } from './prompts/entry.js';
import type { Conversation } from './prompts/prompt.js';

/** One request of a trace. */
export interface TraceEntry {
  /** Time since the trace's first request. */
  readonly atMs: number;
  /** In tokens; undefined when the trace has no length. */
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  /** Ids of the blocks of tokens at the prompt's beginning. Equal ids are equal blocks (Mooncake). */
  readonly blocks?: readonly (string | number)[];
  /** The request, where the trace has more than its length. */
  readonly conversation?: Conversation;
}

/** Names of members and columns in lower case, from Mooncake, Azure's traces and BurstGPT. */
const TIMES = ['timestamp', 'created_time'];
const INPUTS = ['input_length', 'input_tokens', 'contexttokens', 'request tokens', 'prompt_tokens'];
const OUTPUTS = ['output_length', 'output_tokens', 'generatedtokens', 'response tokens', 'completion_tokens'];
const BLOCKS = 'hash_ids';
/** A member that only Bailian's traces have, whose times are seconds in JSON Lines, too. */
const IN_SECONDS = 'parent_chat_id';

/**
 * Reads a trace of requests: JSON Lines like Mooncake's (times in ms), Bailian's (in seconds), or a
 * table like Azure's (dates) or BurstGPT's (in seconds).
 * @param onEntry called with each request and its line
 */
export function createTraceFile(name: string, onEntry: (entry: TraceEntry, line: number) => void): ValueFile {
  let firstMs: number | undefined;
  let lastMs = Number.NEGATIVE_INFINITY;
  const file = createValueFile({ name, columns: TIMES, foreign: [] }, (value, line, number) => {
    const refuse = (reason: string): InputError => new InputError(reason, line, number);
    if (!isRecord(value))
      throw refuse('this is not a trace: a trace is a table or has an object on each line, with a timestamp');
    const members = new Map(Object.entries(value).map(([key, one]) => [key.toLowerCase(), one]));
    const told = TIMES.map((key) => members.get(key)).find((one) => one !== undefined);
    if (told === undefined) throw refuse('the entry has no timestamp');
    const ms = momentOf(told, file.format === 'csv' || members.has(IN_SECONDS) ? 1000 : 1);
    if (ms === undefined)
      throw refuse(`the timestamp is neither a number nor a date: ${JSON.stringify(told)}`);
    if (ms < lastMs)
      throw refuse('sort the file by its timestamps: this entry is earlier than the one before');
    lastMs = ms;
    firstMs ??= ms;
    const length = (names: readonly string[]): number | undefined => {
      const given = names.map((key) => members.get(key)).find((one) => one !== undefined && one !== '');
      if (given === undefined || given === null) return undefined;
      const tokens = Number(given);
      if (!Number.isInteger(tokens) || tokens < 0)
        throw refuse(`a length is not a whole number: ${JSON.stringify(given)}`);
      return Math.max(1, tokens);
    };
    const inputTokens = length(INPUTS);
    const outputTokens = length(OUTPUTS);
    const blocks = members.get(BLOCKS);
    const prompt = promptIn(value);
    if (typeof prompt === 'string') throw refuse(prompt);
    const conversation = prompt && conversationOf(prompt, 1);
    const entry: TraceEntry = {
      atMs: ms - firstMs,
      ...(inputTokens !== undefined && { inputTokens }),
      ...(outputTokens !== undefined && { outputTokens }),
      ...(isBlocks(blocks) && { blocks }),
      ...(conversation !== undefined && { conversation }),
    };
    onEntry(entry, line);
  });
  return file;
}

/** Returns a timestamp in ms; dates keep their microseconds. */
function momentOf(told: unknown, unitMs: number): number | undefined {
  if (told === '' || told === null || typeof told === 'boolean') return undefined;
  const number = Number(told);
  if (Number.isFinite(number)) return number * unitMs;
  if (typeof told !== 'string') return undefined;
  const [, date, time, fraction = '', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?$/.exec(told.trim()) ?? [];
  const whole = Date.parse(`${date}T${time}${zone}`);
  return Number.isNaN(whole) ? undefined : whole + Number(`0${fraction}`) * 1000;
}

function isBlocks(value: unknown): value is readonly (string | number)[] {
  return Array.isArray(value) && value.every((id) => typeof id === 'string' || typeof id === 'number');
}
