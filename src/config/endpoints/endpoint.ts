import type { WireFormat } from '../../common/chat/wire-formats.js';
import type { Secret } from '../secret.js';
import type { ProviderName } from './providers.js';

/** An address with its key, model and settings. */
export interface Endpoint {
  /** `simulator`, `openai`, or the profile's name. */
  name: string;
  /** `found`: a server on this machine that no configuration names. */
  kind: 'simulator' | 'openai' | 'profile' | 'found';
  /** The address below which the API's routes are; see `answerRequest`. */
  baseUrl: string;
  model: string;
  apiKey?: Secret;
  /** Longest time until the response's headers, in ms. */
  timeoutMs: number;
  /** Longest silence after the headers, in ms; 0 = no limit. */
  idleMs: number;
  /** Longest time for the whole answer, in ms [no limit]. */
  answerMs?: number;
  access: Access;
  /** Why the endpoint can't be used now, and what to do; always set when `blocked` is. */
  problem?: string;
  /** Set when the endpoint would send an environment variable to an address that the user has not trusted. */
  blocked?: { reason: string; howToAllow: string };
}

/** The access to an endpoint: its configuration, completed by its provider's preset. */
export interface Access {
  provider?: ProviderName;
  /** The exact address of the route for answers, without its query. */
  url?: string;
  api: WireFormat;
  /** `bearer`, `api-key`, `x-api-key`, `basic`, `none`, or the name of the header with the key. */
  auth: string;
  /** Headers by name in lower case. They override the program's own. */
  headers: ReadonlyMap<string, Secret>;
  query: ReadonlyMap<string, Secret>;
  /** A merge patch (RFC 7396) for the request's body. */
  body: Readonly<Record<string, unknown>>;
  /** False: answers come in one piece. */
  stream: boolean;
  /**
   * True: when the provider refuses a member that the program may change, the request is sent again in another form.
   */
  adapt: boolean;
  /** Whether `<think>…</think>` at the beginning of an answer's text is reasoning. */
  thinkingTags: boolean;
  /** The server's metrics page, in Prometheus' format. */
  metricsUrl?: string;
  /** PEM files for a server that demands a client certificate; without `key` it is in the same file. */
  clientFiles?: { cert: string; key?: string };
  /** Further values, besides the key, that no message, log or file may contain. */
  secrets: readonly Secret[];
}
