// Retries after failures that may be temporary: refused connections, rate limits, timeouts. Other failures end it at
// once.
import { ConnectorException, OpenAIStreamConnector, RetryHelper } from 'vastar-tui';

const connector = new OpenAIStreamConnector(process.argv[2] ?? {});
try {
  const text = await RetryHelper.withRetry(() => connector.chatCompletion('Say hello.'), {
    maxRetries: 2,
    initialBackoffMs: 100,
    onRetry: ({ attempt, waitMs, error }) =>
      console.log(`attempt ${attempt}: ${error.getErrorClassName()}; again in ${waitMs.toFixed(0)} ms`),
  });
  console.log(text);
} catch (error) {
  if (!(error instanceof ConnectorException)) throw error;
  console.log(`gave up, ${error.getErrorClassName()} at the ${error.hop}: ${error.message}`);
  process.exitCode = 1;
} finally {
  await connector.close();
}
