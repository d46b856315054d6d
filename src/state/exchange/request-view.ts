import type { Course } from '../../metrics/course.js';
import type { ExchangeMetrics } from '../../metrics/exchange.js';
import type { Outcome } from '../../sdk/chat/chat-types.js';
import type { LimitsView } from './limits-view.js';

/** The latest exchange's figures. */
export type RequestView =
  | { readonly kind: 'none'; readonly limits?: undefined }
  | {
      readonly kind: 'running' | 'done';
      /** How it ended. */
      readonly outcome?: Outcome;
      readonly metrics: ExchangeMetrics;
      /** When its output came; absent before the first. */
      readonly course?: Course | undefined;
      /** What the provider last said of its limits; of an earlier answer until this one's headers. */
      readonly limits?: LimitsView | undefined;
    };

/** The daemon is about to send the running request again. */
export interface RetryNotice {
  readonly attempt: number;
  readonly maxAttempts: number;
  /** Unix time in ms. */
  readonly atMs: number;
  /** The status that the attempt before was answered with; absent when it failed otherwise. */
  readonly statusCode?: number | undefined;
  /** One harmless line. */
  readonly reason: string;
}
