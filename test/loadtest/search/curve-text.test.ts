import { expect, test } from 'vitest';
import { createTally } from '../../../src/loadtest/figures/tally.js';
import type { Curve } from '../../../src/loadtest/search/curve.js';
import { curveAnswer, curveNotes } from '../../../src/loadtest/search/curve-text.js';
import type { Level } from '../../../src/loadtest/search/level.js';
import { NO_SPEED } from '../../../src/metrics/speed.js';

/** A level with one answer of this length. */
function level(load: number, tookMs: number, e2eMs: number): Level {
  const tally = createTally('open');
  const common = { index: 0, turn: 1, intendedMs: 0, lagMs: 0, attempts: 1, retriesMs: 0, replaced: 0 };
  const answer = { ttftMs: e2eMs, e2eMs, speed: NO_SPEED, outputTokens: 1, tokensEstimated: false };
  tally.add({ ...common, ...answer, endMs: e2eMs, outcome: 'complete' });
  return {
    ...{ load, tookMs, verdict: undefined, report: tally.report(tookMs), short: false, warmupMs: 0 },
    ...{
      warmupRequests: 0,
      steady: true,
      maxInFlight: 1,
      warnings: [],
      server: undefined,
      ownFailures: false,
    },
  };
}

const notes = (levels: readonly Level[], found: Curve['found']): string[] =>
  curveNotes({ type: 'find', kind: 'rate', of: 'requests', levels, found, shown: 4 });

test('the answer of a search without a load that misses says whether a higher one was begun', () => {
  const answer = (levels: readonly Level[]): string | undefined =>
    curveAnswer({
      ...{ type: 'find', kind: 'rate', of: 'requests', levels, shown: 2 },
      found: { kept: 2, missed: undefined },
    })[0];
  expect(answer([level(2, 9000, 20)])).toContain('2 requests/s or more (no higher load was tested) ');
  expect(answer([level(2, 9000, 20), level(4, 900, 20)])).toContain('(no higher load was tested to its end)');
});

test('a search whose windows are short for its answers names the duration to use', () => {
  const short = [level(2, 3000, 2000), level(4, 20_000, 2000), level(5, 5000, 2000)];
  expect(notes(short, { kept: 4, missed: 5 })).toEqual([
    'use --duration 50 or more for a more exact result: no load ran longer than 10.0 times the mean answer',
  ]);
  expect(notes([level(4, 60_000, 2000)], { kept: 4, missed: 5 })).toEqual([]);
  expect(notes(short, { kept: undefined, missed: 2 })).toEqual([]);
  expect(notes(short, undefined)).toEqual([]);
});
