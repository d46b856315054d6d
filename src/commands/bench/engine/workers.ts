import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { samplesOf } from '../../../loadtest/samples/sample-rows.js';
import { abortable } from '../../../sdk/abortable.js';
import { printMessage } from '../../support/output/print-message.js';
import type { Engine, Test } from './engine.js';
import { type FromWorker, sendable, type ToWorker, type WorkerSetup } from './messages.js';
import type { Part } from './part.js';

/** Time between the message to all workers and the test's start, in ms, so that no worker starts late. */
const LEAD_MS = 50;

/** Starts `count` threads, each with its event loop and connections. Resolves when all can send requests. */
export async function openWorkers(count: number, setup: WorkerSetup, signal: AbortSignal): Promise<Engine> {
  const notices = new Set<string>();
  const onNotice = (text: string): void => {
    if (!notices.has(text)) printMessage(text);
    notices.add(text);
  };
  const threads = Array.from({ length: count }, () => startThread(setup, onNotice));
  const close = async (): Promise<void> => {
    await Promise.all(threads.map((thread) => thread.close()));
  };
  try {
    await abortable(Promise.all(threads.map(({ ready }) => ready)), signal);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    workers: count,
    close,
    async run(test, stop) {
      const startAtMs = performance.timeOrigin + performance.now() + LEAD_MS;
      const onStop = (): void => {
        for (const thread of threads) thread.send({ type: 'stop' });
      };
      stop.addEventListener('abort', onStop, { once: true });
      const { counters } = test;
      const flags = sendable(test.flags);
      const running = threads.map((thread, index) =>
        thread.run(
          test,
          (atMs) => {
            for (const other of threads) if (other !== thread) other.send({ type: 'given-out', atMs });
          },
          { type: 'run', flags, share: { index, of: count }, memory: counters.memory, startAtMs },
        ),
      );
      if (stop.aborted) onStop();
      try {
        return await Promise.all(running);
      } finally {
        stop.removeEventListener('abort', onStop);
      }
    },
  };
}

interface Thread {
  readonly ready: Promise<void>;
  send(message: ToWorker): void;
  run(
    test: Test,
    onGivenOut: (atMs: number) => void,
    order: Extract<ToWorker, { type: 'run' }>,
  ): Promise<Part>;
  close(): Promise<void>;
}

/**
 * By default V8's new space grows to 192 MB. Its collections then pause a thread for up to 20 ms, and gaps seem longer.
 */
const SMALL_NEW_SPACE = { maxYoungGenerationSizeMb: 6 };

function startThread(setup: WorkerSetup, onNotice: (text: string) => void): Thread {
  const worker = new Worker(programOf(), { workerData: setup, resourceLimits: SMALL_NEW_SPACE });
  const ready = Promise.withResolvers<void>();
  const exit = Promise.withResolvers<void>();
  let current:
    | { test: Test; onGivenOut: (atMs: number) => void; done: PromiseWithResolvers<Part> }
    | undefined;
  const fail = (error: unknown): void => {
    ready.reject(error);
    current?.done.reject(error);
  };
  // Avoids an unhandled rejection before `ready` is awaited.
  ready.promise.catch(() => {});
  worker.on('error', fail);
  worker.on('exit', () => {
    fail(new Error('a worker thread ended before its requests'));
    exit.resolve();
  });
  worker.on('message', (message: FromWorker) => {
    switch (message.type) {
      case 'ready':
        return ready.resolve();
      case 'notice':
        return onNotice(message.text);
      case 'samples':
        for (const sample of samplesOf(message.rows)) current?.test.tally.add(sample);
        return undefined;
      case 'given-out':
        return current?.onGivenOut(message.atMs);
      case 'done':
        if (message.gaps !== undefined) current?.test.tally.addGaps(message.gaps);
        return current?.done.resolve(message.part);
    }
  });
  const send = (message: ToWorker): void => worker.postMessage(message);
  return {
    ready: ready.promise,
    send,
    run(test, onGivenOut, order) {
      const done = Promise.withResolvers<Part>();
      current = { test, onGivenOut, done };
      send(order);
      return done.promise;
    },
    close() {
      send({ type: 'close' });
      return exit.promise;
    },
  };
}

/** Returns the worker's bundle, or its source file when the program runs from source. */
function programOf(): string | URL {
  const own = join(dirname(realpathSync(process.argv[1] ?? '')), 'bench-worker.js');
  return existsSync(own) ? own : new URL('./worker.ts', import.meta.url);
}
