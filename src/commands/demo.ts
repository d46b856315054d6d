import type { Command } from 'commander';
import { IncompleteAnswerException } from '../connector/incomplete-answer.js';
import type { ChatOptions } from '../connector/types.js';
import { type Composition, compose, type GlobalFlags, reportProblems } from './composition/compose.js';
import { EXIT, exitCodeOf } from './support/ending/exit-codes.js';
import { interruptOn } from './support/ending/interrupt.js';
import { printMessage } from './support/output/print-message.js';
import { stderr, stdout } from './support/output/sink.js';
import { watchStdout } from './support/output/stdout.js';

const WIDTH = 60;
const RULE = '─'.repeat(WIDTH);
const DOUBLE_RULE = '═'.repeat(WIDTH);

export function defineDemo(command: Command): void {
  command.action(async (_flags: unknown, command: Command) => {
    const composition = compose(command.optsWithGlobals<GlobalFlags>());
    reportProblems(composition.loaded);
    const abort = new AbortController();
    const interruption = interruptOn(abort);
    const watch = watchStdout(abort);
    try {
      await demo(composition, abort.signal);
    } catch (error) {
      if (abort.signal.aborted) process.exitCode = watch.exitCode ?? interruption.exitCode ?? EXIT.failed;
      else if (error instanceof IncompleteAnswerException) {
        stderr.print('\n');
        printMessage(error.message);
        process.exitCode = exitCodeOf(error.answer);
      } else throw error;
    } finally {
      interruption.remove();
      await composition.close();
    }
  });
}

/** Prints the three examples, with the streamed one live. */
async function demo(composition: Composition, signal: AbortSignal): Promise<void> {
  const { connector } = composition;
  const print = (line = ''): void => {
    stdout.print(`${line}\n`);
  };
  const { endpoint } = connector;

  print('OpenAI Stream SSE Connector Demo');
  print(DOUBLE_RULE);
  print();
  print(
    endpoint.kind === 'simulator' ? 'Using the simulator' : `Using ${endpoint.name}, model ${endpoint.model}`,
  );
  print(`Base URL: ${endpoint.baseUrl}`);
  print();
  print('Testing connection...');
  await composition.ready(signal);
  await connector.connect();
  const report = await connector.testConnection();
  print(`   URL: ${report.url}`);
  print(`Connection successful (${report.durationMs.toFixed(0)} ms)`);
  print();

  print('Example 1: Streaming Chat Completion');
  print(RULE);
  const question = 'Explain quantum computing in simple terms.';
  print(`User: ${question}`);
  print('AI: ');
  const live = stdout.live();
  const options: ChatOptions = { signal, onDelta: (text) => void live.feed(text) };
  const streamed = await connector.streamingChatCompletion(question, options);
  print(live.end());
  print(RULE);
  print(`Total response length: ${streamed.length} characters`);
  print();

  print('Example 2: Non-Streaming Chat Completion');
  print(RULE);
  const capital = 'What is the capital of France?';
  print(`User: ${capital}`);
  print('AI: ');
  print(await connector.chatCompletion(capital, { signal }));
  print();

  print('Example 3: Sequential Requests');
  print(RULE);
  for (const next of ['What is TypeScript?', 'What is Node.js?', 'What is async/await?']) {
    print(`Q: ${next}`);
    print(`A: ${await connector.chatCompletion(next, { signal })}`);
    print();
  }
  print(DOUBLE_RULE);
  print('All examples completed successfully!');
}
