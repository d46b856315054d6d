/** Configuration as a program hands it in: the keys of the YAML file. What is left out has its default. */
export interface ConfigObject {
  openai?: {
    api_key?: string | undefined;
    base_url?: string | undefined;
    model?: string | undefined;
    /** Milliseconds, at most one hour; so are the other timeouts. */
    timeout_ms?: number | undefined;
  };
  runtime?: {
    tenant_id?: string | undefined;
    workspace_id?: string | undefined;
    timeout_ms?: number | undefined;
    socket_path?: string | undefined;
  };
  simulator?: {
    /** True starts in simulator mode, false with the real API. */
    enabled?: boolean | undefined;
    base_url?: string | undefined;
    model?: string | undefined;
  };
  chat?: {
    system?: string | undefined;
    temperature?: number | undefined;
    max_tokens?: number | undefined;
  };
  slo?: {
    /** Milliseconds; so is the other. */
    ttft_ms?: number | undefined;
    tpot_ms?: number | undefined;
  };
  sessions?: {
    /** Whether the chat saves its conversations. */
    save?: boolean | undefined;
  };
  theme?: 'auto' | 'dark' | 'light' | 'none' | undefined;
  /** `reduced`: clocks and figures change once a second. */
  motion?: 'full' | 'reduced' | undefined;
  /** For an action's name its keys; `none` takes them away. */
  keys?: Record<string, string | string[]>;
  profiles?: Record<
    string,
    { base_url: string; model: string; api_key?: string | undefined; timeout_ms?: number | undefined }
  >;
}
