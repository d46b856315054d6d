// Process start to the first frame, and to connected with nothing running beforehand: median of 5, in a real
// pseudo-terminal of 120 x 40. Run: npm run bench
import { makePlace } from '../test/support/program.js';
import { openTerminal } from '../test/support/terminal.js';

const RUNS = 5;
const AIM_MS = { 'first frame': 250, connected: 700 } as const;

type Figure = keyof typeof AIM_MS;

async function run(): Promise<Record<Figure, number>> {
  const place = await makePlace();
  const startMs = performance.now();
  const session = openTerminal(place);
  try {
    // The editor's prompt is in the first frame; the connection's state comes when there is one.
    await session.untilScreen(/vastar-tui/);
    const firstFrame = performance.now() - startMs;
    await session.untilScreen(/● connected/);
    return { 'first frame': firstFrame, connected: performance.now() - startMs };
  } finally {
    session.close();
    await session.ended;
    place.remove();
  }
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

// One run that doesn't count: it brings the program's files into the page cache.
await run();
const runs: Record<Figure, number>[] = [];
for (let count = 0; count < RUNS; count += 1) runs.push(await run());

for (const figure of Object.keys(AIM_MS) as Figure[]) {
  const values = runs.map((one) => one[figure]);
  const each = values.map((value) => value.toFixed(0)).join(' ');
  process.stdout.write(
    `process start to ${figure.padEnd(12)} median ${median(values).toFixed(0).padStart(4)} ms   aim ${AIM_MS[figure]} ms   (${each})\n`,
  );
}
