import { describe, expect, it } from 'vitest';
import { GrowingText } from '../../../../src/sdk/chat/repairs/growing-text.js';

describe('GrowingText', () => {
  it('returns the whole text after each of many pieces', () => {
    const text = new GrowingText();
    let expected = '';
    for (let number = 0; number < 100; number += 1) {
      expected += `piece ${number}, `;
      expect(text.add(`piece ${number}, `)).toBe(expected);
    }
  });

  it('continues a beginning', () => {
    const text = new GrowingText('so far');
    expect(text.add('')).toBe('so far');
    expect(text.add(' and on')).toBe('so far and on');
  });
});
