// Stops an answer in the middle. The daemon aborts the request at the provider at once; the partial answer is kept.
import { OpenAIStreamConnector } from 'vastar-tui';

const connector = new OpenAIStreamConnector(process.argv[2] ?? {});
const aborter = new AbortController();
let pieces = 0;
try {
  const answer = await connector.exchange([{ role: 'user', content: 'Tell me a long story.' }], {
    signal: aborter.signal,
    onDelta: () => {
      pieces += 1;
      if (pieces === 5) aborter.abort();
    },
  });
  console.log(`${answer.outcome} after ${pieces} pieces: ${answer.text}`);
} finally {
  await connector.close();
}
