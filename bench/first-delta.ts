// A server sends 10 chunks 100 ms apart. Measures the delay until `ask --json` prints the first delta, and the time
// from the first to the last one. Median of 5. Run: npm run bench:first-delta
import { makeSandbox, startProgram } from '../test/support/programs/program.js';
import { sseEvents, startUpstream } from '../test/support/servers/upstream.js';
import { median } from './support/figures.js';

const RUNS = 5;
const CHUNKS = 10;
const GAP_MS = 100;
const AIM_MS = 50;

async function run(): Promise<{ lagMs: number; spreadMs: number }> {
  const sent: number[] = [];
  const printed: number[] = [];
  const deltas = Array.from({ length: CHUNKS }, (_, index) =>
    JSON.stringify({ choices: [{ index: 0, delta: { content: `t${index} ` } }] }),
  );
  const upstream = await startUpstream({
    chunks: sseEvents(...deltas, '[DONE]'),
    gapMs: GAP_MS,
    onSend: (index) => {
      sent[index] = performance.now();
    },
  });
  const sandbox = await makeSandbox();
  sandbox.writeConfig(
    `openai:\n  api_key: sk-test\n  base_url: ${upstream.url}\nsimulator:\n  enabled: false\n`,
  );
  const running = startProgram(sandbox, ['ask', '--json', 'hi']);
  running.child.stdin.end();
  running.child.stdout.on('data', (text: string) => {
    for (let count = text.split('"type":"delta"').length - 1; count > 0; count -= 1) {
      printed.push(performance.now());
    }
  });
  await running.ended;
  await upstream.close();
  sandbox.remove();
  const [first = Number.NaN] = printed;
  return { lagMs: first - (sent[0] ?? Number.NaN), spreadMs: (printed.at(-1) ?? Number.NaN) - first };
}

const runs: { lagMs: number; spreadMs: number }[] = [];
for (let count = 0; count < RUNS; count += 1) runs.push(await run());
process.stdout.write(`first delta printed  ${median(runs.map((one) => one.lagMs)).toFixed(1)} ms after its sending   aim ${AIM_MS} ms
deltas spread over   ${median(runs.map((one) => one.spreadMs)).toFixed(0)} ms   of ${(CHUNKS - 1) * GAP_MS} ms
`);
