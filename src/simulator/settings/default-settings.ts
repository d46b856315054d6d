import { PROFILES } from './profiles.js';
import type { Settings } from './settings.js';

/** What holds where neither a flag, the model's name nor a header says otherwise. */
export const DEFAULT_SETTINGS: Settings = {
  ...PROFILES.typical.profile,
  reasoningTokens: 0,
  reasoning: 'streamed',
  habits: 'none',
  faultRate: 0,
  // The failures that good providers have on bad days.
  faults: new Map([
    ['429', 4],
    ['500', 1],
    ['503', 2],
    ['reset', 1],
    ['cut', 1],
  ]),
  prefill: 0,
  slowdown: 0,
  fault: undefined,
  content: 'answer',
  responsesBy: 'prompt',
  text: 'This is a fixed answer.',
  tokens: undefined,
  tools: 'auto',
  compat: 'openai',
  maxConcurrent: 100_000,
  seed: undefined,
};
