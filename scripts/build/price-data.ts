import { readFileSync } from 'node:fs';
import type { Plugin } from 'esbuild';

/** Members of the price table that are not used to compute prices. */
const UNUSED = new Set([
  'name',
  'description',
  'pricing_urls',
  'price_comments',
  'context_window',
  'extractors',
]);

interface PricedProvider {
  models: { id: string; match?: { equals?: string } }[];
}

/** Restores the omitted `match` of each model. */
const RESTORED =
  '.map((provider) => (provider.models.forEach((model) => (model.match ??= { equals: model.id })), provider))';

/**
 * Makes the price table less than half as large: removes descriptions, and the `match` of each model whose name must be
 * its id.
 */
export const smallPriceData: Plugin = {
  name: 'small-price-data',
  setup({ onLoad }) {
    onLoad({ filter: /genai-prices[\\/]dist[\\/]index\.js$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8');
      const begin = source.indexOf('[');
      const end = source.indexOf('\n]') + 2;
      const providers = new Function(`return ${source.slice(begin, end)}`)() as PricedProvider[];
      if (!source.startsWith('const ') || !Array.isArray(providers) || providers.length < 10) {
        throw new Error(`${path} does not begin with the list of providers`);
      }
      for (const model of providers.flatMap(({ models }) => models)) {
        if (model.match === undefined) throw new Error(`${path} has a model without a match: ${model.id}`);
        if (model.match.equals === model.id) delete model.match;
      }
      const used = JSON.stringify(providers, (key, value) => (UNUSED.has(key) ? undefined : value));
      return { contents: `${source.slice(0, begin)}${used}${RESTORED}${source.slice(end)}` };
    });
  },
};
