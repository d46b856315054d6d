import { expect, test } from 'vitest';
import { createDistribution, type Summary } from '../../../src/loadtest/figures/distribution.js';
import { type Instrument, instrumentWarnings } from '../../../src/loadtest/load/instrument.js';

const idle: Instrument = {
  eventLoopDelayMs: { p50: 0.1, p99: 1, max: 4 },
  eventLoopUtilization: 0.2,
  cpu: 0.2,
  cores: 2,
};
const always = (ms: number): Summary => {
  const distribution = createDistribution();
  distribution.record(ms);
  return distribution.summary() as Summary;
};
const late = (p99: number): Instrument => ({ ...idle, eventLoopDelayMs: { p50: 0.1, p99, max: p99 } });
const latency = { ttft: always(400), itl: always(40) };

test('an instrument with spare capacity gives no warning', () => {
  expect(instrumentWarnings(idle, { latency })).toEqual([]);
});

test('a delay that is small against TTFT but large against the gaps gives a warning', () => {
  expect(instrumentWarnings(late(10), { latency })).toEqual([
    'the event loop ran up to 10.0 ms late (p99), and the gaps include this delay; the median gap is 40.0 ms',
  ]);
  expect(instrumentWarnings(late(5), { latency })).toEqual([]);
});

test('a delay that distorts both gives two warnings', () => {
  expect(instrumentWarnings(late(15), { latency })).toHaveLength(2);
});

test("gaps that the daemon measures include the daemon's delay", () => {
  const instrument = { ...idle, gapsElsewhere: true, daemonDelayMs: { p50: 1, p99: 8, max: 9 } };
  expect(instrumentWarnings(instrument, { latency })).toEqual([
    'the daemon answered up to 8.0 ms late (p99), and the gaps include this delay; the median gap is 40.0 ms',
  ]);
});

test('gaps that another process measures give no warning', () => {
  expect(instrumentWarnings({ ...late(10), gapsElsewhere: true }, { latency })).toEqual([]);
});

test('without a complete answer there is no warning', () => {
  expect(instrumentWarnings({ ...late(15), eventLoopUtilization: 1 }, { latency: {} })).toEqual([]);
});
