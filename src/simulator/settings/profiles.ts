import type { Distribution } from '../timing/distribution.js';
import type { Settings } from './settings.js';

/** What a profile settles. */
export type Profile = Pick<Settings, 'ttft' | 'gap'> & Partial<Settings>;

/** Deviations of the logarithm that real providers come near to on an ordinary day. */
export const TTFT_SIGMA = 0.1;
export const GAP_SIGMA = 0.25;

const AT_ONCE: Distribution = { kind: 'constant', ms: 0 };

/** Varies a little from token to token; `tokensPerSecond` on average. */
export function gapAt(tokensPerSecond: number): Distribution {
  return { kind: 'log-normal', meanMs: 1000 / tokensPerSecond, sigma: GAP_SIGMA };
}

function profile(ttftMs: number, tokensPerSecond: number, more: Partial<Profile> = {}): Profile {
  return {
    ttft: { kind: 'log-normal', meanMs: ttftMs, sigma: TTFT_SIGMA },
    gap: gapAt(tokensPerSecond),
    ...more,
  };
}

export const PROFILES = {
  instant: { about: 'everything at once', profile: profile(0, 1, { ttft: AT_ONCE, gap: AT_ONCE }) },
  fast: { about: 'first token after 80 ms, 200 tokens a second', profile: profile(80, 200) },
  typical: { about: 'first token after 300 ms, 80 tokens a second', profile: profile(300, 80) },
  slow: { about: 'first token after 2.5 s, 12 tokens a second', profile: profile(2500, 12) },
  reasoning: {
    about: 'thinks for 200 tokens (reasoning_content), then answers; 100 tokens a second',
    profile: profile(600, 100, { reasoningTokens: 200 }),
  },
  'rate-limited': {
    about: 'every second request is refused with 429, Retry-After: 2',
    profile: profile(300, 80, { faultRate: 0.5, faults: new Map([['429', 1]]) }),
  },
} as const;
