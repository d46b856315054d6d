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

test('the page’s data has the requests, without the samples, the warm-up’s requests and the server’s series', () => {
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

test('the page’s data omits the requests when they are too many for a browser', () => {
  expect(pageRuns([{ ...run, failed: 2 }])).toMatchObject([{ failed: 2, requests: {} }]);
});
