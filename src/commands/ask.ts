import type { Command } from 'commander';
import { answerMessage } from '../connector/messages.js';
import type { ChatMessage, ChatOptions } from '../connector/types.js';
import { jsonLines, plainText } from './ask/output.js';
import { addPromptFlags, chatOptions, type PromptFlags, promptFrom, questionOf } from './ask/prompt.js';
import type { AskSession } from './ask/session.js';
import { openToolResults } from './ask/tools.js';
import { compose, reportProblems } from './compose.js';
import { ANSWER_EXIT_CODES, exitCodeOf } from './support/exit-codes.js';
import { notEmpty } from './support/flag-text.js';
import { interruptOn } from './support/interrupt.js';
import { watchStdout } from './support/stdout.js';

interface AskFlags extends PromptFlags {
  session?: string;
  toolResults?: string;
}

/** Adds `ask`: one question, whose answer streams to stdout. */
export function defineAsk(command: Command): void {
  addPromptFlags(command)
    .option('--session <name>', 'go on in the saved session of this title or id, or begin one', notEmpty)
    .option('--tool-results <path>', 'results of tool calls, a line each: a file, a named pipe, or /dev/tty')
    .addHelpText('after', HELP)
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

async function ask(words: readonly string[], flags: AskFlags): Promise<number> {
  const prompt = await promptFrom(words, flags);
  const composition = compose(flags);
  reportProblems(composition.loaded);
  const abort = new AbortController();
  const stop = interruptOn(abort);
  const stdout = watchStdout(abort);
  const output = flags.json ? jsonLines(process.stdout) : plainText(process.stdout);
  let session: AskSession | undefined;
  const results = flags.toolResults === undefined ? undefined : openToolResults(flags.toolResults);
  try {
    if (flags.session !== undefined) {
      const { openAskSession } = await import('./ask/session.js');
      const { name, baseUrl: url, model } = composition.connector.endpoint;
      session = openAskSession(flags.session, prompt, { name, url, model }, flags);
    }
    const messages: ChatMessage[] = [
      ...(flags.system === undefined ? [] : [{ role: 'system', content: flags.system } as const]),
      ...(session?.history ?? []),
      questionOf(prompt, flags),
    ];
    const options: ChatOptions = {
      ...chatOptions(flags),
      signal: abort.signal,
      onEvent: (event) => {
        session?.event(event);
        output.event(event);
      },
    };
    let answer = await composition.exchange(messages, options);
    while (results !== undefined && answer.outcome === 'complete' && answer.toolCalls.length > 0) {
      output.end(answer);
      const told = await results.next(answer.toolCalls, abort.signal);
      if (told === undefined) return stdout.exitCode ?? stop.exitCode ?? exitCodeOf(answer);
      messages.push(answerMessage(answer), ...told);
      answer = await composition.exchange(messages, options);
    }
    session?.ended(answer);
    output.end(answer);
    return stdout.exitCode ?? stop.exitCode ?? exitCodeOf(answer);
  } finally {
    stop.remove();
    session?.close();
    results?.close();
    await composition.close();
  }
}
