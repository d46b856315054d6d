import type { Outcome } from '../../common/chat/outcomes.js';
import type { ExchangeMetrics } from '../../metrics/exchange.js';
import type { OutputOverTime } from '../../metrics/output-over-time.js';
import type { LimitsView } from './limits-view.js';

/** The latest exchange's figures. */
export type RequestView =
  | { readonly kind: 'none'; readonly limits?: undefined }
  | {
      readonly kind: 'running' | 'done';
      /** The outcome of the request. */
      readonly outcome?: Outcome;
      readonly metrics: ExchangeMetrics;
      /** When the output arrived; absent before the first. */
      readonly outputOverTime?: OutputOverTime | undefined;
      /** The latest rate limits. Until this response's headers come, they are those of an earlier response. */
      readonly limits?: LimitsView | undefined;
    };

/** The retry that the daemon has announced for the running request. */
export interface RetryNotice {
  readonly attempt: number;
  readonly maxAttempts: number;
  /** Unix time in ms. */
  readonly atMs: number;
  /** The status code of the failed attempt; absent when it failed without a response. */
  readonly statusCode?: number | undefined;
  /** One sanitized line. */
  readonly reason: string;
}
