import { expect, test } from 'vitest';
import { createSearch, PRECISION } from '../../../src/loadtest/search/find.js';

/** Returns the loads that the search tries for a service that meets its SLO up to `most`. */
function tried(bounds: { from: number; to: number; whole: boolean }, most: number) {
  const search = createSearch(bounds);
  const loads: number[] = [];
  for (let load = search.next(); load !== undefined; load = search.next()) {
    loads.push(load);
    search.update(loads.map((one) => ({ load: one, kept: one <= most })));
  }
  return { loads, found: search.found };
}

test('the load doubles until it misses the SLO, then the range narrows to 2 %', () => {
  for (const most of [0.37, 5.5, 71.2, 900]) {
    const { loads, found } = tried({ from: 1, to: 10_000, whole: false }, most);
    expect(found.kept).toBeLessThanOrEqual(most);
    expect(found.missed).toBeGreaterThan(most);
    expect((found.missed ?? 0) / (found.kept ?? 1)).toBeLessThanOrEqual((1 + PRECISION) * 1.01);
    expect(loads.length).toBeLessThan(20);
  }
});

test('the search finds small whole numbers exactly', () => {
  for (let most = 1; most < 50; most += 1) {
    expect(tried({ from: 1, to: 10_000, whole: true }, most).found).toEqual({ kept: most, missed: most + 1 });
  }
});

test('the search ends at the bound for a service that meets the SLO at every load', () => {
  expect(tried({ from: 3, to: 20, whole: false }, 1000)).toEqual({
    loads: [3, 6, 12, 20],
    found: { kept: 20, missed: undefined },
  });
});

test('the search ends for a service that meets the SLO at no load', () => {
  expect(tried({ from: 1, to: 20, whole: true }, 0)).toEqual({
    loads: [1],
    found: { kept: undefined, missed: 1 },
  });
  const { loads, found } = tried({ from: 8, to: 20, whole: false }, 0);
  expect(found.kept).toBeUndefined();
  expect(loads.length).toBeLessThan(10);
});

test('a load whose test was short is tested again before it is the answer', () => {
  // In a short test, 8 seems to meet the SLO.
  const search = createSearch({ from: 1, to: 100, whole: true });
  const verdicts = new Map<number, { load: number; kept: boolean; short: boolean }>();
  const loads: number[] = [];
  for (let load = search.next(); load !== undefined; load = search.next()) {
    loads.push(load);
    const short = search.rising;
    verdicts.set(load, { load, kept: load <= (short ? 8 : 5), short });
    search.update([...verdicts.values()]);
  }
  expect(loads.filter((load) => load === 8)).toHaveLength(2);
  expect(search.found).toEqual({ kept: 5, missed: 6 });
});

test('the highest load of the range is tested again, too, when its test was short', () => {
  const search = createSearch({ from: 3, to: 20, whole: false });
  const loads: number[] = [];
  for (let load = search.next(); load !== undefined; load = search.next()) {
    loads.push(load);
    search.update(
      loads.map((one, place) => ({
        load: one,
        kept: true,
        short: place < 4 && !loads.slice(place + 1).includes(one),
      })),
    );
  }
  expect(loads).toEqual([3, 6, 12, 20, 20]);
});
