// The SDK without the connector: any HTTP request through the daemon, byte for byte as it arrives.
import { RuntimeClient } from 'vastar-tui/sdk';

const url = process.argv[2] ?? 'http://localhost:4545/v1/models';
const client = new RuntimeClient({ timeoutMs: 10_000 });
try {
  for await (const step of client.stream({ method: 'GET', url })) {
    if (step.type === 'start') console.log(`${step.statusCode} ${step.headers['content-type']}`);
    else if (step.type === 'chunk') process.stdout.write(step.data);
    else if (step.type === 'retry') console.log(`again in ${step.delayMs} ms: ${step.reason}`);
    else console.log(`\n${step.bytes} bytes in ${step.durationUs} µs, attempts: ${step.timings.attempts}`);
  }
} finally {
  await client.close();
}
