import { expect, test } from 'vitest';
import { sharedWaterfall, waterfallAgainst } from '../../../../src/ui/panes/waterfall/against.js';
import { stepRows, stepsAgainst } from '../../../../src/ui/panes/waterfall/steps.js';
import { plainText } from '../../../../src/ui/style/line.js';
import { metricsOf } from '../../../support/chat/chat-ports.js';

const pooled = metricsOf({ hops: { send: 1, wait: 100, first_token: 10 } });
const fresh = metricsOf({ hops: { dns: 5, connect: 20, send: 1, wait: 90, first_token: 12 } });
const split = metricsOf({
  hops: { send: 1, wait: 100, first_token: 10 },
  wait: {
    parts: [
      { name: 'queue', ms: 60, basis: 'reported', hop: 'wait', source: 'x' },
      { name: 'unexplained', ms: 40, basis: 'inferred', hop: 'wait' },
    ],
    contradictions: [],
  },
});

test('several exchanges share one list of steps in order; a missing step counts as 0', () => {
  expect(stepRows([pooled, fresh])).toEqual([
    { label: 'DNS lookup', ms: [0, 5] },
    { label: 'TCP connect', ms: [0, 20] },
    { label: 'send request', ms: [1, 1] },
    { label: 'to 1st byte', ms: [100, 90] },
    { label: 'to 1st token', ms: [10, 12] },
  ]);
});

test('a wait that is split in only one exchange is shown unsplit in both', () => {
  expect(stepRows([split, pooled]).map(({ label }) => label)).toEqual([
    'send request',
    'to 1st byte',
    'to 1st token',
  ]);
  expect(stepRows([split, split]).map(({ label }) => label)).toContain('their queue*');
});

test('the median counts exchanges without a step as 0', () => {
  const { steps } = stepsAgainst(fresh, [pooled, pooled, fresh]);
  const connect = steps.find(({ label }) => label === 'TCP connect');
  expect(connect).toEqual({ label: 'TCP connect', ms: 20, medianMs: 0 });
});

test('the median of all steps is the middle one of the sums, not the sum of the medians', () => {
  const others = [
    metricsOf({ hops: { send: 1, wait: 50 } }),
    metricsOf({ hops: { send: 40, wait: 10 } }),
    metricsOf({ hops: { send: 30, wait: 30 } }),
  ];
  const { total } = stepsAgainst(metricsOf({ hops: { send: 10, wait: 10 } }), others);
  expect(total).toEqual({ ms: 20, medianMs: 51 });
  expect(stepsAgainst(metricsOf({ hops: { send: 10, wait: 10 } }), others.slice(1)).total.medianMs).toBe(55);
});

test('times over and under the median look different without colours', () => {
  const lines = waterfallAgainst(
    metricsOf({ hops: { send: 80, wait: 20 } }),
    [metricsOf({ hops: { send: 40, wait: 40 } })],
    13 + 14 + 8,
  ).map(plainText);
  expect(lines).toEqual([
    'steps to first token      ms median',
    'send request ████▓▓▓▓   80.0   40.0',
    'to 1st byte  ██░░       20.0   40.0',
    'all steps                100   80.0',
    '▓ over the median of 1 others, ░ under it',
  ]);
});

test('two exchanges share a scale: half the time has a bar of half the length', () => {
  const lines = sharedWaterfall(
    [
      { name: 'a', metrics: [metricsOf({ hops: { wait: 9.3 } })] },
      { name: 'b', metrics: [metricsOf({ hops: { wait: 4.65 } })] },
    ],
    13 + 2 + 8 + 7,
  ).map(plainText);
  expect(lines.slice(1)).toEqual(['to 1st byte  a ████████    9.3', '             b ████        4.7']);
});
