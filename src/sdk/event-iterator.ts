/** The producer's side of an iterator. */
export interface EventSink<T> {
  /** Queues an event for the loop. */
  give(event: T): void;
  /** Returns undefined when no event waits; else a promise that is fulfilled when none waits (backpressure). */
  drained(): Promise<void> | undefined;
  /** Aborted when the caller's signal is, and when the loop ends early. */
  readonly signal: AbortSignal;
}

/**
 * Turns a producer's events into an async iterator. The producer's result is the last event. The producer starts when
 * the loop requests the first event. Leaving the loop early aborts the sink's signal and waits until the producer ends.
 * @throws the producer's error, after the events before it
 */
export async function* iterateEvents<T>(
  produce: (sink: EventSink<T>) => Promise<T>,
  signal?: AbortSignal,
): AsyncGenerator<T, void, undefined> {
  const stop = new AbortController();
  const onAbort = (): void => stop.abort(signal?.reason);
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort, { once: true });

  const waiting: T[] = [];
  let news = Promise.withResolvers<void>();
  let drained: PromiseWithResolvers<void> | undefined;
  let ended = false;
  const resumeProducer = (): void => {
    drained?.resolve();
    drained = undefined;
  };
  const outcome = produce({
    give(event) {
      waiting.push(event);
      news.resolve();
    },
    drained() {
      if (waiting.length === 0) return undefined;
      drained ??= Promise.withResolvers();
      return drained.promise;
    },
    signal: stop.signal,
  }).finally(() => {
    ended = true;
    news.resolve();
  });
  // The loop below throws a rejection in its turn. Until then, this handler prevents an "unhandled rejection".
  outcome.catch(() => {});

  try {
    for (;;) {
      // The iterator also sees events that are added during the loop.
      for (const event of waiting) yield event;
      waiting.length = 0;
      resumeProducer();
      if (ended) break;
      await news.promise;
      news = Promise.withResolvers();
    }
    yield await outcome;
  } finally {
    signal?.removeEventListener('abort', onAbort);
    stop.abort();
    resumeProducer();
    await outcome.catch(() => {});
  }
}
