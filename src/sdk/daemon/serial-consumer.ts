export interface SerialConsumer<T> {
  /** Passes the item to the consumer, or queues it until the earlier items have been consumed. */
  give(item: T): void;
  /** Calls `conclude` after the last item has been consumed. Don't call `give` after this. */
  endWith(conclude: () => void): void;
  /** Stops passing on items. */
  stop(): void;
}

export interface SerialConsumerOptions<T> {
  /** Consumes one item. If it returns a promise, the next item waits until the promise is fulfilled. */
  consume: (item: T) => void | Promise<void>;
  onConsumed: (item: T) => void;
  /** Called with the error that `consume` threw or rejected with. No further items are passed on. */
  onFailed: (error: unknown) => void;
  /** Aborting it has the effect of `stop`. */
  signal?: AbortSignal | undefined;
}

/**
 * Passes items to a consumer one at a time and in order. When the consumer returns no promise, an item takes one call.
 */
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
