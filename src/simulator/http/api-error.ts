/** The `error` member of an error response, as OpenAI's API reference describes it. */
export interface ApiErrorBody {
  message: string;
  type: string;
  /** The wrong member of the request, e.g. `messages[0].role`. */
  param: string | null;
  code: string | null;
}

/** Thrown for a request that gets an HTTP error as its response. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly body: { error: ApiErrorBody };
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    error: Partial<ApiErrorBody> & { message: string },
    headers: Record<string, string> = {},
  ) {
    super(error.message);
    this.status = status;
    this.body = {
      error: {
        message: error.message,
        type: error.type ?? (status >= 500 ? 'server_error' : 'invalid_request_error'),
        param: error.param ?? null,
        code: error.code ?? null,
      },
    };
    this.headers = headers;
  }
}
