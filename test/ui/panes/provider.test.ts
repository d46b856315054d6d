import { expect, test } from 'vitest';
import type { LoggedExchange } from '../../../src/state/exchange/exchange-log.js';
import { inspectorLines } from '../../../src/ui/panes/inspector/detail.js';
import { providerLines, supportSummary } from '../../../src/ui/panes/provider.js';
import { plainText } from '../../../src/ui/style/line.js';
import { metricsOf } from '../../support/chat/chat-ports.js';

const metrics = metricsOf({
  ttftMs: 120,
  hops: { wait: 100, first_token: 20 },
  wait: {
    parts: [{ name: 'queue', ms: 61, basis: 'reported', hop: 'wait', source: 'usage.queue_time' }],
    contradictions: ['prompt processing 900 ms by x is longer than the 120 ms measured'],
  },
  provider: {
    times: [{ part: 'queue', ms: 61, source: 'usage.queue_time' }],
    refused: ['openai-processing-ms'],
    requestId: 'req_1',
    region: { 'x-groq-region': 'fra\u001b[2J' },
    rateLimits: [
      { of: 'requests', limit: 500, remaining: 499, resetMs: 120 },
      { of: 'tokens', limit: 30_000, remaining: 100, resetMs: 360_000 },
    ],
  },
});

test('the inspector names the source of each part of the wait, and reported times that contradict the measured ones', () => {
  expect(providerLines(metrics)).toEqual([
    'queue 61 ms of wait: reported by usage.queue_time',
    'contradiction: prompt processing 900 ms by x is longer than the 120 ms measured',
    'not a time: openai-processing-ms',
    'request id: req_1',
    'limit: 499 of 500 requests left, renewed in 120 ms',
    'limit: 100 of 30,000 tokens left, renewed in 6 m 00 s',
  ]);
});

test('the summary for support has ids, times and region, but no key, URL or content', () => {
  const exchange: LoggedExchange = {
    number: 3,
    atMs: Date.parse('2026-01-02T03:04:05Z'),
    endpoint: { name: 'groq', model: 'm', url: 'https://canary.example/?key=canary', ready: true } as never,
    request: {
      method: 'POST',
      url: 'https://canary.example',
      headers: { 'x-key': 'canary' },
      body: 'canary',
    },
    response: { statusCode: 200, headers: { 'set-cookie': 'canary', 'x-key': 'canary' } },
    events: [{ tMs: 1, type: 'text', text: 'canary' }],
    left: 0,
    dropped: false,
    end: { outcome: 'complete', metrics },
  };
  const summary = supportSummary(exchange);
  expect(summary).not.toMatch(/canary|\u001b/);
  for (const part of [
    'request id: req_1',
    'model: m',
    'TTFT: 120.0 ms',
    'x-groq-region: fra',
    'reported usage.queue_time: 61.0 ms',
  ])
    expect(summary).toContain(part);
});

test('the inspector names the key that copies the summary, as the user has set it', () => {
  const exchange: LoggedExchange = {
    number: 3,
    atMs: 0,
    endpoint: { name: 'groq', model: 'm', url: 'https://example.com' },
    events: [],
    left: 0,
    dropped: false,
  };
  const shown = inspectorLines(exchange, [exchange], { copy: 'alt+y' }, 60).map(plainText).join(' ');
  expect(shown).toMatch(/alt\+y copies a support summary/);
});
