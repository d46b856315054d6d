// A question and its answer. The argument is a configuration file; the default is the simulator. Start both first:
//   vastar-tui runtime start && vastar-tui simulator
import { OpenAIStreamConnector } from 'vastar-tui';

const connector = new OpenAIStreamConnector(process.argv[2] ?? {});
try {
  console.log(await connector.chatCompletion('What is the capital of France?'));
} finally {
  await connector.close();
}
