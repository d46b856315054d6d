import { LoadExchange, type LoadShared, type Resolve } from './load-exchange.js';
import type { LoadAnswer, LoadRequest, LoadTarget } from './load-types.js';
import type { ChatMessage } from './messages.js';
import { contextOf, prepared } from './prepared.js';
import { requestBody, settingsOf, translated } from './request-body.js';

/** Interval at which running requests' time limits are checked, in ms. */
const CHECK_MS = 100;

/**
 * Runs the exchanges of a load test, for thousands of requests a second. A plain 2xx response is read here, with as few
 * objects, promises and timers as possible. `runExchange` reads any other response. Both use the same answer
 * parser and timeline.
 */
export class LoadExchanges {
  readonly #target: LoadTarget;
  /**
   * An array instead of a set: a set keeps many of its removed objects in memory until the next full garbage
   * collection.
   */
  readonly #running: LoadExchange[] = [];
  /** Request bodies by their messages, because a test sends the same prompts many times. */
  readonly #bodies = new WeakMap<readonly ChatMessage[], Buffer>();
  readonly #timer: NodeJS.Timeout;
  readonly #shared: LoadShared;
  readonly #together: number;
  /** Requests that are sent together. */
  #waiting: { request: LoadRequest; resolve: Resolve }[] = [];

  /**
   * @param together most requests that are sent together, once the answers that have arrived are read. Each write to a
   *   server that waits costs as much as reading an answer, because it wakes the server; further writes are cheap.
   */
  constructor(target: LoadTarget, together = 1) {
    this.#together = together;
    const { endpoint, options } = target;
    const model = options.model ?? endpoint.model;
    const request = prepared(endpoint, model);
    this.#target = target;
    this.#shared = {
      target,
      model,
      request,
      idleMs: options.idleMs ?? endpoint.idleMs,
      timeoutMs: options.timeoutMs ?? endpoint.timeoutMs,
      answerMs: options.answerMs ?? endpoint.answerMs,
      policy: { scope: model, repeatable: true, ...options.policy },
      context: contextOf(endpoint, request, settingsOf(endpoint, options)),
      done: (exchange) => this.#remove(exchange),
    };
    this.#timer = setInterval(() => {
      const nowMs = performance.now();
      // After a pause of this process, Node would run timers before it reads sockets. Read the waiting bytes first.
      setImmediate(() => {
        for (const exchange of this.#running.slice()) exchange.check(nowMs);
      });
    }, CHECK_MS).unref();
  }

  /** Never rejects. */
  ask(request: LoadRequest): Promise<LoadAnswer> {
    return new Promise((resolve) => {
      if (this.#together === 1) {
        this.#begin(request, resolve);
        return;
      }
      const count = this.#waiting.push({ request, resolve });
      if (count === 1) setImmediate(this.#beginWaiting);
      if (count === this.#together) this.#beginWaiting();
    });
  }

  readonly #beginWaiting = (): void => {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { request, resolve } of waiting) this.#begin(request, resolve);
  };

  #begin(request: LoadRequest, resolve: Resolve): void {
    const body = this.#bodyOf(request);
    const exchange = new LoadExchange(this.#shared, request, resolve, this.#running.length);
    this.#running.push(exchange);
    exchange.run(body);
  }

  /** Ends all running exchanges with outcome `cancelled`. */
  abort(): void {
    this.#beginWaiting();
    for (const exchange of this.#running.slice()) exchange.abort();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** Moves the last exchange to the place of the one that ended. */
  #remove(ended: LoadExchange): void {
    const last = this.#running.pop();
    if (last === undefined || last === ended) return;
    last.place = ended.place;
    this.#running[last.place] = last;
  }

  #bodyOf(request: LoadRequest): Buffer | undefined {
    const { endpoint, options, adaptations } = this.#target;
    // Only `runExchange` adapts refused bodies and adds client certificates.
    if (adaptations.size > 0 || endpoint.access.clientFiles !== undefined) return undefined;
    const { messages, maxTokens, body } = request;
    const known = this.#bodies.get(messages);
    if (known !== undefined) return known;
    const all = {
      ...(maxTokens !== undefined && { maxTokens }),
      ...(body !== undefined && { body }),
      ...options,
      stream: endpoint.access.stream,
    };
    const completion = requestBody(endpoint, this.#shared.model, messages, all);
    const bytes = Buffer.from(JSON.stringify(translated(endpoint, completion)));
    this.#bodies.set(messages, bytes);
    return bytes;
  }
}
