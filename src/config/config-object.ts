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
  profiles?: Record<
    string,
    { base_url: string; model: string; api_key?: string | undefined; timeout_ms?: number | undefined }
  >;
}
