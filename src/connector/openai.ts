import { ConnectorException, ErrorClass } from '../common/errors.js';
import {
  answerRequest,
  type ConfigObject,
  type Endpoint,
  type LoadedConfig,
  loadConfig,
  loadConfigObject,
  modelsRequest,
} from '../config/index.js';
import { iterateEvents } from '../sdk/event-iterator.js';
import { RuntimeClient, type RuntimeClientConfig } from '../sdk/index.js';
import type { Adaptations } from './adaptation.js';
import { identityOf } from './client-certificate.js';
import { runExchange, usable } from './exchange.js';
import { IncompleteAnswerException } from './incomplete-answer.js';
import { listModels } from './models.js';
import type { AnswerEvent, ChatAnswer, ChatMessage, ChatOptions, RequestOptions } from './types.js';

/** What `testConnection` found. */
export interface ConnectionReport {
  endpoint: string;
  /** Where chat completions are sent. */
  url: string;
  statusCode: number;
  durationMs: number;
}

/**
 * Chat completions of an OpenAI-compatible endpoint, through the connector daemon.
 *
 * `connect`, `testConnection`, `listModels`, `streamingChatCompletion` and `chatCompletion` reject with
 * `ConnectorException`; `exchange` and `stream` never fail: their answer carries the outcome. An aborted
 * `signal` rejects with its reason, and is outcome `cancelled` where there is an answer to carry it.
 */
export class OpenAIStreamConnector {
  /** The connection to the daemon. */
  readonly client: RuntimeClient;
  #endpoints: readonly Endpoint[];
  #endpoint: Endpoint;
  #exchanges = 0;
  readonly #adaptations: Adaptations = new Map();

  /**
   * @param source A YAML file's path, an object of the same shape, or a configuration that is already loaded.
   * @param client Settings of the connection beyond the configuration's.
   * @throws {ConnectorException} InvalidRequest when the configuration can't be used.
   */
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

  /** All endpoints: simulator, openai, the profiles, then those that were offered. */
  get endpoints(): readonly Endpoint[] {
    return this.#endpoints;
  }

  /** Adds an endpoint that the configuration does not have. One whose name is taken is left out. */
  offer(endpoint: Endpoint): void {
    if (this.#endpoints.every(({ name }) => name !== endpoint.name))
      this.#endpoints = [...this.#endpoints, endpoint];
  }

  /** The endpoint in use. */
  get endpoint(): Endpoint {
    return this.#endpoint;
  }

  /**
   * Uses another endpoint from the next request on.
   * @throws {ConnectorException} InvalidRequest when there is none of that name.
   */
  use(name: string): Endpoint {
    this.#endpoint = this.#find(name);
    return this.#endpoint;
  }

  /** Connects to the daemon. Requests do so by themselves; this finds out early. */
  connect(options: { signal?: AbortSignal } = {}): Promise<void> {
    return this.client.connect(options);
  }

  /**
   * The ids of the models that the endpoint offers, in its order.
   * @throws {ConnectorException} that says why there is no list: the key, the address, the provider.
   */
  listModels(options: { signal?: AbortSignal } = {}): Promise<string[]> {
    return listModels(this.client, this.#endpoint, options);
  }

  /**
   * Asks the endpoint for its models: proves that daemon, network, address and key work, and costs nothing.
   * An endpoint without that route counts as reachable.
   */
  async testConnection(options: { signal?: AbortSignal } = {}): Promise<ConnectionReport> {
    const endpoint = usable(this.#endpoint);
    const startedMs = performance.now();
    // Without a list of models, a GET to the route for answers tests key and address: the refusal costs nothing.
    const { url, headers } = modelsRequest(endpoint) ?? answerRequest(endpoint);
    const identity = await identityOf(endpoint);
    const request = { method: 'GET', url, headers, timeoutMs: endpoint.timeoutMs, ...identity };
    const response = await this.client.executeHTTP(request, options);
    const { statusCode, requestId } = response;
    if (statusCode === 401 || statusCode === 403) {
      throw new ConnectorException(
        `${endpoint.name} refused the key (${statusCode}): check api_key for ${endpoint.baseUrl}`,
        ErrorClass.Permanent,
        requestId,
        { hop: 'provider', statusCode },
      );
    }
    if (statusCode >= 500) {
      throw new ConnectorException(
        `${endpoint.name} answered ${statusCode}: the provider has trouble, try again later`,
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
   * Sends a conversation and resolves to its answer, whatever became of it: see `outcome`, `error`, `metrics`.
   * Never rejects.
   */
  async exchange(messages: readonly ChatMessage[], options: ChatOptions = {}): Promise<ChatAnswer> {
    this.#exchanges += 1;
    const all = { stream: true, ...options, adaptations: this.#adaptations };
    return runExchange(this.client, this.#asked(options), this.#exchanges, messages, all);
  }

  /**
   * Streams the answer to a message or a conversation as an async iterator: the events of `onEvent`, and
   * last `{ type: 'done', answer }`. Never throws: failures and cancellation are in `answer.outcome`.
   * The request is sent when the loop asks for the first event. A slow loop holds the provider
   * back; one that is left early stops the request there. The endpoint's limit in time covers all of it.
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
          this.#asked(options),
          this.#exchanges,
          conversation(input),
          all,
        ),
      };
    }, options.signal);
  }

  /**
   * Streams the answer to a message or a conversation; resolves to its whole text.
   * @throws {IncompleteAnswerException} when it failed or was cut; `answer.text` has what came.
   */
  async streamingChatCompletion(
    input: string | readonly ChatMessage[],
    options: ChatOptions = {},
  ): Promise<string> {
    return wholeText(await this.exchange(conversation(input), options), options.signal);
  }

  /**
   * Asks for the answer in one piece.
   * @throws {IncompleteAnswerException} when it failed.
   */
  async chatCompletion(input: string | readonly ChatMessage[], options: ChatOptions = {}): Promise<string> {
    this.#exchanges += 1;
    const answer = await runExchange(
      this.client,
      this.#asked(options),
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

  /** The endpoint of one request. One that does not exist is like one that can't be used: the answer tells. */
  #asked({ endpoint: name }: RequestOptions): Endpoint {
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
