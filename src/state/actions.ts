import { messageOf } from '../errors.js';
import { type AppState, atTime, nextChangeMs, type Overlay, type Scroll } from './app-state.js';
import { type EditorEvent, EMPTY_EDITOR, edit } from './editor.js';
import {
  addPortion,
  addQuestion,
  beginAnswer,
  breakAnswer,
  endAnswer,
  metricsBeforeStart,
  showMetrics,
} from './exchange.js';
import { createFrames } from './frames.js';
import { createIncoming, type Incoming, type Portion } from './incoming.js';
import { historyOf, lastAnswer, upToLastQuestion } from './messages.js';
import type { ChatPort, Clock, ConnectionPort, ModePort, ScreenPort } from './ports.js';
import { searchFor, searchOn } from './search.js';
import type { AppStore } from './store.js';

export interface ActionPorts {
  connection: ConnectionPort;
  chat: ChatPort;
  modes: ModePort;
  screen: ScreenPort;
  clock: Clock;
}

/** All a user can do. What can't be done now says why in a toast. */
export type Actions = ReturnType<typeof createActions>;

const TOAST_MS = 4000;
const QUIT_WINDOW_MS = 2000;
/** Figures change ten times a second: more can't be read, and costs. */
const METRICS_MS = 100;
const BUSY = 'an answer is running: esc stops it';

interface Running {
  id: number;
  startedMs: number;
  controller: AbortController;
  incoming: Incoming;
}

/** The only place of effects: everything that reads a clock, asks a port or changes the store. */
export function createActions(store: AppStore, ports: ActionPorts) {
  const { connection, chat, modes, screen, clock } = ports;
  let running: Running | undefined;
  let metricsShownMs = Number.NEGATIVE_INFINITY;

  const get = store.getState;
  const change = (transition: (state: AppState) => AppState): void => {
    store.setState((state) => transition(atTime(state, clock.unixMs())));
    frames.arm();
  };

  const frames = createFrames(clock, {
    onFrame: () => {
      const portion = running?.incoming.drain();
      store.setState((state) => withArrived(atTime(state, clock.unixMs()), portion));
      if (running !== undefined && portion?.first === true) tellWhenPainted(running);
    },
    nextMs: () => nextChangeMs(get(), clock.unixMs()),
  });

  /** With what the running exchange has brought since the last frame, and its figures when it is time. */
  const withArrived = (state: AppState, portion: Portion | undefined): AppState => {
    if (running === undefined || portion === undefined) return state;
    const nowMs = clock.now();
    const shown = addPortion(state, running.id, portion);
    if (!portion.first && nowMs - metricsShownMs < METRICS_MS) return shown;
    metricsShownMs = nowMs;
    const { live } = running.incoming;
    return showMetrics(shown, live?.snapshot(nowMs) ?? metricsBeforeStart(nowMs - running.startedMs));
  };

  const tellWhenPainted = ({ id, incoming: { live } }: Running): void => {
    if (live === undefined) return;
    const painted = async (): Promise<void> => {
      await screen.flushed();
      const nowMs = clock.now();
      live.painted(nowMs);
      // A short answer may be over by now: its figures get this one too.
      if (running === undefined && get().nextMessageId === id + 1) {
        change((state) => showMetrics(state, live.snapshot(nowMs)));
      }
    };
    // A screen that is gone has nothing to tell.
    painted().catch(() => {});
  };

  const say = (text: string): void =>
    change((state) => ({ ...state, toast: { text, untilMs: state.nowMs + TOAST_MS } }));

  const ask = (): void => {
    const messages = historyOf(get().messages);
    change(beginAnswer);
    const id = get().nextMessageId - 1;
    const exchange = {
      id,
      startedMs: clock.now(),
      controller: new AbortController(),
      incoming: createIncoming(),
    };
    running = exchange;
    metricsShownMs = Number.NEGATIVE_INFINITY;
    const end = (transition: (state: AppState) => AppState): void => {
      if (running !== exchange) return;
      const portion = exchange.incoming.drain(true);
      running = undefined;
      change((state) => transition(addPortion(state, id, portion)));
      if (portion.first) tellWhenPainted(exchange);
    };
    chat
      .exchange(messages, {
        signal: exchange.controller.signal,
        onEvent(event) {
          if (exchange.incoming.take(event)) frames.requestNow();
          else frames.request();
        },
      })
      .then(
        (answer) => end((state) => endAnswer(state, id, answer)),
        (error: unknown) => end((state) => breakAnswer(state, id, messageOf(error))),
      );
  };

  const unsubscribe = connection.subscribe(() => {
    const before = get().connection;
    const now = connection.state;
    change((state) => ({ ...state, connection: now }));
    if (before.status === 'connected' && now.status === 'waiting')
      say('connection to the daemon lost: trying again');
    if (before.status === 'waiting' && now.status === 'connected') say('connected again');
  });

  /** An action; what it returns is said. */
  const act =
    <A extends unknown[]>(run: (...args: A) => string | undefined) =>
    (...args: A): void => {
      const words = run(...args);
      if (words !== undefined) say(words);
    };

  return {
    say,
    edit(event: EditorEvent): void {
      change((state) => ({ ...state, draft: edit(state.draft, event), quitArmedUntilMs: undefined }));
    },
    send: act(() => {
      const { draft } = get();
      const text = draft.text.trimEnd();
      if (text.trim() === '') return 'nothing to send yet: type a message first';
      if (running !== undefined) return `${BUSY}; your draft is kept`;
      change((state) => addQuestion({ ...state, draft: edit({ ...draft, text }, { type: 'clear' }) }, text));
      ask();
      return undefined;
    }),
    stop: act(() => {
      running?.controller.abort();
      return running === undefined ? 'no answer is running' : undefined;
    }),
    regenerate: act(() => {
      if (running !== undefined) return BUSY;
      const messages = upToLastQuestion(get().messages);
      if (messages === undefined) return 'nothing to ask again: send a message first';
      change((state) => ({ ...state, messages }));
      ask();
      return undefined;
    }),
    newConversation: act(() => {
      if (running !== undefined) return BUSY;
      if (get().messages.length === 0) return 'this conversation is new already';
      change((state) => ({ ...state, messages: [], scroll: { kind: 'follow' } }));
      return undefined;
    }),
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
    reconnect: act(() => {
      if (running !== undefined) return BUSY;
      connection.reconnect();
      return undefined;
    }),
    copyAnswer: act(() => {
      const answer = lastAnswer(get().messages);
      if (answer === undefined) return 'there is no answer to copy yet';
      screen.copy(answer.text);
      return `copied the last answer: ${answer.text.length} characters`;
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
        quitArmedUntilMs: state.nowMs + QUIT_WINDOW_MS,
      }));
    },
    /** Empties the draft without a trace, after a command in it was carried out. */
    dropDraft(): void {
      change((state) => ({ ...state, draft: { ...EMPTY_EDITOR, history: state.draft.history } }));
    },
    quit: (): void => screen.exit(),
    scrollTo: (scroll: Scroll): void => change((state) => ({ ...state, scroll })),
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
      unsubscribe();
      frames.stop();
      running?.controller.abort();
      running = undefined;
    },
  };
}
