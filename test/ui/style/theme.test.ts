import { expect, test } from 'vitest';
import { type ThemeName, type Tone, themeOf } from '../../../src/ui/style/theme.js';

const TONES: readonly Tone[] = [
  ...(['plain', 'dim', 'bold', 'accent', 'title', 'match', 'current-match', 'italic', 'struck'] as const),
  ...(['code', 'link', 'keyword', 'string', 'number', 'name'] as const),
];
const styled = (name: ThemeName): string => TONES.map((tone) => themeOf(name)(tone, 'x')).join('');

test('the light theme has no yellow and nothing faint, which are hard to read on white', () => {
  expect(styled('light')).not.toMatch(/\x1b\[(2|33|93)m/);
});

test('the dark theme has no dark blue, which is hard to read on black', () => {
  expect(styled('dark')).toContain('\x1b[94m');
  expect(styled('dark')).not.toContain('\x1b[34m');
});
