import { availableParallelism } from 'node:os';
import { type EventLoopUtilization, monitorEventLoopDelay, performance } from 'node:perf_hooks';
import type { Summary } from '../figures/distribution.js';
import type { Report } from '../figures/tally.js';

/** Percentiles of a delay, in ms. */
export interface Delay {
  p50: number;
  p99: number;
  max: number;
}

/** A meter's measurements of its thread. Its CPU time is the whole process's. */
export interface InstrumentReading {
  /** How late timers ran, in ms. Every measured time can be late by this much. */
  eventLoopDelayMs: Delay;
  /** Share of the time in which the event loop was busy, 0 to 1. */
  eventLoopUtilization: number;
  /** CPU seconds per second; 1 is one core. */
  cpu: number;
  cores: number;
}

/** Measurements of the measuring process during a test. */
export interface Instrument extends InstrumentReading {
  /** Delay between the loop's order to send and the actual send, in ms. */
  sendLatenessMs?: Summary;
  /** Another process, the daemon, measured the gaps. */
  gapsElsewhere?: boolean;
  /** How much longer a round trip to the daemon took during the test than before it, in ms; undefined without a daemon. */
  daemonDelayMs?: Delay;
}

/** Measures this thread's event loop and the use of the CPU until `stop`. */
export interface InstrumentMeter {
  stop(): InstrumentReading;
}

const RESOLUTION_MS = 5;
/** When the event loop is busier than this, bursts make it late. */
const BUSY = 0.9;
/** Smallest delay that distorts the figures by 3 %: in ms, or as a share of the median TTFT, whichever is more. */
const FLOOR_MS = 5;
const SHARE = 0.03;
/** Gaps are many and short. A delay lengthens one gap and shortens the next, so only their p99 shows it. */
const GAP_FLOOR_MS = 2;
const GAP_SHARE = 0.15;

export function startInstrument(): InstrumentMeter {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const loop: EventLoopUtilization = performance.eventLoopUtilization();
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  return {
    stop() {
      delay.disable();
      const { user, system } = process.cpuUsage(cpu);
      const late = (ns: number): number => Math.max(0, ns / 1e6 - RESOLUTION_MS);
      const none = delay.count === 0;
      return {
        eventLoopDelayMs: none
          ? { p50: 0, p99: 0, max: 0 }
          : { p50: late(delay.percentile(50)), p99: late(delay.percentile(99)), max: late(delay.max) },
        eventLoopUtilization: performance.eventLoopUtilization(loop).utilization,
        cpu: (user + system) / 1000 / Math.max(1, performance.now() - startMs),
        cores: availableParallelism(),
      };
    },
  };
}

/** Merges the readings of several threads: the worst value of each figure. */
export function mergedReadings(readings: readonly InstrumentReading[]): InstrumentReading {
  const worst = (of: (reading: InstrumentReading) => number): number =>
    readings.reduce((most, reading) => Math.max(most, of(reading)), 0);
  return {
    eventLoopDelayMs: {
      p50: worst(({ eventLoopDelayMs }) => eventLoopDelayMs.p50),
      p99: worst(({ eventLoopDelayMs }) => eventLoopDelayMs.p99),
      max: worst(({ eventLoopDelayMs }) => eventLoopDelayMs.max),
    },
    eventLoopUtilization: worst(({ eventLoopUtilization }) => eventLoopUtilization),
    cpu: worst(({ cpu }) => cpu),
    cores: worst(({ cores }) => cores),
  };
}

/** Returns warnings when this process's own delays distort the figures; empty otherwise, and without a complete answer. */
export function instrumentWarnings(instrument: Instrument, { latency }: Pick<Report, 'latency'>): string[] {
  const { eventLoopDelayMs, eventLoopUtilization, sendLatenessMs, gapsElsewhere = false } = instrument;
  if (latency.ttft === undefined && latency.e2e === undefined) return [];
  const gapMs = latency.itl?.p50;
  const gapDelayMs = (gapsElsewhere ? instrument.daemonDelayMs : eventLoopDelayMs)?.p99 ?? 0;
  const limitMs = Math.max(FLOOR_MS, SHARE * (latency.ttft?.p50 ?? 0));
  const against = latency.ttft === undefined ? '' : `; the median TTFT is ${latency.ttft.p50.toFixed(1)} ms`;
  return [
    ...(eventLoopUtilization < BUSY
      ? []
      : [`the event loop was busy ${(100 * eventLoopUtilization).toFixed(0)} % of the time`]),
    ...(eventLoopDelayMs.p99 < limitMs
      ? []
      : [`the event loop ran up to ${eventLoopDelayMs.p99.toFixed(1)} ms late (p99)${against}`]),
    ...(gapMs === undefined || gapDelayMs < Math.max(GAP_FLOOR_MS, GAP_SHARE * gapMs)
      ? []
      : [
          `${gapsElsewhere ? 'the daemon answered' : 'the event loop ran'} up to ${gapDelayMs.toFixed(1)} ms late (p99), and the gaps include this delay; the median gap is ${gapMs.toFixed(1)} ms`,
        ]),
    ...(sendLatenessMs === undefined || sendLatenessMs.p99 < limitMs
      ? []
      : [`requests were sent up to ${sendLatenessMs.p99.toFixed(1)} ms late (p99)${against}`]),
  ];
}
