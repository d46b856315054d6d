import type { ChatMessage } from '../connector/types.js';
import { messageOf } from '../errors.js';
import { type AppState, atTime, nextChangeMs } from './app-state.js';
import { optionsOf, withSystemPrompt } from './chat-settings.js';
import {
  addPortion,
  beginAnswer,
  breakAnswer,
  endAnswer,
  metricsBeforeStart,
  showMetrics,
} from './exchange.js';
import type { ExchangeLog } from './exchange-log.js';
import { createFrames } from './frames.js';
import { createIncoming, type Incoming, type Portion } from './incoming.js';
import { historyOf } from './messages.js';
import type { ChatPort, Clock, ScreenPort } from './ports.js';
import type { AppStore } from './store.js';

/** The exchange that runs, and the frames in which it comes to the screen. */
export interface Exchanges {
  readonly running: boolean;
  /** Asks with the conversation as it is. */
  ask(): void;
  /** Stops what runs; it ends as cancelled. */
  stop(): void;
  /** Changes the state at this moment. */
  change(transition: (state: AppState) => AppState): void;
  /** Ends what runs; the store does not change any more. */
  dispose(): void;
}

export interface ExchangesOptions {
  store: AppStore;
  chat: ChatPort;
  screen: ScreenPort;
  clock: Clock;
  log: ExchangeLog;
  /** An answer has ended; `whole`: it neither failed nor was stopped. */
  onEnd: (whole: boolean) => void;
}

/** Figures change ten times a second: more can't be read, and costs. */
const METRICS_MS = 100;

interface Running {
  id: number;
  startedMs: number;
  controller: AbortController;
  incoming: Incoming;
}

export function createExchanges({ store, chat, screen, clock, log, onEnd }: ExchangesOptions): Exchanges {
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

  const record = (messages: readonly ChatMessage[]) => {
    const { endpoint, settings, nowMs } = get();
    const { temperature, maxTokens: max_tokens, body } = optionsOf(settings);
    return log.begin({
      atMs: nowMs,
      endpoint,
      body: { model: endpoint.model, temperature, max_tokens, ...body, messages },
    });
  };

  return {
    get running() {
      return running !== undefined;
    },
    change,
    ask() {
      const { settings } = get();
      const messages = withSystemPrompt(settings, historyOf(get().messages));
      change(beginAnswer);
      const id = get().nextMessageId - 1;
      const exchange: Running = {
        id,
        startedMs: clock.now(),
        controller: new AbortController(),
        incoming: createIncoming(),
      };
      running = exchange;
      metricsShownMs = Number.NEGATIVE_INFINITY;
      const recorder = record(messages);
      const end = (transition: (state: AppState) => AppState, whole: boolean): void => {
        if (running !== exchange) return;
        const portion = exchange.incoming.drain(true);
        running = undefined;
        change((state) => transition(addPortion(state, id, portion)));
        if (portion.first) tellWhenPainted(exchange);
        onEnd(whole);
      };
      chat
        .exchange(messages, {
          ...optionsOf(settings),
          model: get().endpoint.model,
          signal: exchange.controller.signal,
          onEvent(event) {
            recorder.take(event);
            if (exchange.incoming.take(event)) frames.requestNow();
            else frames.request();
          },
        })
        .then(
          (answer) => {
            recorder.end(answer);
            end((state) => endAnswer(state, id, answer), answer.outcome === 'complete');
          },
          (error: unknown) => {
            recorder.broke(messageOf(error));
            end((state) => breakAnswer(state, id, messageOf(error)), false);
          },
        );
    },
    stop() {
      running?.controller.abort();
    },
    dispose() {
      frames.stop();
      running?.controller.abort();
      running = undefined;
    },
  };
}
