import type { AppState } from '../app-state.js';
import type { Clock, OpenSessions } from '../ports.js';
import { sanitizeLine } from '../text/sanitize.js';
import { EMPTY_LIST, movedIn, rowOf, rowsOfHits, type SessionList, withRows } from './session-list.js';

export interface ListActionsOptions {
  get: () => AppState;
  change: (transition: (state: AppState) => AppState) => void;
  clock: Clock;
  say: (text: string) => void;
  /** Returns the reason why the conversation can't be left now; undefined when it can. */
  busy: () => string | undefined;
  /** Calls `use` with the saved sessions; a toast reports a failure. */
  withStore: (use: (sessions: OpenSessions['store']) => void) => void;
  resume: (id: string, messageId?: number) => void;
  startNew: () => void;
  /** The id of the open conversation; undefined until it is saved. */
  current: () => string | undefined;
}

/** A search starts this long after the last typed character. */
const TYPING_MS = 60;
const MOST_HITS = 200;

/** Actions for the list of saved sessions: searching, opening, renaming, pinning, deleting. */
export function createListActions(options: ListActionsOptions) {
  const { get, change, clock, say, busy, withStore, resume, startNew, current } = options;
  /** The sessions that this chat deleted and did not restore, the latest last. */
  const deleted: { readonly id: string; readonly title: string }[] = [];
  /** Cancels a search that has not started; undefined when there is none. */
  let cancelSearch: (() => void) | undefined;

  const list = (): SessionList => {
    const { overlay } = get();
    return overlay.kind === 'sessions' ? overlay : EMPTY_LIST;
  };
  const show = (overlay: SessionList): void => change((state) => ({ ...state, overlay }));
  /** Returns the row that keys act on. It runs a pending search first, so that a quick key never acts on an old row. */
  const chosen = () => {
    if (cancelSearch !== undefined) look();
    return list().rows[list().index];
  };

  /** Shows the rows for the current query. */
  const look = (): void => {
    cancelSearch?.();
    cancelSearch = undefined;
    withStore((sessions) => {
      const shown = list();
      if (shown.query.trim() === '') {
        show(withRows({ ...shown, problem: undefined }, sessions.list().map(rowOf)));
        return;
      }
      const { query, hits } = sessions.search(shown.query, MOST_HITS);
      const summaryOf = (id: string) => {
        try {
          return sessions.find(id);
        } catch {
          // Another program has permanently deleted the session since the search.
          return undefined;
        }
      };
      const [problem] = query.problems;
      show(withRows({ ...shown, problem: problem && sanitizeLine(problem) }, rowsOfHits(hits, summaryOf)));
    });
  };

  const actions = {
    showSessions(query = ''): void {
      withStore(() => {
        show({ ...EMPTY_LIST, query });
        look();
      });
    },
    searchSessions(query: string): void {
      show({ ...list(), query: query.slice(0, 200), index: 0 });
      cancelSearch?.();
      cancelSearch = clock.after(TYPING_MS, () => {
        if (get().overlay.kind === 'sessions') look();
      });
    },
    moveInSessions: (steps: number): void => show(movedIn(list(), steps)),
    openSession(): void {
      const row = chosen();
      if (row === undefined) say('no session is chosen');
      else resume(row.id, row.found?.messageId);
    },
    /** Sets the title that is being typed; undefined cancels renaming. */
    renameSession(title: string | undefined): void {
      if (title === undefined || chosen() !== undefined) show({ ...list(), renaming: title?.slice(0, 200) });
    },
    keepName: (): void =>
      withStore((sessions) => {
        const row = chosen();
        const title = list().renaming?.trim();
        show({ ...list(), renaming: undefined });
        if (row === undefined || title === undefined || title === '') return;
        if (row.id === current()) change((state) => ({ ...state, name: title }));
        else sessions.rename(row.id, title);
        look();
      }),
    pinSession: (): void =>
      withStore((sessions) => {
        const row = chosen();
        if (row === undefined) return;
        sessions.pin(row.id, !row.pinned);
        say(row.pinned ? 'no longer pinned' : 'pinned: it stays at the top');
        look();
      }),
    deleteSession: (): void =>
      withStore((sessions) => {
        const row = chosen();
        if (row === undefined) return;
        const isOpen = row.id === current();
        if (isOpen) {
          const words = busy();
          if (words !== undefined) {
            say(words);
            return;
          }
          startNew();
        }
        sessions.remove(row.id);
        deleted.push({ id: row.id, title: row.title });
        say(`deleted ${isOpen ? 'the open conversation ' : ''}"${row.title}": ctrl+z restores it`);
        look();
      }),
    undoDelete: (): void =>
      withStore((sessions) => {
        const last = deleted.pop();
        if (last === undefined) {
          say('nothing to restore: this chat deleted no session');
          return;
        }
        sessions.restore(last.id);
        say(`"${last.title}" is back`);
        look();
      }),
  };
  return { actions, end: () => cancelSearch?.() };
}
