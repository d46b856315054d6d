// A question and its answer. Takes a configuration file; without one it asks the simulator. Both have to run:
//   vastar-tui runtime start && vastar-tui simulator
import { OpenAIStreamConnector } from 'vastar-tui';

const connector = new OpenAIStreamConnector(process.argv[2] ?? {});
try {
  console.log(await connector.chatCompletion('What is the capital of France?'));
} finally {
  await connector.close();
}
