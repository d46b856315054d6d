import type { AppStore } from '../../state/store.js';

/**
 * The store as the screen watches it: told once for all changes that one turn of the event loop makes, at its end. What a key
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
