// A question and its answer. Needs a daemon and, in simulator mode, the simulator:
//   vastar-tui runtime start && vastar-tui simulator
import { OpenAIStreamConnector } from 'vastar-tui';

const connector = new OpenAIStreamConnector(process.argv[2] ?? 'config.yaml');
try {
  console.log(await connector.chatCompletion('What is the capital of France?'));
} finally {
  await connector.close();
}
