// One of several threads that send a test's requests. Each has its event loop and connections.
import { parentPort, workerData } from 'node:worker_threads';
import { createDistribution } from '../../../loadtest/figures/distribution.js';
import { createCounters } from '../../../loadtest/load/counters.js';
import { cyclePrompts } from '../../../loadtest/prompts/prompt.js';
import { createSampleLog } from '../../../loadtest/samples/sample-log.js';
import { compose } from '../../composition/compose.js';
import { openDirect } from '../direct.js';
import { loadOf } from '../load.js';
import { paceOf, promptsFrom, type TestPrompts } from '../prompts/prompts.js';
import type { FromWorker, ToWorker, WorkerSetup } from './messages.js';
import { measurePart } from './part.js';
import { rehearse } from './rehearse.js';
import { openTarget } from './target.js';

/** Interval at which results are sent to the main thread; live figures are at most this old. */
const HANDOVER_MS = 50;

// Safe cast: the main thread of the same build sent the data.
const { flags, mode, trace, prompts } = workerData as WorkerSetup;
const post = (message: FromWorker, moved: ArrayBuffer[] = []): void =>
  parentPort?.postMessage(message, moved);

async function readPrompts(): Promise<TestPrompts> {
  const [first, ...others] = prompts?.conversations ?? [];
  if (prompts === undefined || first === undefined) return promptsFrom(flags, trace);
  return { prompts: cyclePrompts([first, ...others], prompts), pace: paceOf(flags) };
}

const composition = compose({ ...flags, mode, spawn: false });
composition.connector.use(mode);
const direct = flags.through === 'direct' ? await openDirect(process.env) : undefined;
const streamer = direct ?? composition.connector.client;
await streamer.connect();
const target = await openTarget(composition, flags, await readPrompts(), streamer, (text) =>
  post({ type: 'notice', text }),
);
if (direct !== undefined) await rehearse(target);

let stop = new AbortController();
let givenOut = Promise.withResolvers<number>();

async function run(message: Extract<ToWorker, { type: 'run' }>): Promise<void> {
  stop = new AbortController();
  givenOut = Promise.withResolvers<number>();
  const samples = createSampleLog();
  const gaps = createDistribution();
  const handOver = (): void => {
    if (samples.length === 0) return;
    const rows = samples.take();
    post(
      { type: 'samples', rows },
      rows.blocks.map(({ buffer }) => buffer),
    );
  };
  const timer = setInterval(handOver, HANDOVER_MS);
  const part = await measurePart(
    target,
    loadOf(message.flags, trace),
    {
      startMs: message.startAtMs - performance.timeOrigin,
      share: message.share,
      counters: createCounters(message.memory),
      onSample(sample, gapsMs) {
        samples.add(sample);
        if (sample.outcome === 'complete') for (const ms of gapsMs) gaps.record(ms);
      },
      onGivenOut: (atMs) => post({ type: 'given-out', atMs }),
      givenOut: givenOut.promise,
    },
    stop.signal,
  );
  clearInterval(timer);
  handOver();
  post({ type: 'done', part, gaps: gaps.counts() });
}

async function close(): Promise<void> {
  parentPort?.close();
  await direct?.close();
  await composition.close();
}

parentPort?.on('message', (message: ToWorker) => {
  switch (message.type) {
    case 'run':
      // A rejection ends this thread and fails the test.
      void run(message);
      return;
    case 'given-out':
      givenOut.resolve(message.atMs);
      return;
    case 'stop':
      stop.abort();
      return;
    case 'close':
      void close();
  }
});
post({ type: 'ready' });
