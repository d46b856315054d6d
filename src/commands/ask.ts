import type { Command } from 'commander';
import { questionMessage } from '../common/chat/attachments.js';
import { answerMessage, type ChatMessage } from '../connector/messages.js';
import { jsonLines, plainText } from './ask/output.js';
import { addPromptFlags, chatOptions, type PromptFlags, questionFrom, systemOf } from './ask/prompt.js';
import type { AskSession } from './ask/session.js';
import { watchSilence } from './ask/silence.js';
import { openToolResults } from './ask/tools.js';
import { compose, reportProblems } from './composition/compose.js';
import { ANSWER_EXIT_CODES, exitCodeOf } from './support/ending/exit-codes.js';
import { interruptOn } from './support/ending/interrupt.js';
import { notEmpty } from './support/flags/flag-text.js';
import { helpNotes } from './support/flags/help-notes.js';
import { requireStdout, watchStdout } from './support/output/stdout.js';

interface AskFlags extends PromptFlags {
  session?: string;
  toolResults?: string;
}

/** Adds `ask`: one question, whose answer streams to stdout. */
export function defineAsk(command: Command): void {
  addPromptFlags(command)
    .option('--session <name>', 'continue the saved session with this title or id, or begin one', notEmpty)
    .option(
      '--tool-results <path>',
      'read results of tool calls, one a line, from a file, a named pipe, or /dev/tty',
    )
    .addHelpText('after', helpNotes(HELP))
    .action(async (words: string[], _flags: unknown, command: Command) => {
      process.exitCode = await ask(words, command.optsWithGlobals<AskFlags>());
    });
}

const HELP = `
Files and text on stdin are appended to the prompt, in this order:
  vastar-tui ask "What is wrong here?" --file config.yaml
  git diff | vastar-tui ask "What does this change?"

Exit codes:
${ANSWER_EXIT_CODES}`;

/** Interval of health checks in ms. They detect a stopped daemon. A short answer ends before the first check. */
const HEARTBEAT_MS = 1000;

async function ask(words: readonly string[], flags: AskFlags): Promise<number> {
  requireStdout();
  // Opening a named pipe waits for its writer, and Ctrl+C ends this wait only before `interruptOn`.
  const asked = await questionFrom(words, flags);
  const options = await chatOptions(flags);
  const composition = compose(flags, { heartbeatMs: HEARTBEAT_MS });
  // After `compose`, which may throw: an open pipe without a writer would keep the process from ending.
  const results = flags.toolResults === undefined ? undefined : openToolResults(flags.toolResults);
  reportProblems(composition.loaded);
  const abort = new AbortController();
  const stop = interruptOn(abort);
  const stdout = watchStdout(abort);
  const output = flags.json ? jsonLines() : plainText();
  let session: AskSession | undefined;
  try {
    const system = systemOf(flags);
    if (flags.session !== undefined) {
      const { openAskSession } = await import('./ask/session.js');
      const { name, baseUrl: url, model } = composition.connector.endpoint;
      const { temperature, maxTokens: max_tokens, body } = options;
      const sent = { temperature, max_tokens, ...body, ...(system.length > 0 && { messages: system }) };
      const question = { ...asked, endpoint: { name, url, model }, body: sent };
      session = openAskSession(flags.session, question, flags.config);
    }
    const messages: ChatMessage[] = [...system, ...(session?.history ?? []), questionMessage(asked)];
    for (;;) {
      const silence = watchSilence(composition.connector, process.stderr.isTTY, output.notice);
      const asking = composition.exchange(messages, {
        ...options,
        signal: abort.signal,
        onWire: silence.onBytes,
        onEvent: (event) => {
          session?.event(event);
          output.event(event);
        },
      });
      const answer = await asking.finally(silence.stop);
      session?.ended(answer);
      output.end(answer);
      const calls = answer.outcome === 'complete' ? answer.toolCalls : [];
      const toolMessages = calls.length === 0 ? undefined : await results?.next(calls, abort.signal);
      if (toolMessages === undefined) return stdout.exitCode ?? stop.exitCode ?? exitCodeOf(answer);
      messages.push(answerMessage(answer), ...toolMessages);
      session?.results(toolMessages);
    }
  } finally {
    stop.remove();
    session?.close();
    results?.close();
    await composition.close();
  }
}
