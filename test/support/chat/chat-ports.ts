import type { ChatMessage } from '../../../src/connector/messages.js';
import type { ChatAnswer, ChatOptions, ExchangeEvent, LiveMetrics } from '../../../src/connector/types.js';
import type { ExchangeMetrics } from '../../../src/metrics/exchange.js';
import { NO_SPEED } from '../../../src/metrics/speed.js';
import type { ConnectionState } from '../../../src/sdk/types.js';
import type { ChatPort, ConnectionPort, EndpointInfo, ModeInfo, ModePort } from '../../../src/state/ports.js';

/** A connection whose state the test sets. */
export interface MemoryConnection extends ConnectionPort {
  become(state: ConnectionState): void;
  readonly reconnects: number;
  /** The number of health requests. */
  readonly healthChecks: number;
  readonly listeners: number;
}

export const CONNECTED: ConnectionState = {
  status: 'connected',
  sinceMs: 0,
  daemon: {
    kind: 'vastar-tui',
    rttMs: 0.2,
    health: {
      type: 3,
      healthy: true,
      message: '',
      activeRequests: 0,
      availableCredits: 262_144,
      version: '0.1.0',
      capabilities: [],
      uptimeMs: 185_000,
      streamsOpen: 0,
      limits: [],
      origins: [
        {
          origin: 'http://localhost:4545',
          poolOpen: 8,
          poolBusy: 1,
          poolQueued: 0,
          circuit: 'closed',
          circuitRetryAtMs: 0,
          retryBudget: 10,
          tenants: [],
        },
      ],
    },
  },
};

export function createMemoryConnection(initial: ConnectionState = CONNECTED): MemoryConnection {
  let state = initial;
  let reconnects = 0;
  let healthChecks = 0;
  const listeners = new Set<() => void>();
  return {
    get state() {
      return state;
    },
    get reconnects() {
      return reconnects;
    },
    get healthChecks() {
      return healthChecks;
    },
    get listeners() {
      return listeners.size;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    reconnect() {
      reconnects += 1;
    },
    async health() {
      healthChecks += 1;
    },
    become(next) {
      state = next;
      for (const listener of listeners) listener();
    },
  };
}

export const SIMULATOR: EndpointInfo = {
  name: 'simulator',
  url: 'http://localhost:4545/v1/chat/completions',
  model: 'gpt-3.5-turbo',
};
export const OPENAI: EndpointInfo = {
  name: 'openai',
  url: 'https://api.openai.com/v1/chat/completions',
  model: 'gpt-4o-mini',
};

/** @param unusable why the endpoint of that name can't be used */
export function createMemoryModes(
  all: readonly ModeInfo[] = [SIMULATOR, OPENAI],
  unusable: Record<string, string> = {},
): ModePort {
  let current = all[0] ?? SIMULATOR;
  return {
    get current() {
      return current;
    },
    all,
    select(name) {
      const problem = unusable[name];
      if (problem !== undefined) return { ok: false, problem };
      const found = all.find((endpoint) => endpoint.name === name);
      if (found === undefined) return { ok: false, problem: `there is no mode "${name}"` };
      current = found;
      return { ok: true, endpoint: found };
    },
  };
}

export function metricsOf(values: Partial<ExchangeMetrics> = {}): ExchangeMetrics {
  return {
    phase: 'done',
    elapsedMs: 2100,
    outputTokens: 0,
    tokensEstimated: false,
    speed: NO_SPEED,
    chunks: 0,
    arrivals: 0,
    bytes: 0,
    attempts: 1,
    buffered: false,
    hops: {},
    ...values,
  };
}

export function answerOf(values: Partial<ChatAnswer> = {}): ChatAnswer {
  return {
    outcome: 'complete',
    text: '',
    reasoning: '',
    refusal: '',
    toolCalls: [],
    finishReason: 'stop',
    malformedEvents: 0,
    exchange: 1,
    metrics: metricsOf(),
    ...values,
  };
}

/** The event of a request with this body. */
export function requestOf(body: Record<string, unknown>): Extract<ExchangeEvent, { type: 'request' }> {
  const headers = { 'content-type': 'application/json', authorization: 'Bearer [hidden]' };
  const { url } = SIMULATOR;
  const api = 'chat-completions';
  return { type: 'request', tMs: 0, method: 'POST', api, url, headers, body: JSON.stringify(body) };
}

/** An exchange that the test controls. */
export interface MemoryExchange {
  readonly messages: readonly ChatMessage[];
  readonly options: ChatOptions;
  readonly signal: AbortSignal | undefined;
  /** The times of the calls of `painted`, on the test's clock. */
  readonly paintedMs: readonly number[];
  metrics: ExchangeMetrics;
  emit(event: ExchangeEvent): void;
  /** The start event, with live figures taken from `metrics`. */
  start(): void;
  text(text: string): void;
  end(answer?: Partial<ChatAnswer>): Promise<void>;
  break(error: Error): Promise<void>;
}

export interface MemoryChat extends ChatPort {
  readonly exchanges: readonly MemoryExchange[];
  /** Returns the latest exchange; fails without one. */
  readonly latest: MemoryExchange;
}

/** A chat whose answers the test supplies, event by event. An exchange whose signal aborts ends as cancelled. */
export function createMemoryChat(): MemoryChat {
  const exchanges: MemoryExchange[] = [];
  return {
    exchanges,
    get latest() {
      const last = exchanges.at(-1);
      if (last === undefined) throw new Error('nothing was asked');
      return last;
    },
    exchange(messages: ChatMessage[], options: ChatOptions) {
      const { promise, resolve, reject } = Promise.withResolvers<ChatAnswer>();
      const paintedMs: number[] = [];
      const live: LiveMetrics = {
        snapshot: () => exchange.metrics,
        painted: (nowMs) => paintedMs.push(nowMs),
      };
      const exchange: MemoryExchange = {
        messages,
        options,
        signal: options.signal,
        paintedMs,
        metrics: metricsOf({ phase: 'waiting', elapsedMs: 0, attempts: 0 }),
        emit: (event) => options.onEvent?.(event),
        start() {
          const { url, model } = SIMULATOR;
          exchange.emit({ type: 'start', exchange: exchanges.length, url, model: 'm', live });
          exchange.emit(requestOf({ model, messages }));
        },
        text: (text) => exchange.emit({ type: 'text', text, tMs: 0 }),
        async end(answer = {}) {
          exchange.metrics = answer.metrics ?? { ...exchange.metrics, phase: 'done' };
          resolve(answerOf({ ...answer, metrics: exchange.metrics }));
          await promise;
        },
        async break(error) {
          reject(error);
          await promise.catch(() => {});
        },
      };
      options.signal?.addEventListener(
        'abort',
        () => void exchange.end({ outcome: 'cancelled', finishReason: null }),
      );
      exchanges.push(exchange);
      return promise;
    },
  };
}
