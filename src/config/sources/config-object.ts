import type { WireFormat } from '../../common/chat/wire-formats.js';
import type { LocalServer, ProviderName } from '../endpoints/providers.js';

/** The settings for the access to an endpoint, besides its address and key. */
export interface AccessObject {
  /** The preset whose address, authentication and other defaults are used. */
  provider?: ProviderName | undefined;
  /** The exact address for answers, instead of `base_url`. */
  url?: string | undefined;
  api?: WireFormat | undefined;
  /** `bearer`, `api-key`, `x-api-key`, `basic` (the key is `user:password`), `none`, or a header's name. */
  auth?: string | undefined;
  headers?: Record<string, string> | undefined;
  query?: Record<string, string> | undefined;
  /** A merge patch for the request's body: null removes a member. */
  body?: Record<string, unknown> | undefined;
  /** False: answers come in one piece. */
  stream?: boolean | undefined;
  /** False: a refused request is never sent again in another form [true]. */
  adapt?: boolean | undefined;
  /** `off`: `<think>…</think>` at the beginning of a text is text [`auto`]. */
  thinking_tags?: 'auto' | 'off' | undefined;
  /** The server's metrics page, in Prometheus' format. */
  metrics_url?: string | undefined;
  /** PEM files for a server that demands a client certificate. Without `client_key` the key is in the same file. */
  client_cert?: string | undefined;
  client_key?: string | undefined;
}

/** A configuration object of a program, with the keys of the YAML file. A missing key has its default. */
export interface ConfigObject {
  openai?: AccessObject & {
    api_key?: string | undefined;
    base_url?: string | undefined;
    model?: string | undefined;
    /** Milliseconds, at most one hour, like all other timeouts. */
    timeout_ms?: number | undefined;
    /** 0 = never. */
    idle_ms?: number | undefined;
    answer_ms?: number | undefined;
  };
  runtime?: {
    tenant_id?: string | undefined;
    workspace_id?: string | undefined;
    timeout_ms?: number | undefined;
    socket_path?: string | undefined;
  };
  simulator?: Pick<
    AccessObject,
    'headers' | 'body' | 'stream' | 'adapt' | 'thinking_tags' | 'metrics_url'
  > & {
    /** True starts in simulator mode, false with the real API. */
    enabled?: boolean | undefined;
    base_url?: string | undefined;
    model?: string | undefined;
    timeout_ms?: number | undefined;
    /** 0 = never. */
    idle_ms?: number | undefined;
    answer_ms?: number | undefined;
  };
  chat?: {
    system?: string | undefined;
    temperature?: number | undefined;
    max_tokens?: number | undefined;
  };
  slo?: {
    /** Milliseconds, like `tpot_ms`. */
    ttft_ms?: number | undefined;
    tpot_ms?: number | undefined;
  };
  sessions?: {
    /** Whether the chat saves its conversations. */
    save?: boolean | undefined;
  };
  theme?: 'auto' | 'dark' | 'light' | 'none' | undefined;
  /** Whether the chat searches for model servers on this machine, or the names and ports of those to search for. */
  discover?: boolean | Partial<Record<LocalServer, number>> | undefined;
  /** `reduced`: clocks and figures change once a second, an answer's text grows twice a second. */
  motion?: 'full' | 'reduced' | undefined;
  /** The mouse scrolls, clicks and selects in the chat [true]. */
  mouse?: boolean | undefined;
  /** The keys of each action, by the action's name; `none` unbinds the action. */
  keys?: Record<string, string | string[]>;
  /** Prices in US dollars for a million tokens, by the model's name. */
  prices?: Record<
    string,
    {
      input: number;
      output: number;
      cached?: number | undefined;
      cache_write?: number | undefined;
      reasoning?: number | undefined;
    }
  >;
  profiles?: Record<
    string,
    /** One of `base_url`, `url` and `provider` must determine its address. */
    AccessObject & {
      base_url?: string | undefined;
      model: string;
      api_key?: string | undefined;
      timeout_ms?: number | undefined;
      /** 0 = never. */
      idle_ms?: number | undefined;
      answer_ms?: number | undefined;
    }
  >;
}
