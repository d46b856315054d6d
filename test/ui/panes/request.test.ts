import { expect, test } from 'vitest';
import type { ExchangeMetrics } from '../../../src/metrics/exchange.js';
import { requestLines } from '../../../src/ui/panes/request.js';
import { metricsOf } from '../../support/chat-ports.js';

/** The text of the pane's lines after an answer with these figures. */
function paneOf(metrics: Partial<ExchangeMetrics>): string {
  const request = {
    kind: 'done',
    outcome: 'complete',
    samples: [],
    metrics: metricsOf({ phase: 'done', chunks: 40, arrivals: 40, outputTokens: 40, ...metrics }),
  } as const;
  return requestLines(request, 30, 40)
    .map((line) => line.map((part) => (typeof part === 'string' ? part : part[1])).join(''))
    .join('\n');
}

test('the pane shows in how many arrivals the chunks came, where these are fewer', () => {
  expect(paneOf({ arrivals: 3 })).toContain('chunks 40 in 3');
  expect(paneOf({})).not.toContain(' in ');
});

test('the pane shows hidden, cached and cache-write tokens, where there are any', () => {
  const pane = paneOf({ hiddenTokens: 1000, cachedTokens: 8, cacheWriteTokens: 7 });
  expect(pane).toMatch(/hidden tokens +1,?000/);
  expect(pane).toMatch(/cached tokens +8/);
  expect(pane).toMatch(/cache write +7/);
  expect(paneOf({ cachedTokens: 0 })).not.toMatch(/hidden|cache/);
});

test.each([
  ['burst', 'burst'],
  ['too_few_arrivals', 'too few'],
  ['hidden', 'hidden'],
] as const)('a speed that is withheld as %s is shown as "%s"', (reason, word) => {
  expect(paneOf({ speed: { kind: 'withheld', reason } })).toMatch(new RegExp(`speed +${word}`));
});

test('time spent in failed attempts is a place of its own in the waterfall', () => {
  const pane = paneOf({ hops: { retries: 900, queue: 1, wait: 90, first_token: 9 } });
  expect(pane).toMatch(/retries .* 900/);
  expect(pane).toContain('failed attempts took 90 %');
});
