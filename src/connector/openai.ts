import { ConnectorException, ErrorClass } from '../common/errors.js';
import type { Endpoint } from '../config/endpoints/endpoint.js';
import { answerRequest, modelsRequest } from '../config/endpoints/endpoint-request.js';
import { loadConfig, loadConfigObject } from '../config/load.js';
import type { LoadedConfig } from '../config/resolve.js';
import type { ConfigObject } from '../config/sources/config-object.js';
import { iterateEvents } from '../sdk/event-iterator.js';
import { RuntimeClient, type RuntimeClientConfig } from '../sdk/index.js';
import type { Adaptations } from './adaptation.js';
import { identityOf } from './client-certificate.js';
import { runExchange } from './exchange.js';
import { usable } from './exchange-errors.js';
import { IncompleteAnswerException } from './incomplete-answer.js';
import type { ChatMessage } from './messages.js';
import { listModels } from './models.js';
import type { AnswerEvent, ChatAnswer, ChatOptions, RequestOptions } from './types.js';

/** The result of `testConnection`. */
export interface ConnectionReport {
  endpoint: string;
  /** The address for chat completions. */
  url: string;
  statusCode: number;
  durationMs: number;
}

/**
 * Sends chat completions to an OpenAI-compatible endpoint through the connector daemon.
 *
 * `connect`, `testConnection`, `listModels`, `streamingChatCompletion` and `chatCompletion` reject with
 * `ConnectorException`, or with the signal's reason when `signal` aborts. `exchange` and `stream` never fail: their
 * answer has the outcome, `cancelled` when `signal` aborts.
 */
export class OpenAIStreamConnector {
  /** The connection to the daemon. */
  readonly client: RuntimeClient;
  #endpoints: readonly Endpoint[];
  #endpoint: Endpoint;
  #exchanges = 0;
  readonly #adaptations: Adaptations = new Map();

  /**
   * @param source A YAML file's path, or an object of the same shape.
   * @param client Settings of the connection to the daemon. They override the configuration's.
   * @throws {ConnectorException} InvalidRequest when the configuration is invalid.
   */
  constructor(source: string | ConfigObject, client?: RuntimeClientConfig);
  /** @internal The programs load the configuration themselves, with flags and variables. */
  constructor(source: LoadedConfig, client?: RuntimeClientConfig);
  constructor(source: string | ConfigObject | LoadedConfig, client: RuntimeClientConfig = {}) {
    const loaded = load(source);
    const { runtime } = loaded.config;
    this.#endpoints = loaded.endpoints;
    this.#endpoint = this.#find(loaded.mode);
    this.client = new RuntimeClient({
      tenantId: runtime.tenantId,
      workspaceId: runtime.workspaceId,
      timeoutMs: runtime.timeoutMs,
      ...(runtime.socketPath !== undefined && { socketPath: runtime.socketPath }),
      ...client,
    });
  }

  /** All endpoints: simulator, openai, the profiles, then those added with `offer`. */
  get endpoints(): readonly Endpoint[] {
    return this.#endpoints;
  }

  /** Adds an endpoint to those of the configuration. Does nothing when an endpoint of this name exists. */
  offer(endpoint: Endpoint): void {
    if (this.#endpoints.every(({ name }) => name !== endpoint.name))
      this.#endpoints = [...this.#endpoints, endpoint];
  }

  /** The endpoint in use. */
  get endpoint(): Endpoint {
    return this.#endpoint;
  }

  /**
   * Switches to another endpoint, from the next request on.
   * @throws {ConnectorException} InvalidRequest when no endpoint has that name.
   */
  use(name: string): Endpoint {
    this.#endpoint = this.#find(name);
    return this.#endpoint;
  }

  /** Connects to the daemon. Optional: each request connects when needed. Call it to detect failures early. */
  connect(options: { signal?: AbortSignal } = {}): Promise<void> {
    return this.client.connect(options);
  }

  /**
   * Returns the ids of the models that the endpoint offers, in the endpoint's order.
   * @throws {ConnectorException} with the reason when there is no list: key, address or provider.
   */
  listModels(options: { signal?: AbortSignal } = {}): Promise<string[]> {
    return listModels(this.client, this.#endpoint, options);
  }

  /**
   * Requests the endpoint's list of models, which costs nothing, to test daemon, network, address and key. An endpoint
   * without that route counts as reachable.
   */
  async testConnection(options: { signal?: AbortSignal } = {}): Promise<ConnectionReport> {
    const endpoint = usable(this.#endpoint);
    const startedMs = performance.now();
    // Without a list of models, a GET to the answers' route tests key and address. Its refusal costs nothing.
    const { url, headers } = modelsRequest(endpoint) ?? answerRequest(endpoint);
    const identity = await identityOf(endpoint);
    const request = { method: 'GET', url, headers, timeoutMs: endpoint.timeoutMs, ...identity };
    const response = await this.client.executeHTTP(request, options);
    const { statusCode, requestId } = response;
    if (statusCode === 401 || statusCode === 403) {
      throw new ConnectorException(
        `check api_key for ${endpoint.baseUrl}: ${endpoint.name} refused the key (${statusCode})`,
        ErrorClass.Permanent,
        requestId,
        { hop: 'provider', statusCode },
      );
    }
    if (statusCode >= 500) {
      throw new ConnectorException(
        `try again later: ${endpoint.name} answered ${statusCode}`,
        ErrorClass.Transient,
        requestId,
        { hop: 'provider', statusCode },
      );
    }
    return {
      endpoint: endpoint.name,
      url: answerRequest(endpoint).shownUrl,
      statusCode,
      durationMs: performance.now() - startedMs,
    };
  }

  /**
   * Sends a conversation and resolves to its answer, also after a failure: see `outcome`, `error`, `metrics`.
   * Never rejects.
   */
  async exchange(messages: readonly ChatMessage[], options: ChatOptions = {}): Promise<ChatAnswer> {
    this.#exchanges += 1;
    const all = { stream: true, ...options, adaptations: this.#adaptations };
    return runExchange(this.client, this.#endpointOf(options), this.#exchanges, messages, all);
  }

  /**
   * Streams the answer to a message or a conversation as an async iterator: the events of `onEvent`, and last `{ type:
   * 'done', answer }`. Never throws: failures and cancellation are in `answer.outcome`. The request is sent when the
   * loop requests the first event. A slow loop slows the provider by backpressure; leaving the loop cancels the
   * request. The endpoint's time limit covers the whole loop.
   */
  stream(
    input: string | readonly ChatMessage[],
    options: RequestOptions = {},
  ): AsyncGenerator<AnswerEvent, void, undefined> {
    return iterateEvents<AnswerEvent>(async ({ give, drained, signal }) => {
      this.#exchanges += 1;
      const adaptations = this.#adaptations;
      const all = { stream: true, ...options, signal, drained, adaptations, onEvent: give };
      return {
        type: 'done',
        answer: await runExchange(
          this.client,
          this.#endpointOf(options),
          this.#exchanges,
          conversation(input),
          all,
        ),
      };
    }, options.signal);
  }

  /**
   * Streams the answer to a message or a conversation; resolves to its whole text.
   * @throws {IncompleteAnswerException} when the answer failed or was cut; `answer.text` has the text so far.
   */
  async streamingChatCompletion(
    input: string | readonly ChatMessage[],
    options: ChatOptions = {},
  ): Promise<string> {
    return wholeText(await this.exchange(conversation(input), options), options.signal);
  }

  /**
   * Requests the answer in one piece and resolves to its text.
   * @throws {IncompleteAnswerException} when the answer failed.
   */
  async chatCompletion(input: string | readonly ChatMessage[], options: ChatOptions = {}): Promise<string> {
    this.#exchanges += 1;
    const answer = await runExchange(
      this.client,
      this.#endpointOf(options),
      this.#exchanges,
      conversation(input),
      {
        stream: false,
        ...options,
        adaptations: this.#adaptations,
      },
    );
    return wholeText(answer, options.signal);
  }

  close(): Promise<void> {
    return this.client.close();
  }

  /** Returns the endpoint of one request. An unknown name becomes an endpoint with a `problem`, so the answer fails. */
  #endpointOf({ endpoint: name }: RequestOptions): Endpoint {
    if (name === undefined) return this.#endpoint;
    const found = this.endpoints.find((endpoint) => endpoint.name === name);
    return found ?? { ...this.#endpoint, name, problem: this.#unknown(name) };
  }

  #find(name: string): Endpoint {
    const found = this.endpoints.find((endpoint) => endpoint.name === name);
    if (found !== undefined) return found;
    throw new ConnectorException(this.#unknown(name), ErrorClass.InvalidRequest);
  }

  #unknown(name: string): string {
    const names = this.endpoints.map((endpoint) => endpoint.name).join(', ');
    return `there is no endpoint "${name}": use one of ${names}`;
  }
}

function load(source: string | ConfigObject | LoadedConfig): LoadedConfig {
  if (typeof source === 'string') {
    return loadConfig({ cwd: process.cwd(), env: process.env, configPath: source });
  }
  return isLoaded(source) ? source : loadConfigObject(source, { env: process.env });
}

function isLoaded(source: ConfigObject | LoadedConfig): source is LoadedConfig {
  return 'endpoints' in source;
}

function conversation(input: string | readonly ChatMessage[]): readonly ChatMessage[] {
  return typeof input === 'string' ? [{ role: 'user', content: input }] : input;
}

function wholeText(answer: ChatAnswer, signal: AbortSignal | undefined): string {
  if (answer.outcome === 'complete' || answer.outcome === 'empty') return answer.text;
  if (answer.outcome === 'cancelled') signal?.throwIfAborted();
  throw new IncompleteAnswerException(answer);
}
