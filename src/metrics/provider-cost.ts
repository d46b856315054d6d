import { type JsonRecord, recordOf } from '../common/json.js';

/** The cost of a request as the provider reports it. */
export interface ReportedCost {
  usd: number;
  /** The header or JSON member that holds the cost. */
  source: string;
}

/** LiteLLM's header. It is 0 when the cost is not known yet, as in streams. */
export const COST_HEADER = 'x-litellm-response-cost';
/** xAI counts in ten-billionths of a dollar. */
const TICK_USD = 1e-10;

/** Reads the cost from a response's headers, or from an event: OpenRouter, Perplexity, DeepInfra and xAI. */
export function costIn(members: JsonRecord): ReportedCost | undefined {
  const usage = recordOf(members.usage);
  const found: (readonly [source: string, value: unknown, unit?: number])[] = [
    [COST_HEADER, members[COST_HEADER]],
    ['usage.cost', usage.cost],
    ['usage.cost.total_cost', recordOf(usage.cost).total_cost],
    ['usage.estimated_cost', usage.estimated_cost],
    ['usage.cost_in_usd_ticks', usage.cost_in_usd_ticks, TICK_USD],
  ];
  for (const [source, value, unit = 1] of found) {
    const usd = typeof value === 'number' || typeof value === 'string' ? Number(value) * unit : 0;
    if (usd > 0 && Number.isFinite(usd)) return { usd, source };
  }
  return undefined;
}
