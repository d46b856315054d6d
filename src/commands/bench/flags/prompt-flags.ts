import { type Command, InvalidArgumentError, Option } from 'commander';
import { FILE_FORMATS, type FileFormat } from '../../../loadtest/input/value-file.js';
import { parseSpread, SPREAD_SYNTAX, type Spread } from '../../../loadtest/prompts/spread.js';
import { numberWithin } from '../../support/flags/flag-number.js';

/** Flags for the prompts of a test. */
export interface PromptFlags {
  prompt?: string;
  prompts?: string;
  promptsFormat?: FileFormat;
  inputTokens?: Spread;
  outputTokens?: Spread;
  /** In percent. */
  sharedPrefix: number;
  prefixes: number;
  turns?: Spread | 'all';
  conversations?: number;
  /** In seconds. */
  thinkTime?: Spread;
  history: 'answered' | 'recorded';
}

const MAX_TOKENS = 2_000_000;
const MAX_TURNS = 1000;
const MAX_THINK_S = 86_400;

export const PROMPTS_HELP = `
--prompts takes plain lines, JSON Lines, a JSON list, or CSV with a column prompt. The members in JSON are prompt,
messages, body (OpenAI's batches) or conversations (ShareGPT, whose first question is sent). The format is detected from
the content; an invalid file is refused with its first bad line. Prompts are used in turn. --input-tokens generates
different prompts instead, with lengths ${SPREAD_SYNTAX}.

With --turns a request is a turn of a conversation: each later question is sent after --think-time, with the history.
Concurrency and arrivals then count conversations. A failed answer ends its conversation.`;

/** Adds the flags. */
export function addPromptFlags(command: Command): Command {
  return command
    .addOption(new Option('--prompt <text>', 'the prompt to send').conflicts(['prompts', 'inputTokens']))
    .addOption(
      new Option('--prompts <file>', 'file with prompts: lines, JSON or CSV; "-": stdin').conflicts(
        'inputTokens',
      ),
    )
    .addOption(
      new Option('--prompts-format <format>', 'format of the file, instead of detecting it').choices(
        FILE_FORMATS,
      ),
    )
    .option(
      '--input-tokens <lengths>',
      'generate prompts of about this length: N or a distribution',
      readLengths,
    )
    .option(
      '--output-tokens <lengths>',
      'with --input-tokens: largest number of tokens of each answer',
      readLengths,
    )
    .option(
      '--shared-prefix <percent>',
      'with --input-tokens: share of each prompt that is a prefix shared with others',
      numberWithin(0, 100),
      0,
    )
    .option(
      '--prefixes <n>',
      'with --shared-prefix: number of different prefixes',
      numberWithin(1, 100_000, 'whole'),
      1,
    )
    .option(
      '--turns <n>',
      'turns of a conversation: N, a distribution, or all turns of the file [1]',
      readTurns,
    )
    .addOption(
      new Option('--conversations <n>', 'with --turns: number of conversations [20 without --duration]')
        .argParser(numberWithin(1, 10_000_000, 'whole'))
        .conflicts(['requests', 'duration', 'stages', 'trace']),
    )
    .option(
      '--think-time <seconds>',
      'with --turns: wait before a question; N or a distribution',
      readThinkTime,
    )
    .addOption(
      new Option(
        '--history <answers>',
        'with --turns: continue from the received answers or those of the file',
      )
        .choices(['answered', 'recorded'])
        .default('answered'),
    );
}

const spreadReader =
  (least: number, most: number) =>
  (text: string): Spread => {
    const spread = parseSpread(text, least, most);
    if (spread !== undefined) return spread;
    throw new InvalidArgumentError(`It must be ${SPREAD_SYNTAX}, from ${least} to ${most}.`);
  };
const readLengths = spreadReader(1, MAX_TOKENS);
const readThinkTime = spreadReader(0, MAX_THINK_S);
const readTurns = (text: string): Spread | 'all' =>
  text === 'all' ? text : spreadReader(1, MAX_TURNS)(text);
