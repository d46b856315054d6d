import { expect, test } from 'vitest';
import { MOST_REQUESTS, pageRuns } from '../../../../src/commands/bench/report/page-data.js';

const run = {
  completed: MOST_REQUESTS - 1,
  failed: 1,
  samples: { ttft_ms: [1] },
  requests: { index: [0] },
  warmup: { method: 'mser-5', excluded: { index: [1] } },
  server_metrics: { url: 'http://a', series: { x: [1] } },
};

test('the page gets the requests, and neither the samples nor the warm-up’s requests nor the server’s series', () => {
  expect(pageRuns([run])).toEqual([
    {
      completed: MOST_REQUESTS - 1,
      failed: 1,
      requests: { index: [0] },
      warmup: { method: 'mser-5', excluded: null },
      server_metrics: { url: 'http://a', series: {} },
    },
  ]);
});

test('the page gets no requests of a test that a browser could not show', () => {
  expect(pageRuns([{ ...run, failed: 2 }])).toMatchObject([{ failed: 2, requests: {} }]);
});
