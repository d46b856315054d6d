import type { HttpStreamer } from '../../../connector/types.js';
import type { Composition } from '../../composition/compose.js';
import { loadPrices, mayHavePrice } from '../../composition/prices.js';
import { limitOptions } from '../../support/flags/limit-flags.js';
import type { BenchFlags } from '../flags/flags.js';
import type { TestPrompts } from '../prompts/prompts.js';
import type { Target } from '../send.js';

/** Turns off the daemon's retries, circuit and limits. */
const NO_POLICY = { maxAttempts: 1, circuit: false, ceilings: false } as const;

/**
 * Creates a thread's target for requests to the endpoint in use.
 * @param streamer must be connected, so that the first request does not include connecting to a daemon
 * @param onNotice called with a remark on the endpoint for the user
 */
export async function openTarget(
  { connector, loaded, telemetry }: Composition,
  flags: BenchFlags,
  testPrompts: TestPrompts,
  streamer: HttpStreamer,
  onNotice: (text: string) => void,
): Promise<Target> {
  const { endpoint } = connector;
  await loadPrices(endpoint.baseUrl);
  return {
    telemetry: await telemetry?.load(),
    through: flags.through,
    streamer,
    endpoint,
    ...testPrompts,
    history: flags.history,
    adaptations: new Map(),
    prices: loaded.config.prices,
    priced: mayHavePrice(endpoint.baseUrl, loaded.config.prices),
    onNotice,
    options: {
      model: flags.model ?? endpoint.model,
      ...(flags.maxTokens !== undefined && { maxTokens: flags.maxTokens }),
      ...limitOptions(flags),
      ...(flags.policies !== true && { policy: NO_POLICY }),
    },
  };
}
