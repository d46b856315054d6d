import type { AppStore } from '../../state/store.js';

/**
 * Returns a store for the screen. It notifies once at the end of an event-loop turn for all changes in that turn. So a
 * question is sent before the screen is drawn, and the screen is drawn while the request travels.
 */
export function onceATurn(store: AppStore): AppStore {
  return {
    ...store,
    subscribe(listener) {
      let before = store.getState();
      let turnEnd: NodeJS.Immediate | undefined;
      const notify = (): void => {
        turnEnd = undefined;
        const earlier = before;
        before = store.getState();
        listener(before, earlier);
      };
      const stop = store.subscribe(() => {
        turnEnd ??= setImmediate(notify);
      });
      return () => {
        clearImmediate(turnEnd);
        stop();
      };
    },
  };
}
