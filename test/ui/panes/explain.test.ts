import { describe, expect, test } from 'vitest';
import type { ExchangeMetrics } from '../../../src/metrics/exchange.js';
import { type AppState, initialState } from '../../../src/state/app-state.js';
import { DEFAULT_SLO, NO_FIGURES } from '../../../src/state/exchange/figures.js';
import { explainLines } from '../../../src/ui/panes/explain/lines.js';
import { explainRequest } from '../../../src/ui/panes/explain/request.js';
import { explainSession } from '../../../src/ui/panes/explain/session.js';
import { wholePane } from '../../../src/ui/panes/side.js';
import { plainText } from '../../../src/ui/style/line.js';
import { CONNECTED, metricsOf, SIMULATOR } from '../../support/chat/chat-ports.js';

const METRICS = metricsOf({
  ttftMs: 312,
  e2eMs: 2000,
  chunks: 40,
  arrivals: 30,
  outputTokens: 40,
  hiddenTokens: 7,
  cachedTokens: 8,
  cacheWriteTokens: 9,
  attempts: 2,
  gaps: { p50: 10, p95: 20, p99: 30, max: 40 },
  paints: { p50: 4, p99: 9 },
  speed: { kind: 'measured', tokensPerSecond: 100, tpotMs: 10 },
  cost: { usd: 0.01, asOf: '2026-09-23' },
  hops: { client_to_daemon: 0.2, wait: 300, first_token: 12, daemon_to_client: 0.2 },
});
const STATE: AppState = {
  ...initialState(CONNECTED, SIMULATOR, 0),
  request: { kind: 'done', outcome: 'complete', metrics: METRICS },
  session: { ...NO_FIGURES, requests: 1, ttfts: [312], tpots: [10], goodput: { judged: 1, good: 1 } },
};

const text = (pane: 'connection' | 'request' | 'session', state = STATE): string =>
  explainLines(pane, state, 80).map(plainText).join('\n');
const verdicts = (metrics: Partial<ExchangeMetrics>): string =>
  explainRequest(
    {
      kind: 'done',
      outcome: 'complete',
      metrics: metricsOf({ chunks: 9, arrivals: 9, ...metrics }),
    },
    NO_FIGURES,
    DEFAULT_SLO,
  )
    .map(({ verdict }) => verdict ?? '')
    .join('\n');

describe.each(['connection', 'request', 'session'] as const)('the %s pane', (pane) => {
  test('has no label that its explanation lacks', () => {
    const explained = text(pane);
    const dim = wholePane(pane, STATE, 26).flatMap((line) =>
      line.flatMap((span) => (typeof span !== 'string' && span[0] === 'dim' ? [span[1]] : [])),
    );
    const labels = dim.map((label) => label.split(/ p50|,| \(/)[0]?.trim() ?? '');
    // Percentiles, a unit and the uptime belong to a label in the same row or above.
    for (const label of labels.filter((name) => !/^(?:ms|p99\/max|up|)( |$)/.test(name)))
      expect(explained).toContain(label);
    expect(labels.length).toBeGreaterThan(3);
  });

  test('is explained before the first measurement', () => {
    const empty = initialState({ status: 'idle' }, SIMULATOR, 0);
    expect(text(pane, empty)).toContain('–');
    expect(text(pane, empty)).toContain('Definition: ');
  });
});

test('each figure has its value, a help text, its definition and a verdict', () => {
  expect(text('request').split('\n').slice(0, 4)).toEqual([
    `first token (TTFT)${'312 ms'.padStart(80 - 18)}`,
    '  How long you waited for the first piece of the answer.',
    '  Definition: time from send to the first output.',
    '  → within the objective of 500 ms',
  ]);
  expect(text('request')).toContain('to 1st byte, 300 ms: from the request written to the response headers');
});

test.each([
  ['over the objective of 500 ms', { ttftMs: 900 }],
  ['it stalled: no output for 2.0 s', { gaps: { p50: 10, p95: 20, p99: 30, max: 2000 } }],
  ['uneven', { gaps: { p50: 10, p95: 200, p99: 300, max: 400 } }],
  ['even', { gaps: { p50: 10, p95: 20, p99: 30, max: 40 } }],
  ['the screen keeps up', { paints: { p50: 4, p99: 9 } }],
  ['this terminal or machine is slow', { paints: { p50: 40, p99: 900 } }],
  ['most of the answer came at once', { speed: { kind: 'withheld', reason: 'burst' } }],
  ['10 ms per token (TPOT), within the objective of 50 ms', { speed: METRICS.speed }],
  ['they came in 3 arrivals: several at once', { arrivals: 3 }],
  ['estimated from the text', { outputTokens: 3, tokensEstimated: true }],
  ['the provider took 99 %', { hops: { wait: 98, first_token: 1, decode: 1 } }],
] as [string, Partial<ExchangeMetrics>][])('a verdict says "%s"', (expected, metrics) => {
  expect(verdicts(metrics)).toContain(expected);
});

test('the session says whether the wait for the first token gets longer', () => {
  const trend = (ttfts: number[]): string | undefined =>
    explainSession({ ...NO_FIGURES, ttfts }, { unpriced: 0 }, DEFAULT_SLO).at(-1)?.verdict;
  expect(trend([100, 100])).toBeUndefined();
  expect(trend([100, 100, 100, 200, 200, 200])).toBe('longer: 100 ms before, 200 ms now');
  expect(trend([200, 200, 200, 100, 100, 100])).toBe('shorter: 200 ms before, 100 ms now');
  expect(trend([100, 100, 100, 105, 105, 105])).toBe('about the same');
});
