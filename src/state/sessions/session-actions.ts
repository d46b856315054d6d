import { messageOf } from '../../common/errors.js';
import type { AppState } from '../app-state.js';
import { draftText } from '../editor/editor.js';
import { withDraft } from '../editor/with-draft.js';
import { withNotice } from '../notices.js';
import type { Clock, OpenSessions, SessionsPort } from '../ports.js';
import type { AppStore } from '../store.js';
import { sanitize, sanitizeLine } from '../text/sanitize.js';
import { createFollowing } from './following.js';
import { earlierMessages } from './journal-messages.js';
import { createListActions } from './list-actions.js';
import { restored } from './saved.js';
import { harmless } from './saved-message.js';
import { createSaving, type Saving } from './saving.js';

export interface SessionActionsOptions {
  store: AppStore;
  change: (transition: (state: AppState) => AppState) => void;
  clock: Clock;
  /** Absent when there are no saved sessions; `off` when the user has switched saving off. */
  sessions?: SessionsPort | 'off' | undefined;
  say: (text: string) => void;
  /** Returns the reason why the conversation can't be left now; undefined when it can. */
  busy: () => string | undefined;
}

/** Actions for saved sessions; also saves the conversation. */
export function createSessionActions(options: SessionActionsOptions) {
  const { store, change, clock, say, busy } = options;
  const port = options.sessions === 'off' ? undefined : options.sessions;
  const get = store.getState;
  let open: OpenSessions | undefined;
  let reported: string | undefined;

  const reportProblem = (problem: Error | undefined): void => {
    // The journal calls this during a change of the store, so the toast is a separate change after it.
    queueMicrotask(() => {
      if (problem === undefined) {
        if (reported !== undefined) say('saving works again: the conversation is saved');
        reported = undefined;
        change((state) => ({ ...state, saving: 'on' }));
        return;
      }
      change((state) => ({ ...state, saving: 'failing' }));
      if (reported === problem.message) return;
      reported = problem.message;
      addWarning(`this conversation is not being saved. ${problem.message}. You can continue the chat`);
    });
  };
  const addWarning = (words: string): void => change((state) => withNotice(state, 'warning', words));

  const opened = (): OpenSessions | undefined => {
    if (open !== undefined || port === undefined) return open;
    try {
      open = port.open({ onProblem: reportProblem, earlier: () => earlierMessages(get()) });
    } catch (error) {
      reportProblem(error instanceof Error ? error : new Error(messageOf(error)));
      return undefined;
    }
    const { notices } = open.store;
    queueMicrotask(() => {
      reported = undefined;
      change((state) => ({ ...state, saving: 'on' }));
      for (const words of notices) addWarning(words);
    });
    return open;
  };
  const saving: Saving | undefined =
    port && createSaving(store, { now: () => open?.journal, open: () => opened()?.journal });
  if (options.sessions === 'off') store.setState({ saving: 'off' });

  /** Calls `use` with the saved sessions; a toast reports a failure. */
  const withStore = (use: (sessions: OpenSessions['store']) => void): void => {
    const sessions = opened();
    if (sessions === undefined) {
      say(
        port === undefined ? 'saving is off in this chat' : (reported ?? 'the saved sessions cannot be read'),
      );
      return;
    }
    try {
      use(sessions.store);
    } catch (error) {
      say(sanitizeLine(messageOf(error)));
    }
  };

  const following = createFollowing({
    clock,
    change,
    read: (inFile) => open?.store.answer(inFile),
  });
  const resume = (id: string, messageId?: number, keepModel = false): void =>
    withStore((sessions) => {
      const words = busy();
      if (words !== undefined) {
        say(words);
        return;
      }
      // `queue` flushes the journal, so that the current draft is on disk before the session's draft is read.
      if (id === open?.journal.session) open.journal.queue(get().queue.map(({ text }) => text));
      const session = sessions.open(id);
      const next = restored(get(), session, messageId);
      const moves = draftText(next.state.draft) === draftText(get().draft);
      saving?.opening(id, next.ids, moves);
      const { endpoint: before } = get();
      const endpoint = keepModel ? before : next.state.endpoint;
      change(() => ({ ...next.state, endpoint, overlay: { kind: 'none' } }));
      if (endpoint.model !== before.model) say(`model ${endpoint.model}, as in this conversation`);
      const running = session.messages.filter(({ status }) => status === 'streaming');
      following.start(new Map(running.map((message) => [message.id, next.ids.get(message.id) ?? -1])));
    });

  const startNew = (): void => {
    saving?.startingNew();
    following.stop();
    change((state) => ({
      ...state,
      messages: [],
      aside: [],
      name: undefined,
      revising: undefined,
      offer: undefined,
      scroll: { kind: 'follow' },
    }));
  };

  const list = createListActions({
    ...{ get, change, clock, say, busy, withStore, resume, startNew },
    current: () => open?.journal.session,
  });

  return {
    saving,
    startNew,
    /** Opens the file and the conversation to start with. Called after the first frame. */
    begin(): void {
      if (port === undefined || opened() === undefined) return;
      saving?.catchUp();
      withStore((sessions) => {
        const { begin, modelGiven } = port;
        if (begin.kind === 'named') {
          const session = sessions.named(begin.name);
          if (session !== undefined) resume(session.id, undefined, modelGiven);
          else change((state) => ({ ...state, name: sanitizeLine(begin.name) }));
          return;
        }
        if (begin.kind === 'last') {
          const session = sessions.last();
          if (session !== undefined) resume(session.id, undefined, modelGiven);
          else say('there is no saved conversation yet');
          return;
        }
        const unsent = sanitize(sessions.draft(null));
        const files = sessions.files(null).map(harmless);
        if ((unsent !== '' || files.length > 0) && draftText(get().draft) === '') {
          change((state) => ({
            ...withDraft(state, unsent),
            attachments: [...files, ...state.attachments],
          }));
          say('the unsent message from last time is in the editor');
        }
        const left = sessions.leftOver();
        if (left === undefined || get().messages.some(({ role }) => role !== 'notice')) return;
        const { session, interrupted } = left;
        const title = sanitizeLine(session.title);
        change((state) => ({ ...state, offer: { title, interrupted, usedMs: session.usedMs } }));
      });
    },
    /** Opens the last used conversation except for the current one. */
    continueLast: (): void =>
      withStore((sessions) => {
        const current = open?.journal.session;
        const session = sessions.last({ except: current });
        if (session === undefined) say('there is no earlier conversation');
        else resume(session.id);
      }),
    ...list.actions,
    /** Saves everything that is pending and closes the file. */
    endSaving(): void {
      list.end();
      following.stop();
      saving?.dispose();
      open?.close();
    },
  };
}
