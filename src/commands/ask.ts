import type { Command } from 'commander';
import { MAX_TIMEOUT_MS } from '../config/index.js';
import type { ChatAnswer, ExchangeEvent } from '../connector/types.js';
import type { ExchangeMetrics } from '../metrics/exchange.js';
import { createSanitizer } from '../state/sanitize.js';
import type { AskSession } from './ask-session.js';
import { compose, type GlobalFlags, reportProblems } from './compose.js';
import { EXIT, exitCodeOf } from './exit-codes.js';
import { numberWithin } from './flag-number.js';
import { interruptOn } from './interrupt.js';
import { readStdin } from './stdin.js';
import { readTextFile } from './text-file.js';
import { UsageError } from './usage-error.js';

interface AskFlags extends GlobalFlags {
  json?: boolean;
  system?: string;
  file: readonly string[];
  temperature?: number;
  maxTokens?: number;
  /** Seconds. */
  timeout?: number;
  session?: string;
}

export function defineAsk(command: Command): void {
  command
    .argument('[prompt...]', 'the question; "-" or nothing: read it from stdin')
    .option('--json', 'one JSON event a line, and a last line with all metrics')
    .option('--system <text>', 'a system prompt')
    .option('--file <path>', 'a text file to append to the prompt; may be repeated', addTo, [])
    .option('--temperature <number>', 'from 0 to 2; higher is more random', numberWithin(0, 2))
    .option('--max-tokens <n>', 'most tokens of the answer', numberWithin(1, 1_000_000, 'whole'))
    .option(
      '--timeout <seconds>',
      'limit for the whole answer, instead of the configured one',
      numberWithin(0.001, MAX_TIMEOUT_MS / 1000),
    )
    .option('--session <name>', 'go on in the saved session of this title or id, or begin one')
    .addHelpText('after', HELP)
    .action(async (words: string[], _flags: unknown, command: Command) => {
      process.exitCode = await ask(words, command.optsWithGlobals<AskFlags>());
    });
}

const HELP = `
Files and text on stdin are appended to the prompt, in this order:
  vastar-tui ask "What is wrong here?" --file config.yaml
  git diff | vastar-tui ask "What does this change?"

Exit codes: 0 complete, 1 internal error, 2 usage or configuration, 3 transient error, 4 permanent error,
5 rate limited, 6 timeout, 7 invalid request, 8 answer cut off, 9 answer stalled, 130 interrupted (Ctrl+C),
141 the reader of stdout has gone, 143 terminated.`;

function addTo(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

async function ask(words: readonly string[], flags: AskFlags): Promise<number> {
  const prompt = await promptFrom(words, flags.file);
  const composition = compose(flags);
  reportProblems(composition.loaded);
  const abort = new AbortController();
  const stop = interruptOn(abort);
  const output = flags.json ? jsonLines(process.stdout) : plainText(process.stdout);
  process.stdout.on('error', () => abort.abort());
  let session: AskSession | undefined;
  try {
    if (flags.session !== undefined) {
      const { openAskSession } = await import('./ask-session.js');
      session = openAskSession(flags.session, prompt, composition.connector.endpoint.name, flags);
    }
    const answer = await composition.exchange(
      [
        ...(flags.system === undefined ? [] : [{ role: 'system', content: flags.system } as const]),
        ...(session?.history ?? []),
        { role: 'user', content: prompt },
      ],
      {
        signal: abort.signal,
        onEvent: (event) => {
          session?.event(event);
          output.event(event);
        },
        ...(flags.temperature !== undefined && { temperature: flags.temperature }),
        ...(flags.maxTokens !== undefined && { maxTokens: flags.maxTokens }),
        ...(flags.timeout !== undefined && { timeoutMs: flags.timeout * 1000 }),
      },
    );
    session?.ended(answer);
    output.end(answer);
    if (process.stdout.errored) return EXIT.brokenPipe;
    return stop.exitCode ?? exitCodeOf(answer);
  } finally {
    stop.remove();
    session?.close();
    await composition.close();
  }
}

async function promptFrom(words: readonly string[], files: readonly string[]): Promise<string> {
  const typed = words.filter((word) => word !== '-').join(' ');
  const nothing = words.length === 0 && files.length === 0;
  if (nothing && process.stdin.isTTY) {
    throw new UsageError('nothing to ask. Give a prompt: vastar-tui ask "why is the sky blue?"');
  }
  // Before stdin, which may be long in coming.
  const texts = files.map(readTextFile);
  const piped = nothing || words.includes('-') || !process.stdin.isTTY ? (await readStdin()).trimEnd() : '';
  const prompt = [typed, ...texts, piped].filter((part) => part.trim() !== '').join('\n\n');
  if (prompt === '') {
    throw new UsageError('the prompt is empty. Give one: vastar-tui ask "why is the sky blue?"');
  }
  return prompt;
}

interface Output {
  event(event: ExchangeEvent): void;
  end(answer: ChatAnswer): void;
}

function plainText(stdout: NodeJS.WriteStream): Output {
  // A terminal obeys control sequences; a file or pipe gets the text as it is.
  const sanitizer = stdout.isTTY ? createSanitizer() : undefined;
  let last = '';
  const write = (text: string): void => {
    if (text === '') return;
    last = text;
    stdout.write(text);
  };
  return {
    event(event) {
      if (event.type === 'text') write(sanitizer === undefined ? event.text : sanitizer.feed(event.text));
    },
    end(answer) {
      write(sanitizer?.flush() ?? '');
      if (last !== '' && !last.endsWith('\n')) stdout.write('\n');
      // A reader that has gone away wants to hear nothing.
      const remark = stdout.errored ? undefined : remarkOn(answer);
      if (remark !== undefined) process.stderr.write(`vastar-tui: ${remark}\n`);
    },
  };
}

function remarkOn(answer: ChatAnswer): string | undefined {
  switch (answer.outcome) {
    case 'complete':
      return answer.text === '' && answer.toolCalls.length === 0 ? 'the answer is empty' : undefined;
    case 'truncated':
      return 'the answer was cut off: the connection ended before the model had finished';
    case 'cancelled':
      return 'stopped';
    case 'stalled':
      return 'the answer stalled: nothing more came from the provider';
    case 'error':
      return answer.error?.message ?? 'the request failed';
  }
}

function jsonLines(stdout: NodeJS.WriteStream): Output {
  const write = (line: Record<string, unknown>): void => {
    stdout.write(`${JSON.stringify(line)}\n`);
  };
  return {
    event(event) {
      switch (event.type) {
        case 'start':
          return write({ type: 'start', exchange: event.exchange, url: event.url, model: event.model });
        case 'headers':
          return write({
            type: 'headers',
            status: event.statusCode,
            buffered: event.buffered,
            t_ms: ms(event.tMs),
          });
        case 'retry':
          return write({
            type: 'retry',
            attempt: event.attempt,
            max_attempts: event.maxAttempts,
            delay_ms: event.delayMs,
            reason: event.reason,
            status: event.statusCode ?? null,
            t_ms: ms(event.tMs),
          });
        case 'text':
          return write({ type: 'delta', text: event.text, t_ms: ms(event.tMs) });
        case 'reasoning':
        case 'refusal':
          return write({ type: event.type, text: event.text, t_ms: ms(event.tMs) });
        case 'tool_call': {
          const { type, index, id, name } = event;
          return write({ type, index, id, name, arguments: event.arguments, t_ms: ms(event.tMs) });
        }
        default:
          // Usage, finish reason, errors and malformed events are in the last line.
          return undefined;
      }
    },
    end(answer) {
      const { usage, error } = answer;
      write({
        type: 'done',
        text: answer.text,
        outcome: answer.outcome,
        finish_reason: answer.finishReason,
        usage:
          usage === undefined
            ? null
            : {
                prompt_tokens: usage.promptTokens,
                completion_tokens: usage.completionTokens,
                total_tokens: usage.totalTokens,
              },
        ...(answer.reasoning !== '' && { reasoning: answer.reasoning }),
        ...(answer.refusal !== '' && { refusal: answer.refusal }),
        ...(answer.toolCalls.length > 0 && { tool_calls: answer.toolCalls }),
        malformed_events: answer.malformedEvents,
        error:
          error === undefined
            ? null
            : {
                message: error.message,
                class: error.getErrorClassName(),
                hop: error.hop,
                status: error.statusCode ?? null,
                retry_after_ms: error.retryAfterMs ?? null,
              },
        metrics: metricsJson(answer.metrics),
      });
    },
  };
}

function metricsJson(metrics: ExchangeMetrics): Record<string, unknown> {
  const optional = (value: number | undefined): number | null => (value === undefined ? null : ms(value));
  return {
    ttfb_ms: optional(metrics.ttfbMs),
    ttft_ms: optional(metrics.ttftMs),
    e2e_ms: optional(metrics.e2eMs),
    tpot_ms: optional(metrics.tpotMs),
    tokens_per_s: optional(metrics.tokensPerSecond),
    output_tokens: metrics.outputTokens,
    tokens_estimated: metrics.tokensEstimated,
    chunks: metrics.chunks,
    bytes: metrics.bytes,
    attempts: metrics.attempts,
    buffered: metrics.buffered,
    gaps: metrics.gaps ?? null,
    hops: Object.fromEntries(Object.entries(metrics.hops).map(([name, value]) => [name, ms(value)])),
  };
}

/** Milliseconds with the microseconds that mean something. */
function ms(value: number): number {
  return Math.round(value * 1000) / 1000;
}
