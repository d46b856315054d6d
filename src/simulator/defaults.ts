export const DEFAULT_HOST = '127.0.0.1';
export const DEFAULT_PORT = 4545;
export const DEFAULT_TTFT_MS = 300;
export const DEFAULT_TOKENS_PER_SECOND = 80;

/** What people may ask for; the values past these are mistakes more often than wishes. */
export const LIMITS = {
  ttftMs: { min: 0, max: 600_000 },
  tokensPerSecond: { min: 0.1, max: 100_000 },
} as const;
