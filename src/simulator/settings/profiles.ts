import type { Distribution } from '../timing/distribution.js';
import type { Settings } from './settings.js';

/** The settings that a profile contains. */
export type Profile = Pick<Settings, 'ttft' | 'gap'> & Partial<Settings>;

/** Standard deviations of the logarithm of times, close to those of real providers on an ordinary day. */
export const TTFT_SIGMA = 0.1;
export const GAP_SIGMA = 0.25;

const AT_ONCE: Distribution = { kind: 'constant', ms: 0 };

/** Returns a distribution that varies a little, with `tokensPerSecond` on average. */
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
  openrouter: {
    about: "OpenRouter's habits: processing comments until the first token, provider and cost",
    profile: profile(900, 70, { habits: 'openrouter' }),
  },
  azure: {
    about: "Azure OpenAI's habits: a first event without choices, content filter results, its headers",
    profile: profile(350, 60, { habits: 'azure' }),
  },
  deepseek: {
    about: "DeepSeek's habits: keep-alive comments while it queues, reasoning, cache figures",
    profile: profile(2500, 40, { habits: 'deepseek', reasoningTokens: 60 }),
  },
  'o-series': {
    about: 'hidden reasoning: 200 tokens are counted and take their time, but are not sent',
    profile: profile(400, 100, { reasoning: 'hidden', reasoningTokens: 200 }),
  },
  groq: {
    about: "Groq's habits: very fast, with queue, prompt and completion times in x_groq",
    profile: profile(120, 400, { habits: 'groq' }),
  },
  'llama-cpp': {
    about: "llama.cpp's habits: `timings` in the last event",
    profile: profile(700, 25, { habits: 'llama-cpp' }),
  },
  'rate-limited': {
    about: 'a random half of the requests is refused with 429, Retry-After: 2',
    profile: profile(300, 80, { faultRate: 0.5, faults: new Map([['429', 1]]) }),
  },
} as const;
