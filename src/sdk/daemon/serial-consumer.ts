export interface SerialConsumer<T> {
  /** Hands the item over, or keeps it until those before it have been consumed. */
  give(item: T): void;
  /** Called after the last item has been consumed. Nothing may be given after this. */
  endWith(conclude: () => void): void;
  /** Nothing is handed over any more. */
  stop(): void;
}

export interface SerialConsumerOptions<T> {
  /** Takes one item; the next one comes when the promise that it may return is fulfilled. */
  consume: (item: T) => void | Promise<void>;
  onConsumed: (item: T) => void;
  /** What `consume` threw or rejected with. It gets no further item. */
  onFailed: (error: unknown) => void;
  /** Aborting has the effect of `stop`. */
  signal?: AbortSignal | undefined;
}

/** Gives items to a consumer one at a time and in order. Without promises it costs one call an item. */
export function createSerialConsumer<T>(options: SerialConsumerOptions<T>): SerialConsumer<T> {
  const { consume, onConsumed, onFailed, signal } = options;
  const waiting: T[] = [];
  let conclude: (() => void) | undefined;
  let busy = false;
  let stopped = false;

  const fail = (error: unknown): void => {
    stopped = true;
    onFailed(error);
  };
  const take = (item: T): void => {
    try {
      const pending = consume(item);
      if (!(pending instanceof Promise)) {
        onConsumed(item);
        return;
      }
      busy = true;
      pending.then(() => {
        busy = false;
        onConsumed(item);
        resume();
      }, fail);
    } catch (error) {
      fail(error);
    }
  };
  const resume = (): void => {
    while (!busy && !stopped && signal?.aborted !== true) {
      const item = waiting.shift();
      if (item === undefined) {
        conclude?.();
        return;
      }
      take(item);
    }
  };

  return {
    give(item) {
      waiting.push(item);
      resume();
    },
    endWith(how) {
      conclude = how;
      resume();
    },
    stop() {
      stopped = true;
    },
  };
}
