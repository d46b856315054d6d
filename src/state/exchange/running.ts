import { messageOf } from '../../common/errors.js';
import type { FinishedExchange } from '../../sessions/exchange-table.js';
import { type AppState, atTime, nextChangeMs, tickMs } from '../app-state.js';
import { inSendingOrder, messagesForSides, onRepeat, onSide } from '../comparing/compare.js';
import type { Side } from '../comparing/comparison.js';
import { optionsOf, systemOf, withSystemPrompt } from '../endpoint/chat-settings.js';
import { historyOf } from '../history.js';
import type { Message } from '../messages.js';
import { withNotice } from '../notices.js';
import type { ChatPort, Clock, EndpointInfo, ScreenPort } from '../ports.js';
import type { AppStore } from '../store.js';
import { afterJump, createJumpWatch } from '../view/clock-jump.js';
import {
  addPortion,
  beginAnswer,
  breakAnswer,
  endAnswer,
  metricsBeforeStart,
  showMetrics,
} from './exchange.js';
import type { ExchangeLog } from './exchange-log.js';
import { createExchangeKeeper } from './finished-exchange.js';
import { CALM_FRAME_MS, createFrames, FRAME_MS } from './frames.js';
import { createIncoming, type Incoming, isSeen, type Portion } from './incoming.js';

/** Runs exchanges and shows their output frame by frame. */
export interface Exchanges {
  readonly running: boolean;
  /** Sends the conversation. */
  ask(): void;
  /** Sends the question to all sides of the comparison. `onEnd` is called after the last answer. */
  askSides(onEnd: () => void): void;
  /** Sends the question to all sides again to measure them. These answers are neither shown nor saved. */
  askSidesAgain(onEnd: () => void): void;
  /** Cancels all running exchanges. */
  stop(): void;
  /** Sets the clock to now and then changes the state. */
  change(transition: (state: AppState) => AppState): void;
  /** Cancels all exchanges; after this the store does not change. */
  dispose(): void;
}

export interface ExchangesOptions {
  store: AppStore;
  chat: ChatPort;
  screen: ScreenPort;
  clock: Clock;
  log: ExchangeLog;
  /** The conversation's answer has ended; `whole` means that it is complete. */
  onEnd: (whole: boolean) => void;
  /** Called just before an exchange ends, with its answer's id and the data to save. */
  onFinished?: (answer: number, exchange: FinishedExchange) => void;
}

type Transition = (state: AppState) => AppState;

interface Running {
  /** The answer's id. */
  readonly id: number;
  readonly startedMs: number;
  readonly controller: AbortController;
  readonly incoming: Incoming;
  /** Applies a transition to the part with the answer: the conversation, or a side of the comparison. */
  readonly at: (state: AppState, transition: Transition) => AppState;
  /** Whether the answer is shown and saved. */
  readonly shown: boolean;
  metricsShownMs: number;
}

interface ExchangeToRun {
  readonly id: number;
  readonly endpoint: EndpointInfo;
  readonly messages: readonly Message[];
  readonly at: Running['at'];
  readonly shown: boolean;
  /** Called after the last change. */
  readonly onEnd: (whole: boolean) => void;
}

export function createExchanges(options: ExchangesOptions): Exchanges {
  const { store, chat, screen, clock, log, onEnd, onFinished = () => {} } = options;
  const running = new Set<Running>();

  const get = store.getState;
  const jump = createJumpWatch(clock);
  const atNow = (state: AppState): AppState => atTime(afterJump(state, jump()), clock.unixMs());
  const change = (transition: Transition): void => {
    store.setState((state) => transition(atNow(state)));
    frames.arm();
  };

  const frames = createFrames(clock, {
    onFrame: () => {
      const arrived = Array.from(running, (exchange) => [exchange, exchange.incoming.drain()] as const);
      store.setState((state) =>
        arrived.reduce(
          (shown, [exchange, portion]) =>
            exchange.at(shown, (inner) => withArrived(inner, exchange, portion)),
          atNow(state),
        ),
      );
      for (const [exchange, portion] of arrived)
        if (exchange.shown && isSeen(portion)) measurePaint(exchange);
    },
    nextMs: () => nextChangeMs(get(), clock.unixMs()),
    frameMs: () => (get().calm ? CALM_FRAME_MS : FRAME_MS),
  });

  /** Adds an exchange's output since the last frame, and updates its figures when a tick has passed. */
  const withArrived = (state: AppState, exchange: Running, portion: Portion): AppState => {
    const nowMs = clock.now();
    const shown = addPortion(state, exchange.id, portion);
    if (!portion.first && nowMs - exchange.metricsShownMs < tickMs(state)) return shown;
    exchange.metricsShownMs = nowMs;
    const { live } = exchange.incoming;
    const metrics = live?.snapshot(nowMs) ?? metricsBeforeStart(nowMs - exchange.startedMs);
    return showMetrics(shown, metrics, exchange.incoming.outputOverTime());
  };

  const measurePaint = (exchange: Running): void => {
    const { live } = exchange.incoming;
    if (live === undefined) return;
    const painted = async (): Promise<void> => {
      await screen.flushed();
      const nowMs = clock.now();
      live.painted(nowMs);
      if (running.has(exchange)) return;
      // A short answer may have ended by now. If it is still the last message, add the paint time to its figures.
      change((state) =>
        exchange.at(state, (inner) =>
          inner.messages.at(-1)?.id === exchange.id ? showMetrics(inner, live.snapshot(nowMs)) : inner,
        ),
      );
    };
    // `flushed` may reject after the screen has closed; then there is nothing to measure.
    painted().catch(() => {});
  };

  const begin = ({ id, endpoint, messages, at, shown, onEnd: ended }: ExchangeToRun): void => {
    const { settings, nowMs } = get();
    const options = optionsOf(settings);
    const sent = withSystemPrompt(settings, historyOf(messages, endpoint));
    const { temperature, maxTokens: max_tokens, body } = options;
    const parameters = { temperature, max_tokens, ...body };
    const recorder = log.begin({ atMs: nowMs, endpoint });
    const keeper = createExchangeKeeper(nowMs, endpoint, { ...parameters, ...systemOf(settings) });
    const exchange: Running = {
      id,
      startedMs: clock.now(),
      controller: new AbortController(),
      incoming: createIncoming(),
      at,
      shown,
      metricsShownMs: Number.NEGATIVE_INFINITY,
    };
    running.add(exchange);
    const end = (transition: Transition, whole: boolean): void => {
      if (!running.delete(exchange)) return;
      const portion = exchange.incoming.drain(true);
      const outputOverTime = exchange.incoming.outputOverTime();
      change((state) =>
        at(state, (inner) => {
          const whole = addPortion(inner, id, portion);
          const { request } = whole;
          return transition(
            request.kind === 'none' ? whole : { ...whole, request: { ...request, outputOverTime } },
          );
        }),
      );
      if (shown && isSeen(portion)) measurePaint(exchange);
      ended(whole);
    };
    chat
      .exchange(sent, {
        ...options,
        endpoint: endpoint.name,
        model: endpoint.model,
        signal: exchange.controller.signal,
        onEvent(event) {
          recorder.take(event);
          keeper.take(event);
          if (event.type === 'adapted') change((state) => withNotice(state, 'info', event.notice));
          if (exchange.incoming.take(event)) frames.requestNow();
          else frames.request();
        },
      })
      .then(
        (answer) => {
          recorder.end(answer);
          if (shown) onFinished(id, keeper.ended(answer));
          end((state) => endAnswer(state, id, answer), answer.outcome === 'complete');
        },
        (error: unknown) => {
          recorder.broke(messageOf(error));
          const figures = metricsBeforeStart(clock.now() - exchange.startedMs);
          if (shown) onFinished(id, keeper.broke(messageOf(error), figures));
          end((state) => breakAnswer(state, id, messageOf(error)), false);
        },
      );
  };

  const askAll = (
    at: (index: number, side: Side) => Running['at'],
    shown: boolean,
    onAllEnded: () => void,
  ): void => {
    const messages = messagesForSides(get());
    const sides = inSendingOrder(get());
    let left = sides.length;
    const ended = (): void => {
      left -= 1;
      if (left === 0) onAllEnded();
    };
    for (const [index, side] of sides) {
      const { answer, endpoint } = side;
      begin({ id: answer.id, endpoint, messages, at: at(index, side), shown, onEnd: ended });
    }
  };

  return {
    get running() {
      return running.size > 0;
    },
    change,
    ask() {
      const { messages } = get();
      change(beginAnswer);
      const { nextMessageId, endpoint } = get();
      const id = nextMessageId - 1;
      begin({ id, endpoint, messages, at: (state, transition) => transition(state), shown: true, onEnd });
    },
    askSides: (ended) => askAll((_index, side) => inSide(side), true, ended),
    askSidesAgain: (ended) => askAll((index) => (state, one) => onRepeat(state, index, one), false, ended),
    stop() {
      for (const { controller } of running) controller.abort();
    },
    dispose() {
      frames.stop();
      for (const { controller } of running) controller.abort();
      running.clear();
    },
  };
}

/** Applies transitions to a side of the comparison. */
function inSide({ answer }: Side): Running['at'] {
  return (state, transition) => onSide(state, answer.id, transition);
}
