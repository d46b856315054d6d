import { createReadStream } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { fileReason } from '../../common/errors.js';
import { promptOf } from '../../loadtest/prompts/entry.js';
import { inTurn, type Prompt, PromptFileError, type PromptSource } from '../../loadtest/prompts/prompt.js';
import { createPromptFile, type PromptFormat } from '../../loadtest/prompts/prompt-file.js';
import { createSynthetic } from '../../loadtest/prompts/synthetic.js';
import { untilStdinEnds } from '../support/stdin.js';
import { UsageError } from '../support/usage-error.js';
import type { PromptFlags } from './prompt-flags.js';

const DEFAULT_PROMPT = 'Explain quantum computing in simple terms.';

/**
 * The prompts asked for, at least one.
 * @throws {UsageError} when the file cannot be read, is no file of prompts, or has none
 */
export async function promptsFrom(flags: PromptFlags, seed: number): Promise<PromptSource> {
  const { inputTokens, outputTokens, sharedPrefix, prefixes } = flags;
  if (inputTokens !== undefined) {
    return createSynthetic({
      input: inputTokens,
      ...(outputTokens !== undefined && { output: outputTokens }),
      sharedPrefix: sharedPrefix / 100,
      prefixes,
      seed,
    });
  }
  for (const [flag, given] of [
    ['--output-tokens', outputTokens !== undefined],
    ['--shared-prefix', sharedPrefix > 0],
    ['--prefixes', prefixes > 1],
  ] as const) {
    if (given) throw new UsageError(`${flag} needs --input-tokens: it is about prompts that are made`);
  }
  return flags.prompts === undefined
    ? inTurn([promptOfText(flags.prompt ?? DEFAULT_PROMPT)], {
        text: '',
        json: json('text', null, 1, 0),
      })
    : promptFile(flags.prompts, flags.promptsFormat);
}

const promptOfText = (content: string): Prompt => ({ messages: [{ role: 'user', content }] });

async function promptFile(path: string, format: PromptFormat | undefined): Promise<PromptSource> {
  const name = path === '-' ? 'stdin' : path;
  const prompts: Prompt[] = [];
  const forms = new Set<string>();
  let leftOut = 0;
  let firstLeftOut: number | undefined;
  const reader = createPromptFile(name, format, (entry, line) => {
    const prompt = promptOf(entry);
    forms.add(entry.form);
    if (prompt !== undefined) prompts.push(prompt);
    else {
      leftOut += 1;
      firstLeftOut ??= line;
    }
  });
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true });
    const bytes = path === '-' ? untilStdinEnds() : createReadStream(path);
    for await (const chunk of bytes) reader.feed(decoder.decode(chunk, { stream: true }));
    reader.feed(decoder.decode());
    reader.end();
  } catch (error) {
    throw new UsageError(`--prompts ${name}: ${reasonOf(error)}`);
  }
  const [first, ...others] = prompts;
  if (first === undefined) {
    const none = leftOut === 0 ? 'it is empty' : `none of its ${leftOut} entries has a question`;
    throw new UsageError(`--prompts ${name}: ${none}`);
  }
  const words = { lines: 'a line each', json: [...forms].join(', '), csv: 'CSV' }[reader.format ?? 'lines'];
  const left = leftOut === 0 ? '' : `, ${leftOut} left out without a question (first: line ${firstLeftOut})`;
  return inTurn([first, ...others], {
    text: `${prompts.length} from ${name} (${words})${left}`,
    json: json(name, reader.format ?? null, prompts.length, leftOut),
  });
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

function reasonOf(error: unknown): string {
  if (error instanceof PromptFileError) return stripVTControlCharacters(error.message);
  if (error instanceof TypeError) return 'it is not UTF-8 text: convert it (iconv), or decompress it first';
  return `it cannot be read: ${fileReason(error)}`;
}
