import { PROFILES } from './profiles.js';
import type { Settings } from './settings.js';

/** The settings unless a flag, the model's name or a header changes them. */
export const DEFAULT_SETTINGS: Settings = {
  ...PROFILES.typical.profile,
  reasoningTokens: 0,
  reasoning: 'streamed',
  habits: 'none',
  faultRate: 0,
  // Faults that overloaded providers have, with their weights.
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
