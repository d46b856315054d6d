/** The producer's side of an iterator. */
export interface EventSink<T> {
  /** Hands an event over; it waits until the iterator's user asks for it. */
  give(event: T): void;
  /** Undefined when no event waits to be taken; else fulfilled when none does: back-pressure. */
  drained(): Promise<void> | undefined;
  /** Aborts when the caller's own signal does, and when the iterator's user leaves early. */
  readonly signal: AbortSignal;
}

/**
 * What a producer tells, as an async iterator; its outcome is the last event. Nothing starts before the first
 * event is asked for. Leaving the loop early aborts the sink's signal and waits for the producer to end.
 * @throws what the producer rejects with, after the events before it.
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
  const goOn = (): void => {
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
  // A rejection is thrown in its turn below; this handler keeps it from being "unhandled" until then.
  outcome.catch(() => {});

  try {
    for (;;) {
      // Sees what is added meanwhile, too.
      for (const event of waiting) yield event;
      waiting.length = 0;
      goOn();
      if (ended) break;
      await news.promise;
      news = Promise.withResolvers();
    }
    yield await outcome;
  } finally {
    signal?.removeEventListener('abort', onAbort);
    stop.abort();
    goOn();
    await outcome.catch(() => {});
  }
}
