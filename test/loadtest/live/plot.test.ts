import { expect, test } from 'vitest';
import { plot } from '../../../src/loadtest/live/plot.js';

test('values are bars from zero, in eighths of a row, below a round number', () => {
  expect(plot([0, 1, 5, 10], { width: 10, height: 2, joined: 'most' })).toEqual({
    rows: ['   █', ' ▂██'],
    top: 10,
  });
  expect(plot([150], { width: 10, height: 1, joined: 'most' }).top).toBe(200);
});

test('a value above zero is visible, and a missing value is blank', () => {
  expect(plot([0.001, null, 100], { width: 5, height: 1, joined: 'most' }).rows).toEqual(['▁ █']);
});

test('when there are more values than columns, a column shows the highest or the mean of its values', () => {
  const values = [0, 8, 4, null];
  expect(plot(values, { width: 2, height: 1, joined: 'most' }).rows).toEqual(['▆▃']);
  expect(plot(values, { width: 2, height: 1, joined: 'mean' }).rows).toEqual(['▆▆']);
});

test('a mark is a vertical line in the cells without a bar', () => {
  expect(plot([1, 0, 1], { width: 3, height: 2, joined: 'most', marks: [1, 2] }).rows).toEqual([
    '█│█',
    '█│█',
  ]);
});

test('a plot without values is empty', () => {
  expect(plot([], { width: 9, height: 2, joined: 'most' })).toEqual({ rows: ['', ''], top: 1 });
});
