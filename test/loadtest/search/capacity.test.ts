import { expect, test } from 'vitest';
import { createRandom, type Random } from '../../../src/common/random.js';
import { parseSlo } from '../../../src/loadtest/conditions/slo.js';
import { steadyPart, steadyReport } from '../../../src/loadtest/figures/steady-part.js';
import { createTally } from '../../../src/loadtest/figures/tally.js';
import type { Sample } from '../../../src/loadtest/samples/sample.js';
import { criteriaOf, SURE, shareInterval } from '../../../src/loadtest/search/criteria.js';
import { createSearch } from '../../../src/loadtest/search/find.js';
import {
  fellBehind,
  isRoughlyClear,
  isSettled,
  settledSamples,
  type Verdict,
  verdictOf,
} from '../../../src/loadtest/search/level.js';
import { judgedTogether } from '../../../src/loadtest/search/neighbours.js';
import { NO_SPEED } from '../../../src/metrics/speed.js';

const SERVICE_MS = 200;
const PLACES = 50;

/** A service without a queue (M/D/c/c): it refuses a request when all slots are taken. */
function lossSystem(perSecond: number, windowMs: number, random: Random): Sample[] {
  const samples: Sample[] = [];
  const busyUntil: number[] = [];
  let atMs = 0;
  for (let index = 0; ; index += 1) {
    atMs += (-Math.log(1 - random()) * 1000) / perSecond;
    if (atMs > windowMs) return samples;
    while ((busyUntil[0] ?? Number.POSITIVE_INFINITY) <= atMs) busyUntil.shift();
    const common = { index, turn: 1, intendedMs: atMs, lagMs: 0, attempts: 1, retriesMs: 0, replaced: 0 };
    if (busyUntil.length >= PLACES) {
      samples.push({ ...common, endMs: atMs + 1, outcome: 'failed', errorClass: 'RateLimited', message: '' });
      continue;
    }
    busyUntil.push(atMs + SERVICE_MS);
    samples.push(complete(common, SERVICE_MS));
  }
}

function complete(common: Omit<Sample, 'outcome' | 'endMs' | 'lagMs'>, tookMs: number): Sample {
  const endMs = common.intendedMs + tookMs;
  const times = { ttftMs: tookMs, e2eMs: tookMs, speed: NO_SPEED, outputTokens: 1, tokensEstimated: false };
  return { ...common, lagMs: 0, endMs, outcome: 'complete', ...times };
}

/** One server with a queue, constant work and evenly spaced arrivals. */
function queue(perSecond: number, windowMs: number): Sample[] {
  let freeMs = 0;
  return Array.from({ length: Math.floor((windowMs * perSecond) / 1000) }, (_, index) => {
    const intendedMs = (index * 1000) / perSecond;
    freeMs = Math.max(freeMs, intendedMs) + 10;
    const common = { index, turn: 1, intendedMs, attempts: 1, retriesMs: 0, replaced: 0 };
    return complete(common, freeMs - intendedMs);
  });
}

/** Returns the share of refused requests at a load in erlangs (Erlang B). */
function erlangB(places: number, erlangs: number): number {
  let blocked = 1;
  for (let place = 1; place <= places; place += 1)
    blocked = (erlangs * blocked) / (place + erlangs * blocked);
  return blocked;
}

/** The rate at which the service refuses 1 % of requests. */
function capacity(): number {
  let [low, high] = [1, PLACES * 2];
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (erlangB(PLACES, middle) <= 0.01) low = middle;
    else high = middle;
  }
  return (low * 1000) / SERVICE_MS;
}

function judged(samples: readonly Sample[], sloText: string, windowMs: number) {
  const slo = parseSlo(sloText);
  if (slo === undefined) throw new Error(sloText);
  const tally = createTally('open', slo.limits);
  for (const sample of samples) tally.add(sample);
  const part = steadyPart(samples, tally.latencyOf);
  const report = steadyReport(part, samples, windowMs, 'open', slo);
  const behind = fellBehind(samples, windowMs);
  return verdictOf(criteriaOf(slo), part, tally, report, SURE.narrowing, behind);
}

// It only computes, for many seconds of an idle processor.
test('for all of 20 seeds, the search finds the rate with 1 % refused arrivals within 5 %', {
  timeout: 600_000,
}, () => {
  const right = capacity();
  const off = Array.from({ length: 20 }, (_, seed) => {
    const search = createSearch({ from: 5, to: 10_000, whole: false });
    const levels: { load: number; verdict: Verdict }[] = [];
    for (let load = search.next(); load !== undefined; load = search.next()) {
      const windowMs = 30_000;
      const samples = lossSystem(load, windowMs, createRandom(seed + 1, levels.length));
      levels.push({ load, verdict: judged(samples, 'errors<=1%', windowMs) });
      search.update(judgedTogether(levels).map((one) => ({ load: one.load, kept: one.verdict.kept })));
    }
    return Math.abs((search.found.kept ?? 0) / right - 1);
  });
  expect(Math.max(...off)).toBeLessThan(0.05);
});

test('free slots at the beginning do not make a load that is far too high seem to meet the SLO', () => {
  // Nearly four times as many requests as the slots can serve. The first 50 are all accepted.
  const samples = lossSystem(900, 3000, createRandom(1));
  const until = (ms: number): Sample[] => samples.filter(({ endMs }) => endMs <= ms);
  const early = settledSamples(until(250), () => 1);
  expect(isRoughlyClear(judged(early, 'errors<=1%', 250))).toBe(true);
  expect(isSettled(early)).toBe(false);
  const late = settledSamples(until(2000), () => 1);
  expect(isSettled(late)).toBe(true);
  expect(judged(late, 'errors<=1%', 2000)).toMatchObject({ kept: false, clear: true });
});

test('a service that falls behind misses any SLO', () => {
  const windowMs = 10_000;
  const samples = queue(130, windowMs);
  expect(judged(samples, 'errors<1%', windowMs)).toMatchObject({
    kept: false,
    clear: true,
    fellBehind: true,
  });
  expect(judged(queue(90, windowMs), 'errors<1%', windowMs)).toMatchObject({ kept: true, fellBehind: false });
});

test('unmeasured answers meet no condition', () => {
  expect(judged([], 'ttft.p95<500ms', 1000)).toMatchObject({ kept: false, clear: false });
});

test('failures miss an SLO that does not mention them', () => {
  const failed = lossSystem(500, 10_000, createRandom(1));
  expect(judged(failed, 'ttft.p95<500ms', 10_000)).toMatchObject({ kept: false, clear: true });
});

test('early answers do not hide running requests', () => {
  const samples = queue(90, 1000);
  const withoutThird = samples.filter(({ index }) => index !== 3);
  expect(settledSamples(withoutThird, () => 1).map(({ index }) => index)).toEqual([0, 1, 2]);
});

test('answers of a conversation count when it and all earlier ones have ended', () => {
  const turn = (index: number, number: number): Sample =>
    complete({ index, turn: number, intendedMs: 0, attempts: 1, retriesMs: 0, replaced: 0 }, 10);
  const broken: Sample = {
    ...{ index: 1, turn: 1, intendedMs: 0, endMs: 1, attempts: 1, retriesMs: 0, replaced: 0 },
    ...{ outcome: 'failed', errorClass: 'RateLimited', message: '' },
  };
  const samples = [turn(0, 1), broken, turn(2, 1), turn(0, 2), turn(3, 1), turn(3, 2)];
  const settled = settledSamples(samples, (index) => (index === 3 ? 2 : index === 2 ? 3 : 2));
  expect(settled.map(({ index, turn: number }) => [index, number])).toEqual([
    [0, 1],
    [1, 1],
    [0, 2],
  ]);
});

test('an increase of conversations until the first of them end does not count as a backlog', () => {
  const windowMs = 10_000;
  // Each conversation has 12 turns of 400 ms with a second between them, so requests grow during the whole window.
  const samples = Array.from({ length: 300 }, (_, index) =>
    Array.from({ length: 12 }, (_, number) => {
      const intendedMs = index * 33 + number * 1400;
      const common = { index, turn: number + 1, intendedMs, attempts: 1, retriesMs: 0, replaced: 0 };
      return complete(common, 400);
    }),
  );
  expect(fellBehind(samples.flat(), windowMs)).toBe(false);
});

test('the interval is wider for runs of similar requests than for independent ones', () => {
  const independent = Array.from({ length: 1000 }, (_, index) => index % 10 !== 0);
  const runs = Array.from({ length: 1000 }, (_, index) => index >= 100);
  const width = (goods: boolean[]): number => {
    const interval = shareInterval(goods, 1.96);
    return (interval?.high ?? 0) - (interval?.low ?? 0);
  };
  expect(width(runs)).toBeGreaterThan(3 * width(independent));
});
