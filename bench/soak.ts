// Runs mixed load with faults: the daemon's memory and open files have to stay flat.
// Run: tsx bench/soak.ts [MINUTES, default 10]
import { median, say, table } from './support/figures.js';
import { openBench } from './support/programs.js';

const MINUTES = Number(process.argv[2] ?? 10);
const ROWS = 20;
const MB = 1024 ** 2;

const bench = await openBench();
const { url } = await bench.server();
const daemon = await bench.daemon('--log-file', `${bench.folder}/daemon.log`);
const consumer = await bench.consumer();

interface Sample {
  minute: number;
  rssMb: number;
  files: number;
  exchanges: number;
  unexpected: number;
  cpuShare: number;
}

try {
  const samples: Sample[] = [];
  const startMs = performance.now();
  for (let row = 0; row < ROWS; row += 1) {
    const rowStartMs = performance.now();
    const { cpuUs } = await daemon.usage();
    let exchanges = 0;
    let unexpected = 0;
    const untilMs = startMs + ((row + 1) * MINUTES * 60_000) / ROWS;
    do {
      const round = await consumer.ask<{ done: number; unexpected: number }>('mixed', { base: url });
      exchanges += round.done;
      unexpected += round.unexpected;
    } while (performance.now() < untilMs);
    const used = await daemon.usage();
    const wallUs = (performance.now() - rowStartMs) * 1000;
    samples.push({
      minute: (performance.now() - startMs) / 60_000,
      rssMb: used.rssBytes / MB,
      files: used.openFiles,
      exchanges,
      unexpected,
      cpuShare: (used.cpuUs - cpuUs) / wallUs,
    });
  }
  say(
    table([
      ['minute', 'RSS MB', 'open files', 'exchanges', 'unexpected', 'CPU %'],
      ...samples.map((one) => [
        one.minute.toFixed(1),
        one.rssMb.toFixed(0),
        String(one.files),
        String(one.exchanges),
        String(one.unexpected),
        (one.cpuShare * 100).toFixed(0),
      ]),
    ]),
  );
  // The first third is the warm-up. The last third is compared with the middle one.
  const third = Math.floor(ROWS / 3);
  const change = (of: (sample: Sample) => number): number =>
    median(samples.slice(-third).map(of)) / median(samples.slice(third, 2 * third).map(of));
  const rss = change((one) => one.rssMb);
  const files = change((one) => one.files);
  const flat = rss < 1.1 && files < 1.1;
  say(
    `last third / middle third: RSS ${rss.toFixed(2)}, open files ${files.toFixed(2)}   ${flat ? 'flat' : 'NOT flat'}`,
  );
} finally {
  await bench.close();
}
