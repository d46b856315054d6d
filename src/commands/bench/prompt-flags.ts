import { type Command, InvalidArgumentError, Option } from 'commander';
import { FILE_FORMATS, type FileFormat } from '../../loadtest/input/value-file.js';
import { LENGTHS_SYNTAX, type Lengths, parseLengths } from '../../loadtest/prompts/lengths.js';
import { numberWithin } from '../support/flag-number.js';

/** The question. */
export interface PromptFlags {
  prompt?: string;
  prompts?: string;
  promptsFormat?: FileFormat;
  inputTokens?: Lengths;
  outputTokens?: Lengths;
  /** Percent. */
  sharedPrefix: number;
  prefixes: number;
}

export const PROMPTS_HELP = `
--prompts takes plain lines, JSON Lines or a list (members prompt, messages, or body as in OpenAI's batches; ShareGPT's
conversations, of which the first question is asked), or CSV with a column prompt. The content decides which it is, and a
file that is none is refused with the line at fault. Prompts are asked in turn. --input-tokens makes prompts instead, each
different, as long as ${LENGTHS_SYNTAX} says.`;

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
    );
}

function readLengths(text: string): Lengths {
  const lengths = parseLengths(text);
  if (lengths !== undefined) return lengths;
  throw new InvalidArgumentError(`It must be ${LENGTHS_SYNTAX}.`);
}
