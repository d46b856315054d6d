/** One request and what became of it. Holds no content and no key. Times are in milliseconds. */
export interface ExchangeRecord {
  /** When it came, in milliseconds since 1970. */
  startedAtMs: number;
  /** As in the header `x-request-id`. */
  requestId: string;
  method: string;
  path: string;
  /** Set for a chat completion that was understood. */
  model?: string;
  /** What went wrong on purpose. */
  fault?: string;
  /** Set when headers were sent. */
  status?: number;
  /** Output tokens sent. */
  tokens: number;
  /** To the first token sent, where there was one. */
  firstTokenMs?: number;
  durationMs: number;
  /** The longest that a token was sent after it was due. */
  latestMs: number;
  /** False when the client hung up, or the simulator closed, before the end. */
  completed: boolean;
}
