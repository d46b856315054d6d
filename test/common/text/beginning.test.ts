import fc from 'fast-check';
import { expect, test } from 'vitest';
import { beginningOf } from '../../../src/common/text/beginning.js';

test('the beginning of a text is as long as allowed, without half characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(40), (text, max) => {
      const beginning = beginningOf(text, max);
      expect(text.startsWith(beginning)).toBe(true);
      expect(beginning.isWellFormed()).toBe(true);
      expect(beginning.length).toBeGreaterThanOrEqual(Math.min(text.length, max) - 1);
      expect(beginning.length).toBeLessThanOrEqual(max);
    }),
  );
});
