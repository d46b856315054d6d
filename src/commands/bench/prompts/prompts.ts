import { isRecord } from '../../../common/json.js';
import { InputError } from '../../../loadtest/input/input-error.js';
import type { FileFormat } from '../../../loadtest/input/value-file.js';
import { delayOf } from '../../../loadtest/prompts/members.js';
import {
  type Conversation,
  createPace,
  cyclePrompts,
  type Pace,
  type PromptSource,
} from '../../../loadtest/prompts/prompt.js';
import { createPromptFile } from '../../../loadtest/prompts/prompt-file.js';
import { conversationIn, type SessionRow } from '../../../loadtest/prompts/session-turns.js';
import { createSessions, sessionOf } from '../../../loadtest/prompts/sessions.js';
import { createSynthetic } from '../../../loadtest/prompts/synthetic.js';
import { createTracePrompts } from '../../../loadtest/prompts/trace-prompts.js';
import { UsageError } from '../../support/flags/usage-error.js';
import type { BenchFlags } from '../flags/flags.js';
import type { PromptFlags } from '../flags/prompt-flags.js';
import type { Trace } from '../load.js';
import { inputName, readInput } from './input-file.js';
import { createImageFiles } from './prompt-images.js';

const DEFAULT_PROMPT = 'Explain quantum computing in simple terms.';
const ONE_TURN = { kind: 'constant', value: 1 } as const;

/** The prompts of a test and the pace of its conversations. */
export interface TestPrompts {
  readonly prompts: PromptSource;
  readonly pace: Pace;
}

/**
 * Returns the test's prompts, at least one.
 * @throws {UsageError} when the file cannot be read, is not a prompt file, or has no prompts
 */
export async function promptsFrom(flags: BenchFlags, trace?: Trace): Promise<TestPrompts> {
  checkFlags(flags);
  const pace = paceOf(flags);
  return { prompts: await sourceOf(flags, pace, trace), pace };
}

export function paceOf({ turns, thinkTime, seed }: BenchFlags): Pace {
  return createPace(turns ?? ONE_TURN, thinkTime, seed);
}

/** Returns a function that gives the number of turns of conversation number `index` without creating its prompts. */
export function turnsOf({ prompts: { conversations }, pace }: TestPrompts): (index: number) => number {
  return (index) => {
    const recorded = conversations?.[index % conversations.length];
    return Math.min(pace.turns(index), recorded?.length ?? Number.POSITIVE_INFINITY);
  };
}

function checkFlags(flags: BenchFlags): void {
  const { inputTokens, outputTokens, sharedPrefix, prefixes, prompts, turns, history } = flags;
  const made: [string, boolean][] = [
    ['--output-tokens', outputTokens !== undefined],
    ['--shared-prefix', sharedPrefix > 0],
    ['--prefixes', prefixes > 1],
  ];
  for (const [flag, given] of inputTokens === undefined ? made : []) {
    if (given) throw new UsageError(`${flag} needs --input-tokens: it applies to generated prompts`);
  }
  const further: [string, boolean][] = [
    ['--conversations', flags.conversations !== undefined],
    ['--think-time', flags.thinkTime !== undefined],
    ['--history recorded', history === 'recorded'],
  ];
  for (const [flag, given] of turns === undefined ? further : []) {
    if (given) throw new UsageError(`${flag} needs --turns: it applies to conversations of several turns`);
  }
  if (turns !== undefined && flags.requests !== undefined) {
    throw new UsageError('use --conversations instead of --requests: --turns counts conversations');
  }
  const generated = inputTokens !== undefined && turns !== 'all';
  if (turns !== undefined && prompts === undefined && flags.trace === undefined && !generated) {
    throw new UsageError(
      '--turns needs conversations: give a file to --prompts or --trace, or use --turns N with --input-tokens to generate them',
    );
  }
}

async function sourceOf(flags: BenchFlags, pace: Pace, trace: Trace | undefined): Promise<PromptSource> {
  const { inputTokens, outputTokens, sharedPrefix, prefixes, seed, prompt, prompts } = flags;
  if (inputTokens !== undefined) {
    const output = outputTokens === undefined ? {} : { output: outputTokens };
    return createSynthetic(
      { input: inputTokens, ...output, sharedPrefix: sharedPrefix / 100, prefixes, seed },
      pace,
    );
  }
  if (prompts !== undefined) return promptFile(prompts, flags.promptsFormat, flags.turns);
  if (trace !== undefined && prompt === undefined) {
    const own = trace.filter(({ conversation }) => conversation !== undefined).length;
    return {
      text:
        own === 0
          ? 'generated with the lengths of the trace'
          : own === trace.length
            ? 'those of the trace'
            : `those of the trace; the ${trace.length - own} without text are generated with its lengths`,
      json: json('trace', null, trace.length, 0),
      count: trace.length,
      at: createTracePrompts(trace, seed),
    };
  }
  const messages = [{ role: 'user', content: prompt ?? DEFAULT_PROMPT }] as const;
  return cyclePrompts([[{ messages }]], { text: '', json: json('text', null, 1, 0) });
}

async function promptFile(
  path: string,
  format: FileFormat | undefined,
  turns: PromptFlags['turns'],
): Promise<PromptSource> {
  const name = inputName(path);
  const forms = new Set<string>();
  const ids = new Set<string | number>();
  let rowsWithId = 0;
  const sessions = createSessions<FileRow>();
  const reader = createPromptFile(name, format, (entry, line, value) => {
    forms.add(entry.form);
    const members = isRecord(value) ? value : {};
    const id = sessionOf(members);
    if (id !== undefined) {
      ids.add(id);
      rowsWithId += 1;
    }
    const joins = turns !== undefined;
    const delayMs = joins && id !== undefined ? delayOf(members) : undefined;
    if (typeof delayMs === 'string') throw new InputError(delayMs, line);
    const due = delayMs === undefined ? {} : { delayMs };
    sessions.add(joins ? members : {}, { entry, line, due, mode: members.message_mode });
  });
  await readInput('--prompts', path, reader);

  const images = createImageFiles('--prompts', path);
  const conversations: Conversation[] = [];
  const leftOut: FileRow[] = [];
  for (const rows of sessions.all()) {
    const conversation = conversationIn(rows, turns === undefined ? 1 : Number.POSITIVE_INFINITY);
    const [row] = rows;
    if (conversation !== undefined) conversations.push(images.inserted(conversation, row.line));
    else leftOut.push(row);
  }
  const [first, ...others] = conversations;
  if (first === undefined) {
    const none =
      leftOut.length === 0 ? 'the file is empty' : `none of the ${leftOut.length} entries has a question`;
    throw new UsageError(`--prompts ${name}: ${none}`);
  }
  const words = { lines: 'plain lines', json: [...forms].join(', '), csv: 'CSV' }[reader.format ?? 'lines'];
  const left =
    leftOut.length === 0
      ? ''
      : `, ${leftOut.length} without a question skipped (first: line ${leftOut[0]?.line})`;
  const apart =
    turns === undefined && rowsWithId > ids.size
      ? `, each sent alone; --turns all joins those of one session`
      : '';
  return cyclePrompts([first, ...others], {
    text: `${conversations.length} from ${name} (${words})${left}${apart}`,
    json: json(name, reader.format ?? null, conversations.length, leftOut.length),
  });
}

interface FileRow extends SessionRow {
  readonly line: number;
}

function json(source: string, format: string | null, count: number, leftOut: number): PromptSource['json'] {
  return {
    source,
    format,
    count,
    left_out: leftOut,
    input_tokens: null,
    output_tokens: null,
    shared_prefix: null,
    prefixes: null,
  };
}
