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

/** Removes descriptions from the price table, which are more than half of its size. */
export const smallPriceData: Plugin = {
  name: 'small-price-data',
  setup({ onLoad }) {
    onLoad({ filter: /genai-prices[\\/]dist[\\/]index\.js$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8');
      const begin = source.indexOf('[');
      const end = source.indexOf('\n]') + 2;
      const providers: unknown = new Function(`return ${source.slice(begin, end)}`)();
      if (!source.startsWith('const ') || !Array.isArray(providers) || providers.length < 10) {
        throw new Error(`${path} does not begin with the list of providers`);
      }
      const used = JSON.stringify(providers, (key, value) => (UNUSED.has(key) ? undefined : value));
      return { contents: `${source.slice(0, begin)}${used}${source.slice(end)}` };
    });
  },
};
