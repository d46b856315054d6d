import type { Endpoint } from '../../config/endpoints/endpoint.js';
import type { ChatAnswer } from '../../connector/types.js';
import { billedTokens, type Cost, costBy, type TokenPrices } from '../../metrics/cost.js';

/** The release date of the bundled price table, @pydantic/genai-prices. */
export const PRICE_TABLE = { version: '0.1.8', date: '2026-09-23' };

type Answer = Pick<ChatAnswer, 'usage' | 'model'> & { metrics: object };

/** The configured prices by the model's name. */
export type OwnPrices = ReadonlyMap<string, TokenPrices>;

/**
 * Resolves to the answer with its cost in `metrics`, if the provider counted its tokens and the model's price is known.
 * The price comes from the configuration, else from the price table by the endpoint's address. The table is loaded when
 * first needed.
 */
export async function withCost<T extends Answer>(
  answer: T,
  endpoint: Pick<Endpoint, 'baseUrl' | 'model'>,
  own: OwnPrices,
  askedModel = endpoint.model,
): Promise<T> {
  const cost = await costOf(answer, endpoint.baseUrl, askedModel, own);
  return cost === undefined ? answer : { ...answer, metrics: { ...answer.metrics, cost } };
}

async function costOf(
  { usage, model }: Answer,
  url: string,
  askedModel: string,
  own: OwnPrices,
): Promise<Cost | undefined> {
  if (usage === undefined) return undefined;
  const tokens = billedTokens(usage);
  const names = model === undefined ? [askedModel] : [askedModel, model];
  for (const name of names) {
    const prices = own.get(name);
    if (prices !== undefined) return { usd: costBy(prices, tokens), asOf: 'config' };
  }
  if (isLocal(url)) return undefined;
  const { calcPrice } = await import('@pydantic/genai-prices');
  for (const name of names) {
    try {
      const price = calcPrice(
        {
          input_tokens: tokens.input,
          cache_read_tokens: tokens.cached,
          cache_write_tokens: tokens.cacheWrite,
          output_tokens: tokens.output,
        },
        name,
        // The table has only Together's former host.
        { providerApiUrl: url.replace('//api.together.ai/', '//api.together.xyz/') },
      );
      if (price !== null && Number.isFinite(price.total_price))
        return { usd: price.total_price, asOf: PRICE_TABLE.date };
    } catch {
      // The table lacks a price for one kind of this answer's tokens, so no cost is shown.
      return undefined;
    }
  }
  return undefined;
}

/** Whether answers from that address can have a price. If not, no price is looked up. */
export function mayHavePrice(url: string, own: OwnPrices): boolean {
  return own.size > 0 || !isLocal(url);
}

/** Loads the price table early if the address may need it, so that loading does not delay a measurement. */
export async function loadPrices(url: string): Promise<void> {
  if (!isLocal(url)) await import('@pydantic/genai-prices');
}

/** A server on this machine or in a private network has no list price. */
function isLocal(url: string): boolean {
  if (!URL.canParse(url)) return true;
  const { hostname } = new URL(url);
  return /^(localhost|.*\.(local|localhost|internal|lan)|127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|\[)/.test(
    hostname,
  );
}
