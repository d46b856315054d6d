import type { AppStore } from '../../state/store.js';

/**
 * The store for the screen: it notifies once, at the end of an event-loop turn, for all changes of that turn. What a key
 * does comes before it is drawn: a question has left by then, and its way and the drawing take the time of one of them.
 */
export function onceATurn(store: AppStore): AppStore {
  return {
    ...store,
    subscribe(listener) {
      let before = store.getState();
      let turnEnd: NodeJS.Immediate | undefined;
      const tell = (): void => {
        turnEnd = undefined;
        const earlier = before;
        before = store.getState();
        listener(before, earlier);
      };
      const stop = store.subscribe(() => {
        turnEnd ??= setImmediate(tell);
      });
      return () => {
        clearImmediate(turnEnd);
        stop();
      };
    },
  };
}
