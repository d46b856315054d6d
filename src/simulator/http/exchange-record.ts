/** A request and its result, without contents and keys. Times are in milliseconds. */
export interface ExchangeRecord {
  /** When the request arrived, in milliseconds since 1970. */
  startedAtMs: number;
  /** The value of the header `x-request-id`. */
  requestId: string;
  method: string;
  path: string;
  /** Set for a valid request for a chat completion. */
  model?: string;
  /** The simulated fault. */
  fault?: string;
  /** Set if headers were sent. */
  status?: number;
  /** Output tokens sent. */
  tokens: number;
  /** Time to the first token, if one was sent. */
  firstTokenMs?: number;
  durationMs: number;
  /** The longest delay between a token's due time and its sending. */
  latestMs: number;
  /** False when the client or the simulator closed the connection before the end. */
  completed: boolean;
}
