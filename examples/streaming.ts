// Prints an answer as it arrives, and then the parts of its time.
import { OpenAIStreamConnector } from 'vastar-tui';

const connector = new OpenAIStreamConnector(process.argv[2] ?? {});
try {
  for await (const event of connector.stream('Explain quantum computing in simple terms.')) {
    if (event.type === 'text') process.stdout.write(event.text);
    if (event.type !== 'done') continue;
    const { outcome, metrics } = event.answer;
    const tokens = `${metrics.tokensEstimated ? '~' : ''}${metrics.outputTokens} tokens`;
    console.log(`\n${outcome}: first token after ${metrics.ttftMs?.toFixed(0)} ms, ${tokens}`);
  }
} finally {
  await connector.close();
}
