import type { FileFormat } from '../../loadtest/input/value-file.js';
import { promptOf } from '../../loadtest/prompts/entry.js';
import { inTurn, type Prompt, type PromptSource } from '../../loadtest/prompts/prompt.js';
import { createPromptFile } from '../../loadtest/prompts/prompt-file.js';
import { createSynthetic } from '../../loadtest/prompts/synthetic.js';
import { createTracePrompts } from '../../loadtest/prompts/trace-prompts.js';
import { UsageError } from '../support/usage-error.js';
import type { BenchFlags } from './flags.js';
import { inputName, readInput } from './input-file.js';
import type { Trace } from './load.js';

const DEFAULT_PROMPT = 'Explain quantum computing in simple terms.';

/**
 * The prompts asked for, at least one.
 * @throws {UsageError} when the file cannot be read, is no file of prompts, or has none
 */
export async function promptsFrom(flags: BenchFlags, trace?: Trace): Promise<PromptSource> {
  const { seed } = flags;
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
  if (trace !== undefined && flags.prompts === undefined && flags.prompt === undefined) {
    return {
      text: 'made, as long as those of the trace',
      json: json('trace', null, trace.length, 0),
      count: trace.length,
      at: createTracePrompts(trace, seed),
    };
  }
  return flags.prompts === undefined
    ? inTurn([promptOfText(flags.prompt ?? DEFAULT_PROMPT)], {
        text: '',
        json: json('text', null, 1, 0),
      })
    : promptFile(flags.prompts, flags.promptsFormat);
}

const promptOfText = (content: string): Prompt => ({ messages: [{ role: 'user', content }] });

async function promptFile(path: string, format: FileFormat | undefined): Promise<PromptSource> {
  const name = inputName(path);
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
  await readInput('--prompts', path, reader);
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
