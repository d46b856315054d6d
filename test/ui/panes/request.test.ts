import { expect, test } from 'vitest';
import type { Outcome } from '../../../src/common/chat/outcomes.js';
import type { ExchangeMetrics } from '../../../src/metrics/exchange.js';
import { requestLines } from '../../../src/ui/panes/request.js';
import { plainText } from '../../../src/ui/style/line.js';
import { answerLine } from '../../../src/ui/transcript/answer-line.js';
import { metricsOf } from '../../support/chat/chat-ports.js';

/** The pane's text after an answer with these figures. */
function paneOf(
  metrics: Partial<ExchangeMetrics>,
  outcome: Outcome = 'complete',
  [width, height]: readonly [number, number] = [30, 40],
): string {
  const request = {
    kind: 'done',
    outcome,
    outputOverTime: { binMs: 100, amounts: [0, 4, 9, 6], pauses: [] },
    metrics: metricsOf({ phase: 'done', chunks: 40, arrivals: 40, outputTokens: 40, ...metrics }),
  } as const;
  return requestLines(request, width, height)
    .map((line) => line.map((part) => (typeof part === 'string' ? part : part[1])).join(''))
    .join('\n');
}

test('the pane and the line above the answer show the same time: that until the last output', () => {
  const times = { e2eMs: 610, elapsedMs: 720 };
  expect(paneOf(times)).toMatch(/^done +0\.6 s$/m);
  const answer = {
    id: 1,
    role: 'assistant',
    atMs: 0,
    text: 'Hello',
    reasoning: '',
    endpoint: { name: 'simulator', url: '', model: 'sim-fast' },
    status: { kind: 'complete', remarks: [], metrics: metricsOf({ phase: 'done', ...times }) },
  } as const;
  expect(plainText(answerLine(answer, 80))).toContain('0.6 s');
});

test('the time of an incomplete answer runs until its end, also after its last output', () => {
  expect(paneOf({ e2eMs: 610, elapsedMs: 300_610 }, 'stalled')).toMatch(/^stalled +5 m 01 s$/m);
});

test('the pane shows the number of arrivals when it is lower than that of chunks', () => {
  expect(paneOf({ arrivals: 3 })).toContain('chunks 40 in 3');
  expect(paneOf({})).not.toContain(' in ');
});

test('the pane shows hidden, cached and cache-write tokens if there are any', () => {
  const pane = paneOf({ hiddenTokens: 1000, cachedTokens: 8, cacheWriteTokens: 7 });
  expect(pane).toMatch(/hidden tokens +1,?000/);
  expect(pane).toMatch(/cached tokens +8/);
  expect(pane).toMatch(/cache write +7/);
  expect(paneOf({ cachedTokens: 0 })).not.toMatch(/hidden|cache/);
});

test('a speed of many digits leaves no room for bars, and is shown', () => {
  const at = (tokensPerSecond: number): string =>
    paneOf(
      { speed: { kind: 'measured', tokensPerSecond, tpotMs: 1 }, tokensEstimated: true },
      'complete',
      [26, 14],
    );
  expect(at(84)).toMatch(/^speed .+[▁-█] +~84 tok\/s$/m);
  expect(at(14_785)).toMatch(/^speed +~14,785 tok\/s$/m);
});

test.each([
  ['burst', 'burst'],
  ['too_few_arrivals', 'too few'],
  ['hidden', 'hidden'],
] as const)('a speed that is withheld as %s is shown as "%s"', (reason, word) => {
  expect(paneOf({ speed: { kind: 'withheld', reason } })).toMatch(new RegExp(`speed +${word}`));
});

test.each([
  ['our retry 900 ms', { hops: { retries: 900, queue: 1, wait: 90, first_token: 9 }, attempts: 2 }],
  ['our 2 retries 900 ms', { hops: { retries: 900, queue: 1, wait: 90, first_token: 9 }, attempts: 3 }],
  [
    'network: 3 round trips, a new TLS connection, 80 %',
    { hops: { connect: 40, tls: 40, wait: 15, first_token: 5 } },
  ],
  ['hidden reasoning 4.2 s', { hops: { wait: 90, thinking: 4200 } }],
  ['the provider took 100 %', { hops: { wait: 90, first_token: 9 } }],
  [
    'provider queue 61 %',
    {
      hops: { wait: 90, first_token: 10 },
      wait: {
        parts: [
          { name: 'queue', ms: 61, basis: 'reported', hop: 'wait', source: 'x' },
          { name: 'unexplained', ms: 29, basis: 'inferred', hop: 'wait' },
        ],
        contradictions: [],
      },
    },
  ],
] satisfies [string, Partial<ExchangeMetrics>][])('the waterfall names the cause: %s', (verdict, metrics) => {
  expect(paneOf(metrics).replace(/\n/g, ' ').replace(/ +/g, ' ')).toContain(verdict);
});

test('failed attempts are a separate step of the waterfall', () => {
  expect(paneOf({ hops: { retries: 900, queue: 1, wait: 90, first_token: 9 } })).toMatch(/retries .* 900/);
});

test('the waterfall replaces the wait by its parts and marks reported ones', () => {
  const pane = paneOf({
    hops: { wait: 10, first_token: 50 },
    wait: {
      parts: [
        { name: 'network', ms: 2, basis: 'measured', hop: 'wait' },
        { name: 'prompt', ms: 8, basis: 'reported', hop: 'wait', source: 'x' },
        { name: 'prompt', ms: 20, basis: 'reported', hop: 'first_token', source: 'x' },
      ],
      contradictions: [],
    },
  });
  expect(pane).toMatch(/round trip .* 2\.0/);
  expect(pane).toMatch(/prompt\* .* 28\.0/);
  expect(pane).toMatch(/to 1st token .* 30\.0/);
});
