import type { Command } from 'commander';
import { type Attachment, questionMessage } from '../../common/chat/attachments.js';
import type { ChatMessage } from '../../connector/messages.js';
import type { ChatOptions } from '../../connector/types.js';
import { bytes } from '../../ui/style/format.js';
import type { GlobalFlags } from '../composition/compose.js';
import { numberWithin } from '../support/flags/flag-number.js';
import { addLimitFlags, type LimitFlags, limitOptions } from '../support/flags/limit-flags.js';
import { addTo } from '../support/flags/repeated.js';
import { UsageError } from '../support/flags/usage-error.js';
import { readImage } from '../support/input/attachment-file.js';
import { readStdin, readStdinIfAny } from '../support/input/stdin.js';
import { readTextFile } from '../support/input/text-file.js';
import { toolsFlag } from '../support/input/tools-file.js';
import { printMessage } from '../support/output/print-message.js';

/** The flags of a question and of its request. */
export interface PromptFlags extends GlobalFlags, LimitFlags {
  json?: boolean;
  system?: string;
  file?: readonly string[];
  temperature?: number;
  maxTokens?: number;
  tools?: string;
  image?: readonly string[];
}

/** Adds the question and its flags. */
export function addPromptFlags(command: Command): Command {
  command
    .argument('[prompt...]', 'the question; "-" or no question: read it from stdin')
    .option('--json', 'print one JSON event a line, and a last line with all metrics')
    .option('--system <text>', 'a system prompt')
    .option('--file <path>', 'append a text file to the prompt; may be repeated', addTo)
    .option('--image <path>', 'send a PNG, JPEG, GIF or WebP image with the prompt; may be repeated', addTo)
    .option('--tools <path>', 'JSON file with the tools that the model may call')
    .option('--temperature <number>', 'sampling temperature, from 0 to 2', numberWithin(0, 2))
    .option('--max-tokens <n>', 'most tokens in the answer', numberWithin(1, 1_000_000, 'whole'));
  return addLimitFlags(command);
}

/** Converts the flags to the connector's options. */
export function chatOptions(flags: PromptFlags): ChatOptions {
  const { temperature, maxTokens, tools } = flags;
  return {
    ...(temperature !== undefined && { temperature }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(tools !== undefined && { body: { tools: toolsFlag(tools) } }),
    ...limitOptions(flags),
  };
}

/**
 * Returns the images that go with the question.
 * @throws {UsageError} when one cannot be sent
 */
export function imagesOf({ image: paths = [], json }: PromptFlags): Attachment[] {
  return paths.map((path) => {
    const image = readImage(path, (why) => new UsageError(`--image ${path} ${why}`));
    if (!json) printMessage(`sends the image ${image.name}, ${bytes(image.size)}`);
    return image;
  });
}

/** Returns the question as a message, with its images. */
export function questionOf(prompt: string, flags: PromptFlags): ChatMessage {
  return questionMessage({ text: prompt, attachments: imagesOf(flags) });
}

/**
 * Resolves to the question: the arguments, then the files, then stdin.
 * @throws {UsageError} when there is no question, or a part of it cannot be read
 */
export async function promptFrom(
  words: readonly string[],
  { file: files = [] }: PromptFlags,
): Promise<string> {
  const typed = words.filter((word) => word !== '-').join(' ');
  const nothing = words.length === 0 && files.length === 0;
  if (nothing && process.stdin.isTTY) {
    throw new UsageError('nothing to ask. Give a prompt: vastar-tui ask "why is the sky blue?"');
  }
  // The files come before stdin, because stdin can take long to end.
  const texts = files.map(readTextFile);
  const piped = await textOnStdin(nothing || words.includes('-'));
  const prompt = [typed, ...texts, piped.trimEnd()].filter((part) => part.trim() !== '').join('\n\n');
  if (prompt === '') {
    throw new UsageError('the prompt is empty. Add one: vastar-tui ask "why is the sky blue?"');
  }
  return prompt;
}

async function textOnStdin(wanted: boolean): Promise<string> {
  if (wanted) return readStdin();
  return process.stdin.isTTY ? '' : readStdinIfAny();
}
