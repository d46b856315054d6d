// With the public daemon, which does not stream, the same program works: its answer comes in one piece.
import { OpenAIStreamConnector } from 'vastar-tui';

const connector = new OpenAIStreamConnector(process.argv[2] ?? {});
try {
  await connector.connect();
  const { kind } = await connector.client.health();
  console.log(kind === 'foreign' ? 'a daemon of the public protocol' : 'a daemon that streams');
  const answer = await connector.exchange([{ role: 'user', content: 'What is the capital of France?' }]);
  console.log(`${answer.text} (${answer.metrics.buffered ? 'buffered' : 'streamed'})`);
} finally {
  await connector.close();
}
