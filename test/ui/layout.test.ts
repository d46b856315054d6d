import { expect, test } from 'vitest';
import { layoutOf } from '../../src/ui/layout.js';

test.each([
  [120, 40, 'panes'],
  [100, 20, 'panes'],
  [99, 40, 'stacked'],
  [120, 19, 'stacked'],
  [80, 24, 'stacked'],
  [20, 5, 'stacked'],
  [19, 5, 'too-small'],
  [20, 4, 'too-small'],
])('%dx%d is %s', (columns, rows, kind) => {
  expect(layoutOf(columns, rows, 1).kind).toBe(kind);
});

test('at every size and draft the parts fill the terminal exactly, and each has at least a row', () => {
  for (let columns = 20; columns <= 140; columns += 7) {
    for (let rows = 5; rows <= 50; rows += 1) {
      for (const draftRows of [1, 3, 40]) {
        const layout = layoutOf(columns, rows, draftRows);
        if (layout.kind === 'too-small') throw new Error(`${columns}x${rows}`);
        const { text, composer } = layout;
        const used =
          layout.kind === 'panes'
            ? 1 + layout.paneHeight + composer.height + 1
            : Number(layout.header) + text.height + 1 + composer.height + Number(layout.footer);
        expect([columns, rows, used]).toEqual([columns, rows, rows]);
        expect(Math.min(text.width, text.height, composer.height)).toBeGreaterThan(0);
        expect(composer.top + composer.height).toBeLessThanOrEqual(rows);
      }
    }
  }
});
