import { type Command, InvalidArgumentError, Option } from 'commander';
import { FILE_FORMATS, type FileFormat } from '../../loadtest/input/value-file.js';
import { parseSpread, SPREAD_SYNTAX, type Spread } from '../../loadtest/spread.js';
import { numberWithin } from '../support/flag-number.js';

/** The question. */
export interface PromptFlags {
  prompt?: string;
  prompts?: string;
  promptsFormat?: FileFormat;
  inputTokens?: Spread;
  outputTokens?: Spread;
  /** Percent. */
  sharedPrefix: number;
  prefixes: number;
  turns?: Spread | 'all';
  conversations?: number;
  /** Seconds. */
  thinkTime?: Spread;
  history: 'answered' | 'recorded';
}

const MAX_TOKENS = 2_000_000;
const MAX_TURNS = 1000;
const MAX_THINK_S = 86_400;

export const PROMPTS_HELP = `
--prompts takes plain lines, JSON Lines or a list (members prompt, messages, or body as in OpenAI's batches; ShareGPT's
conversations, of which the first question is asked), or CSV with a column prompt. The content decides which it is, and a
file that is none is refused with the line at fault. Prompts are asked in turn. --input-tokens makes prompts instead, each
different, as long as ${SPREAD_SYNTAX} says.

With --turns a request is a turn of a conversation: each further question goes out after --think-time, with the history.
--concurrency and arrivals then count conversations. A conversation ends with an answer that fails.`;

/** Adds the flags. */
export function addPromptFlags(command: Command): Command {
  return command
    .addOption(new Option('--prompt <text>', 'what to ask').conflicts(['prompts', 'inputTokens']))
    .addOption(
      new Option('--prompts <file>', 'what to ask, in turn: lines, JSON or CSV; "-": from stdin').conflicts(
        'inputTokens',
      ),
    )
    .addOption(
      new Option('--prompts-format <format>', 'of the file, instead of recognising it').choices(FILE_FORMATS),
    )
    .option('--input-tokens <lengths>', 'make prompts about so long: N or a distribution', readLengths)
    .option('--output-tokens <lengths>', 'with --input-tokens: most tokens of each answer', readLengths)
    .option(
      '--shared-prefix <percent>',
      'with --input-tokens: how much of each prompt is the beginning of others, too',
      numberWithin(0, 100),
      0,
    )
    .option(
      '--prefixes <n>',
      'with --shared-prefix: among how many beginnings they are spread',
      numberWithin(1, 100_000, 'whole'),
      1,
    )
    .option('--turns <n>', 'turns of a conversation: N, a distribution, or all of the file [1]', readTurns)
    .addOption(
      new Option('--conversations <n>', 'with --turns: how many [20, without --duration]')
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
        'with --turns: go on from the answers that came, or those of the file',
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
