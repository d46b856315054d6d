import { messageOf } from '../errors.js';
import type { Overlay, Scroll } from './app-state.js';
import { createBranchActions } from './branch-actions.js';
import { endBeforeMessage, endWith } from './branches.js';
import {
  type ChatSettings,
  type SettingChange,
  setParameter,
  setSystem,
  setTemperature,
} from './chat-settings.js';
import { chooseFirst, createComparing } from './comparing/comparing.js';
import { draftText, type EditorEvent, EMPTY_EDITOR, edit, selectionOf } from './editor/editor.js';
import { addQuestion } from './exchange/exchange.js';
import { createExchangeLog } from './exchange/exchange-log.js';
import { createExchanges } from './exchange/running.js';
import { lastAnswer, lastQuestion } from './messages.js';
import { focusNextPane, togglePanes } from './panes.js';
import { modeItems, pick } from './picker.js';
import type { ChatPort, Clock, ConnectionPort, ModePort, ScreenPort, SessionsPort } from './ports.js';
import { searchFor, searchOn } from './search.js';
import { createSessionActions } from './sessions/session-actions.js';
import type { AppStore } from './store.js';
import { count } from './text/count.js';
import { sanitize, sanitizeLine } from './text/sanitize.js';

export interface ActionPorts {
  connection: ConnectionPort;
  chat: ChatPort;
  modes: ModePort;
  screen: ScreenPort;
  clock: Clock;
  /** The models that the endpoint in use offers. */
  models?: (() => Promise<readonly string[]>) | undefined;
  /** Lets the user change a text in a program of their own, which has the terminal meanwhile. */
  editText?: ((text: string) => Promise<string>) | undefined;
  /** Where conversations are saved; `off`: nowhere. */
  sessions?: SessionsPort | 'off' | undefined;
}

/** All a user can do. What can't be done now says why in a toast. */
export type Actions = ReturnType<typeof createActions>;

const TOAST_MS = 4000;
const QUIT_WINDOW_MS = 2000;

/** The only place of effects: everything that reads a clock, asks a port or changes the store. */
export function createActions(store: AppStore, ports: ActionPorts) {
  const { connection, chat, modes, screen, clock } = ports;
  const get = store.getState;
  const log = createExchangeLog();
  const exchanges = createExchanges({
    store,
    chat,
    screen,
    clock,
    log,
    onEnd: (whole) => answered(whole),
    onFinished: (answer, exchange) => {
      saving?.finished(answer, exchange);
      askHealth();
    },
  });
  const { change } = exchanges;
  const comparing = createComparing(store, modes, exchanges);
  let disposed = false;

  /** What is shown of the daemon is from before the answer ended. */
  const askHealth = (): void => {
    const { state } = connection;
    if (disposed || state.status !== 'connected' || state.daemon?.kind !== 'vastar-tui') return;
    // Why it has none shows in the connection's state.
    connection.health().catch(() => {});
  };

  // Whatever is said may quote a file, a server or the user.
  const say = (text: string): void =>
    change((state) => ({ ...state, toast: { text: onOneLine(text), untilMs: state.nowMs + TOAST_MS } }));
  const { saving, startNew, endSaving, ...sessionActions } = createSessionActions({
    store,
    change,
    clock,
    say,
    sessions: ports.sessions,
    busy: () => busy(),
  });
  const setDraft = (text: string): void =>
    change((state) => ({ ...state, draft: edit(state.draft, { type: 'set', text }) }));

  const ask = (text: string): void => {
    // Saved when this returns: only then it is sent.
    change((state) => addQuestion(state, text));
    exchanges.ask();
  };

  /** What is queued goes out after an answer that is whole; else it comes back, to be looked at again. */
  const answered = (whole: boolean): void => {
    const [next, ...queue] = get().queue;
    if (next === undefined) return;
    if (whole) {
      change((state) => ({ ...state, queue, toast: undefined }));
      ask(next);
    } else {
      takeBack();
      say('what was queued is in the draft again: the answer before it is not whole');
    }
  };

  const running = (): string => `an answer is running: ${get().keys.stop} stops it`;

  /** Why nothing may be asked or changed now; undefined when it may. */
  const busy = (): string | undefined => {
    if (get().comparison !== undefined) return chooseFirst(get().keys);
    return exchanges.running ? running() : undefined;
  };

  const takeBack = (): void => {
    const { queue, draft } = get();
    const text = [...queue, draftText(draft)].filter((part) => part !== '').join('\n\n');
    change((state) => ({ ...state, queue: [] }));
    setDraft(text);
  };

  const branches = createBranchActions({ get, change, busy });

  let lost = false;
  const unsubscribe = connection.subscribe(() => {
    const earlier = get().connection;
    const now = connection.state;
    change((state) => ({ ...state, connection: now }));
    // Back to connected it goes by way of waiting and connecting, as often as it takes.
    if (now.status === 'connected' && lost) say('connected again');
    if (now.status === 'connected') lost = false;
    if (earlier.status === 'connected' && now.status === 'waiting') {
      lost = true;
      say('connection to the daemon lost: trying again');
    }
  });

  /** An action; what it returns is said. */
  const act =
    <A extends unknown[]>(run: (...args: A) => string | undefined) =>
    (...args: A): void => {
      const words = run(...args);
      if (words !== undefined) say(words);
    };

  /** An action that takes its time; what it comes to, or why it failed, is said. */
  const actLater = (run: () => Promise<string | undefined>) => (): void => {
    run().then(
      (words) => {
        if (words !== undefined && !disposed) say(words);
      },
      (error: unknown) => {
        if (!disposed) say(messageOf(error));
      },
    );
  };

  const setting = (set: (settings: ChatSettings, argument?: string) => SettingChange) =>
    act((argument?: string) => {
      const result = set(get().settings, argument);
      if (result.ok) change((state) => ({ ...state, settings: result.settings }));
      return result.said;
    });

  return {
    ...sessionActions,
    say,
    log,
    edit(event: EditorEvent): void {
      change((state) => ({ ...state, draft: edit(state.draft, event), quitArmedUntilMs: undefined }));
    },
    /** An edit that says so when it has nothing to do. */
    tryEdit: act((event: EditorEvent, otherwise: string) => {
      const { draft } = get();
      const next = edit(draft, event);
      if (next.text === draft.text) return otherwise;
      change((state) => ({ ...state, draft: next, quitArmedUntilMs: undefined }));
      return undefined;
    }),
    /** Asks; while an answer runs, after it. */
    send: act(() => {
      const { draft, revising } = get();
      const text = draftText(draft).trimEnd();
      if (text.trim() === '') return 'nothing to send yet: type a message first';
      if (get().comparison !== undefined) return chooseFirst(get().keys);
      if (exchanges.running && revising !== undefined) return running();
      const sent = edit({ ...draft, text: draft.text.trimEnd() }, { type: 'clear' });
      if (exchanges.running) {
        change((state) => ({ ...state, draft: sent, queue: [...state.queue, text] }));
        return `queued: it is sent when the answer ends; ${get().keys.stop} takes it back`;
      }
      change((state) => ({
        ...state,
        draft: sent,
        revising: undefined,
        ...(revising !== undefined && endBeforeMessage(state, revising)),
      }));
      ask(text);
      return undefined;
    }),
    /** Takes back what is queued, else leaves the change of an earlier message, else stops the answer. */
    stop: act(() => {
      if (get().comparison !== undefined) return comparing.leave();
      if (get().queue.length > 0) {
        takeBack();
        return `taken back; ${get().keys.stop} again stops the answer`;
      }
      if (get().revising !== undefined) {
        change((state) => ({ ...state, revising: undefined }));
        setDraft('');
        return 'the message stays as it was';
      }
      if (!exchanges.running) return 'no answer is running';
      // What was said of the queue, or of stopping, is past.
      change((state) => ({ ...state, toast: undefined }));
      exchanges.stop();
      return undefined;
    }),
    takeBack,
    regenerate: act(() => {
      const reason = busy();
      if (reason !== undefined) return reason;
      const question = lastQuestion(get().messages);
      if (question === undefined) return 'nothing to ask again: send a message first';
      change((state) => ({ ...state, ...endWith(state, question.id) }));
      exchanges.ask();
      return undefined;
    }),
    switchBranch: act(branches.move),
    pickBranch: act(branches.choose),
    branchFrom: act(branches.from),
    /** Brings the last question into the draft; sending it sets aside what it was and its answer. */
    reviseLast: act(() => {
      const reason = busy();
      if (reason !== undefined) return reason;
      const question = lastQuestion(get().messages);
      if (question === undefined) return 'nothing to edit: send a message first';
      setDraft(question.text);
      change((state) => ({ ...state, revising: question.id }));
      return undefined;
    }),
    newConversation: act(() => {
      const reason = busy();
      if (reason !== undefined) return reason;
      if (get().messages.length === 0) return 'this conversation is new already';
      startNew();
      return undefined;
    }),
    nameConversation: act((name?: string) => {
      if (name === undefined) return 'usage: /name WORDS';
      change((state) => ({ ...state, name: sanitizeLine(name) }));
      return undefined;
    }),
    setSystem: setting(setSystem),
    setTemperature: setting(setTemperature),
    setParameter: setting(setParameter),
    /** The mode of that name; without one, the next that can be used. */
    switchMode: act((name?: string) => {
      const names = modes.all.map((endpoint) => endpoint.name);
      const from = names.indexOf(modes.current.name);
      const others = [...names.slice(from + 1), ...names.slice(0, Math.max(0, from))];
      const problems: string[] = [];
      for (const candidate of name === undefined ? others : [name]) {
        const selected = modes.select(candidate);
        if (selected.ok) {
          const { endpoint } = selected;
          change((state) => ({ ...state, endpoint }));
          return [`mode ${endpoint.name}: ${endpoint.model}`, ...problems].join('; ');
        }
        problems.push(selected.problem);
      }
      return problems.join('; ') || 'there is no other mode: profiles in config.yaml add some';
    }),
    chooseModel: act((model: string) => {
      change((state) => ({ ...state, endpoint: { ...state.endpoint, model } }));
      return `model: ${sanitizeLine(model)}, from the next request on`;
    }),
    pickMode(): void {
      change((state) => ({ ...state, overlay: pick('mode', modeItems(modes.all)) }));
    },
    pickModel: actLater(async () => {
      if (ports.models === undefined) return 'models cannot be listed here: /model NAME uses one';
      const { endpoint } = get();
      say(`asking ${endpoint.name} for its models`);
      const models = await ports.models();
      if (disposed || get().endpoint.name !== endpoint.name) return undefined;
      if (models.length === 0) return `${endpoint.name} lists no models: /model NAME uses one`;
      const items = models.map((id) => ({ id, label: id }));
      change((state) => ({ ...state, toast: undefined, overlay: pick('model', items) }));
      return undefined;
    }),
    pickFromHistory: act(() => {
      const { history } = get().draft;
      if (history.length === 0) return 'nothing was sent yet';
      const items = history
        .map((text, index) => ({ id: String(index), label: sanitizeLine(text.slice(0, 200)) }))
        .reverse();
      change((state) => ({ ...state, overlay: pick('history', items) }));
      return undefined;
    }),
    recall: act((index: number) => {
      const text = get().draft.history[index];
      if (text === undefined) return 'that message is gone';
      setDraft(text);
      return undefined;
    }),
    compare: act(comparing.begin),
    markSide: act(comparing.mark),
    scrollSide: comparing.scroll,
    chooseSide: act(comparing.choose),
    inspect: act(() => {
      if (log.all().length === 0) return 'no exchange yet: send a message first';
      change((state) => ({ ...state, overlay: { kind: 'inspector', index: 0, open: false, offset: 0 } }));
      return undefined;
    }),
    editOutside: actLater(async () => {
      const { editText } = ports;
      if (editText === undefined) return 'there is no external editor here';
      const text = draftText(get().draft);
      let edited = text;
      await screen.leave(async () => {
        edited = await editText(text);
      });
      const clean = sanitize(edited).replace(/\n$/, '');
      if (!disposed && clean !== text) setDraft(clean);
      return undefined;
    }),
    reconnect: act(() => {
      if (exchanges.running) return running();
      connection.reconnect();
      return undefined;
    }),
    /** What is selected in the draft; else the last answer, as it was written. */
    copy: act(() => {
      const { draft } = get();
      const selected = selectionOf(draft);
      if (selected !== undefined) {
        const text = draftText({ ...draft, text: draft.text.slice(selected.start, selected.end) });
        screen.copy(text);
        return `copied what is selected: ${count(text.length)} characters`;
      }
      const answer = lastAnswer(get().messages);
      if (answer === undefined) return 'there is no answer to copy yet';
      screen.copy(answer.text);
      return `copied the last answer: ${count(answer.text.length)} characters`;
    }),
    /** Clears the draft; asked for again within two seconds, quits. */
    clearOrQuit(): void {
      const { draft, quitArmedUntilMs } = get();
      if (quitArmedUntilMs !== undefined && clock.unixMs() < quitArmedUntilMs) {
        screen.exit();
        return;
      }
      change((state) => ({
        ...state,
        draft: edit(draft, { type: 'clear' }),
        revising: undefined,
        quitArmedUntilMs: state.nowMs + QUIT_WINDOW_MS,
      }));
    },
    /** Empties the draft without a trace, after a command in it was carried out. */
    dropDraft(): void {
      change((state) => ({ ...state, draft: { ...EMPTY_EDITOR, history: state.draft.history } }));
    },
    quit: (): void => screen.exit(),
    scrollTo: (scroll: Scroll): void => change((state) => ({ ...state, scroll })),
    togglePanes: (haveRoom: boolean): void => change((state) => togglePanes(state, haveRoom)),
    focusNextPane: (haveRoom: boolean): void => change((state) => focusNextPane(state, haveRoom)),
    /** Scrolls the pane that is looked at; without `offset`, looks at none any more. */
    scrollPane: (offset?: number): void =>
      change(({ panes: { shown, focus }, ...state }) => ({
        ...state,
        panes:
          offset === undefined || focus === undefined ? { shown } : { shown, focus: { ...focus, offset } },
      })),
    show: (overlay: Overlay): void => change((state) => ({ ...state, overlay })),
    openSearch: (): void =>
      change((state) => ({ ...state, search: searchFor(state.messages, state.search, '') })),
    searchFor: (query: string): void =>
      change((state) => ({ ...state, search: searchFor(state.messages, state.search, query) })),
    searchNext: (): void =>
      change((state) => ({ ...state, search: searchOn(state.messages, state.search, 1) })),
    searchPrevious: (): void =>
      change((state) => ({ ...state, search: searchOn(state.messages, state.search, -1) })),
    closeSearch: (): void => change((state) => ({ ...state, search: { kind: 'closed' } })),
    /** Shows reasoning in full, or one line of it. */
    toggleReasoning: (): void => change((state) => ({ ...state, reasoningShown: !state.reasoningShown })),
    suspend: (): void => screen.suspend(),
    redraw: (): void => screen.redraw(),
    /** Ends what runs; the store does not change any more. */
    dispose(): void {
      disposed = true;
      unsubscribe();
      exchanges.dispose();
      endSaving();
    },
  };
}

/** Harmless, and without line breaks; spaces stay as they are. */
function onOneLine(text: string): string {
  return sanitize(text).replace(/\s*[\n\t]\s*/g, ' ');
}
