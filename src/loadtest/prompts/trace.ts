import { isRecord } from '../../common/json.js';
import { InputError } from '../input/input-error.js';
import { createValueFile, type ValueFile } from '../input/value-file.js';
import { type Entry, promptIn } from './entry.js';
import { delayOf, onlyOf } from './members.js';
import type { Conversation, Turn } from './prompt.js';
import { wrappedIn } from './prompt-file.js';
import { conversationIn, type SessionRow } from './session-turns.js';
import { createSessions, PARENT } from './sessions.js';

/** The length of a request in tokens, and the part of its prompt that it shares with others. */
export interface TraceLengths {
  /** Undefined when the trace has no length. */
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  /** Ids of the blocks of tokens at the prompt's beginning. Equal ids are equal blocks (Mooncake). */
  readonly blocks?: readonly (string | number)[];
}

/** One request or conversation of a trace. */
export interface TraceEntry extends TraceLengths {
  /** Time since the trace's first request. */
  readonly atMs: number;
  /** The request or conversation, if the trace has more than its lengths. */
  readonly conversation?: Conversation;
  /** The later turns of a conversation, if the trace has only their lengths. */
  readonly later?: readonly (TraceLengths & Pick<Turn, 'delayMs' | 'afterMs' | 'whole'>)[];
}

/** One row of a trace. */
interface Row {
  /** The time since any fixed moment; undefined for a later turn that has a wait instead. */
  readonly ms: number | undefined;
  readonly delayMs: number | undefined;
  readonly lengths: TraceLengths;
  readonly entry: Entry | undefined;
  readonly mode: unknown;
  /** The lengths include the history. */
  readonly whole: boolean;
  readonly line: number;
  refuse(reason: string): InputError;
}

/** Names of members and columns in lower case, from Mooncake, Azure's traces and BurstGPT. */
const TIMES = ['timestamp', 'created_time'];
const INPUTS = ['input_length', 'input_tokens', 'contexttokens', 'request tokens', 'prompt_tokens'];
const OUTPUTS = ['output_length', 'output_tokens', 'generatedtokens', 'response tokens', 'completion_tokens'];
const BLOCKS = 'hash_ids';
/** A member that only Bailian's traces have. Their times are in seconds, even in JSON Lines. */
const IN_SECONDS = PARENT;
/** Members of Bailian's and BurstGPT's traces, whose lengths include the history. */
const WITH_HISTORY = [PARENT, 'session id'];

/**
 * Reads a trace of requests: JSON Lines like Mooncake's (times in ms), Bailian's (in seconds), or a table like Azure's
 * (dates) or BurstGPT's (in seconds).
 * @param most largest number of turns. With more than 1, the rows of one session are one entry, and all entries come at
 * the end, in the order of their times.
 * @param onEntry called with each entry and its line
 */
export function createTraceFile(
  name: string,
  most: number,
  onEntry: (entry: TraceEntry, line: number) => void,
): ValueFile {
  const sessions = createSessions<Row>();
  let firstMs: number | undefined;
  let lastMs = Number.NEGATIVE_INFINITY;
  const read = (value: unknown, line: number, number?: number): void => {
    const refuse = (reason: string): InputError => new InputError(reason, line, number);
    if (!isRecord(value))
      throw refuse('this is not a trace: a trace is a table or has an object on each line, with a timestamp');
    const row = rowOf(value, file.format === 'csv', line, refuse);
    if (most > 1) {
      sessions.add(value, row);
      return;
    }
    const { ms } = row;
    if (ms === undefined) {
      const advice =
        row.delayMs !== undefined
          ? 'use --turns all, which joins the rows of a session: '
          : row.entry === undefined
            ? ''
            : 'give the file to --prompts: ';
      throw refuse(`${advice}the entry has no timestamp`);
    }
    if (ms < lastMs)
      throw refuse('sort the file by its timestamps: this entry is earlier than the one before');
    lastMs = ms;
    firstMs ??= ms;
    onEntry(entryOf([row], ms - firstMs, 1), line);
  };
  const file = createValueFile({ name, columns: TIMES, foreign: [] }, (value, line, number) => {
    const wrapped = wrappedIn(value);
    if (wrapped === undefined) read(value, line, number);
    else for (const [index, one] of wrapped.entries()) read(one, line, index + 1);
  });
  return {
    get format() {
      return file.format;
    },
    feed: (text) => file.feed(text),
    end() {
      file.end();
      const joined = sessions.all().map((rows) => {
        const [{ ms, refuse }] = rows;
        if (ms === undefined) throw refuse('the first entry of a session has no timestamp');
        return { rows, ms };
      });
      const ordered = joined.toSorted((one, other) => one.ms - other.ms);
      for (const { rows, ms } of ordered) {
        onEntry(entryOf(rows, ms - (ordered[0]?.ms ?? ms), most), rows[0].line);
      }
    },
  };
}

function rowOf(
  value: Readonly<Record<string, unknown>>,
  table: boolean,
  line: number,
  refuse: Row['refuse'],
): Row {
  const members = new Map(
    Object.entries(value).map(([key, one]) => [key.toLowerCase(), TIMES.includes(key) ? onlyOf(one) : one]),
  );
  const timestamp = TIMES.map((key) => members.get(key)).find((one) => one !== undefined && one !== null);
  const ms =
    timestamp === undefined ? undefined : momentOf(timestamp, table || members.has(IN_SECONDS) ? 1000 : 1);
  if (timestamp !== undefined && ms === undefined)
    throw refuse(`the timestamp is neither a number nor a date: ${JSON.stringify(timestamp)}`);
  const delayMs = delayOf(value);
  if (typeof delayMs === 'string') throw refuse(delayMs);
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
  const entry = promptIn(value);
  if (typeof entry === 'string') throw refuse(entry);
  const lengths = {
    ...(inputTokens !== undefined && { inputTokens }),
    ...(outputTokens !== undefined && { outputTokens }),
    ...(isBlocks(blocks) && { blocks }),
  };
  const mode = members.get('message_mode');
  return {
    ms,
    delayMs,
    lengths,
    entry,
    mode,
    whole: WITH_HISTORY.some((key) => members.has(key)),
    line,
    refuse,
  };
}

/** Joins rows to an entry. */
function entryOf(rows: readonly [Row, ...Row[]], atMs: number, most: number): TraceEntry {
  const [first, ...later] = rows;
  const due = ({ ms, delayMs }: Row): Pick<Turn, 'delayMs' | 'afterMs'> => {
    if (ms !== undefined) return { afterMs: ms - (first.ms ?? 0) };
    return delayMs === undefined ? {} : { delayMs };
  };
  const texts = rows.flatMap((row): SessionRow[] => {
    const { entry, mode } = row;
    return entry === undefined ? [] : [{ entry, mode, due: row === first ? {} : due(row) }];
  });
  const [text, ...others] = texts;
  if (text !== undefined && texts.length < rows.length)
    throw first.refuse('give a prompt to every entry of a session, or to no entry: only some have one');
  const conversation = text && conversationIn([text, ...others], most);
  return {
    atMs,
    ...first.lengths,
    ...(conversation !== undefined && { conversation }),
    ...(text === undefined &&
      later.length > 0 && {
        later: later.map((row) => ({ ...row.lengths, ...due(row), ...(row.whole && { whole: true }) })),
      }),
  };
}

/** Returns a timestamp in ms; dates keep their microseconds. */
function momentOf(value: unknown, unitMs: number): number | undefined {
  if (value === '' || value === null || typeof value === 'boolean') return undefined;
  const number = Number(value);
  if (Number.isFinite(number)) return number * unitMs;
  if (typeof value !== 'string') return undefined;
  const [, date, time, fraction = '', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?$/.exec(value.trim()) ?? [];
  const whole = Date.parse(`${date}T${time}${zone}`);
  return Number.isNaN(whole) ? undefined : whole + Number(`0${fraction}`) * 1000;
}

function isBlocks(value: unknown): value is readonly (string | number)[] {
  return Array.isArray(value) && value.every((id) => typeof id === 'string' || typeof id === 'number');
}
