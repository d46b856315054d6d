// Measures the time from process start to the first frame, and to the connected state, with no process running before.
// Median of 5, in a pseudo-terminal of 120 x 40, for the very first start and for a later one with Node's compile cache.
// Run: npm run bench [-- flags of the chat, e.g. --no-save]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeSandbox } from '../test/support/programs/program.js';
import { KEY, openTerminal } from '../test/support/programs/terminal.js';
import { median } from './support/figures.js';

const RUNS = 5;
const AIM_MS = { 'first frame': 250, connected: 700 } as const;

type Figure = keyof typeof AIM_MS;

async function run(cache: string): Promise<Record<Figure, number>> {
  const sandbox = await makeSandbox({ XDG_CACHE_HOME: cache });
  const startMs = performance.now();
  const session = openTerminal(sandbox, process.argv.slice(2));
  try {
    await session.untilScreen(/vastar-tui/);
    const firstFrame = performance.now() - startMs;
    await session.untilScreen(/● connected/);
    const connected = performance.now() - startMs;
    // Node writes the compile cache only when a program ends by itself.
    session.send(KEY.ctrlC);
    session.send(KEY.ctrlC);
    await session.ended;
    return { 'first frame': firstFrame, connected };
  } finally {
    session.close();
    sandbox.remove();
  }
}

async function withCache<T>(use: (cache: string) => Promise<T>): Promise<T> {
  const cache = mkdtempSync(join(tmpdir(), 'vastar-cache-'));
  try {
    return await use(cache);
  } finally {
    rmSync(cache, { recursive: true, force: true });
  }
}

function print(which: string, runs: readonly Record<Figure, number>[]): void {
  for (const figure of Object.keys(AIM_MS) as Figure[]) {
    const values = runs.map((one) => one[figure]);
    const each = values.map((value) => value.toFixed(0)).join(' ');
    process.stdout.write(
      `${which} start to ${figure.padEnd(12)} median ${median(values).toFixed(0).padStart(4)} ms   aim ${AIM_MS[figure]} ms   (${each})\n`,
    );
  }
}

// A warm-up run, which brings the program's files into the page cache.
await withCache(run);
const first: Record<Figure, number>[] = [];
for (let count = 0; count < RUNS; count += 1) first.push(await withCache(run));
print('first', first);

await withCache(async (cache) => {
  const later: Record<Figure, number>[] = [];
  await run(cache);
  for (let count = 0; count < RUNS; count += 1) later.push(await run(cache));
  print('later', later);
});
