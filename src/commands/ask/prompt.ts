import { basename } from 'node:path';
import type { Command } from 'commander';
import type { Attachment } from '../../common/chat/attachments.js';
import type { ChatMessage } from '../../connector/messages.js';
import type { ChatOptions } from '../../connector/types.js';
import { bytes } from '../../ui/style/format.js';
import type { GlobalFlags } from '../composition/compose.js';
import { numberWithin } from '../support/flags/flag-number.js';
import { addLimitFlags, type LimitFlags, limitOptions } from '../support/flags/limit-flags.js';
import { addTo } from '../support/flags/repeated.js';
import { UsageError } from '../support/flags/usage-error.js';
import { type AttachedFile, imageOf, imageOrPdf } from '../support/input/attachment-file.js';
import { type Refuse, readBytes, requireOneStdin } from '../support/input/bytes.js';
import { readStdin, readStdinIfAny } from '../support/input/stdin.js';
import { utf8Of } from '../support/input/text-file.js';
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
    .option(
      '--file <path>',
      'append a text file to the prompt, or send a PDF or an image with it; may be repeated; "-": stdin',
      addTo,
    )
    .option(
      '--image <path>',
      'send a PNG, JPEG, GIF or WebP image with the prompt; may be repeated; "-": stdin',
      addTo,
    )
    .option('--tools <path>', 'JSON file with the tools that the model may call; "-": stdin')
    .option('--temperature <number>', 'sampling temperature, from 0 to 2', numberWithin(0, 2))
    .option('--max-tokens <n>', 'most tokens in the answer', numberWithin(1, 1_000_000, 'whole'));
  return addLimitFlags(command);
}

/** Converts the flags to the connector's options. @throws {UsageError} when the file with the tools cannot be used */
export async function chatOptions(flags: PromptFlags): Promise<ChatOptions> {
  const { temperature, maxTokens, tools } = flags;
  return {
    ...(temperature !== undefined && { temperature }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(tools !== undefined && { body: { tools: await toolsFlag(tools) } }),
    ...limitOptions(flags),
  };
}

/** Returns the system prompt as a message. An empty one, for example from an unset variable, is none. */
export function systemOf({ system = '' }: PromptFlags): ChatMessage[] {
  return system.trim() === '' ? [] : [{ role: 'system', content: system }];
}

/** A question without the conversation before it. */
export interface Question {
  text: string;
  attachments: readonly Attachment[];
}

/**
 * Resolves to the question: the arguments, then the files, then stdin. Images and PDFs are its attachments.
 * @throws {UsageError} when there is no question, or a part of it cannot be read
 */
export async function questionFrom(words: readonly string[], flags: PromptFlags): Promise<Question> {
  const { file: files = [], image: images = [], tools = '' } = flags;
  const wantsStdin = words.includes('-');
  requireOneStdin([...files, ...images, tools, ...(wantsStdin ? ['-'] : [])]);
  const isStdinUsed = [...files, ...images, tools].includes('-');
  const typed = words.filter((word) => word !== '-').join(' ');
  const nothing = words.length === 0 && files.length === 0;
  if (nothing && process.stdin.isTTY) {
    throw new UsageError('nothing to ask. Give a prompt: vastar-tui ask "why is the sky blue?"');
  }
  const parts: Part[] = [typed];
  const add = (part: Part): void => {
    parts.push(part);
    if (typeof part === 'string' || flags.json === true) return;
    const kind = part.type.startsWith('image/') ? 'image' : 'file';
    printMessage(`sends the ${kind} ${part.name}, ${bytes(part.size)}`);
  };
  // The files come before stdin, because stdin can take long to end.
  for (const path of files) add(await filePart(path));
  for (const path of images) {
    const refuse = refusalOf('--image', path);
    add(imageOf(nameOf(path), await readBytes(path, refuse), refuse));
  }
  if (!isStdinUsed) add(await stdinPart(nothing || wantsStdin));
  const text = parts.filter((part) => typeof part === 'string' && part.trim() !== '').join('\n\n');
  if (text === '') {
    throw new UsageError('the prompt is empty. Add one: vastar-tui ask "why is the sky blue?"');
  }
  return { text, attachments: parts.filter((part) => typeof part !== 'string') };
}

/** A text of the prompt, or a file that goes with it. */
type Part = string | AttachedFile;

const STDIN = 'stdin';

async function filePart(path: string): Promise<Part> {
  const refuse = refusalOf('--file', path);
  const content = await readBytes(path, refuse);
  const found = imageOrPdf(nameOf(path), content);
  if (found !== undefined) return found;
  const text = utf8Of(content, refuse).trimEnd();
  return path === '-' ? text : `${nameOf(path)}:\n${text}`;
}

/** @param wanted whether to wait for the end of a stdin that stays silent */
async function stdinPart(wanted: boolean): Promise<Part> {
  if (!wanted && process.stdin.isTTY) return '';
  const content = await (wanted ? readStdin() : readStdinIfAny());
  const refuse: Refuse = (why) => new UsageError(`stdin ${why}`);
  return imageOrPdf(STDIN, content) ?? utf8Of(content, refuse).trimEnd();
}

const nameOf = (path: string): string => (path === '-' ? STDIN : basename(path));

const refusalOf = (flag: string, path: string): Refuse => {
  return (why) => new UsageError(`${flag} ${path} ${why}`);
};
