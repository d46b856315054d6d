import { describe, expect, test } from 'vitest';
import { isLightBackground, type ThemeName, type Tone, themeOf } from '../../../src/ui/style/theme.js';

const TONES: readonly Tone[] = [
  ...(['plain', 'dim', 'bold', 'accent', 'title', 'match', 'current-match', 'italic', 'struck'] as const),
  ...(['bold-italic', 'code', 'link', 'keyword', 'string', 'number', 'name'] as const),
];
const styled = (name: ThemeName, depth?: number): string =>
  TONES.map((tone) => themeOf(name, depth)(tone, 'x')).join('');

type Rgb = readonly [number, number, number];

/** Those of the 256 colours that all terminals share. @see https://invisible-island.net/xterm/xterm.faq.html */
function indexed(index: number): Rgb {
  if (index < 16 || index > 255) throw new Error(`${index} is the terminal's own colour`);
  if (index >= 232) {
    const grey = 8 + 10 * (index - 232);
    return [grey, grey, grey];
  }
  const level = (step: number): number => (step === 0 ? 0 : 55 + 40 * step);
  const place = index - 16;
  return [level(Math.floor(place / 36)), level(Math.floor(place / 6) % 6), level(place % 6)];
}
const hex = (text: string): Rgb =>
  [0, 2, 4].map((at) => Number.parseInt(text.slice(at, at + 2), 16)) as never;

/** @see https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio */
function contrast(one: Rgb, other: Rgb): number {
  const luminance = (colour: Rgb): number => {
    const [r = 0, g = 0, b = 0] = colour.map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

test('the contrast of black and white is 21, and of grey and white the value of WCAG', () => {
  expect(contrast(hex('000000'), hex('ffffff'))).toBeCloseTo(21, 5);
  expect(contrast(hex('767676'), hex('ffffff'))).toBeCloseTo(4.54, 2);
});

/** Usual backgrounds: black or white, defaults of editors and desktops, and popular schemes. */
const BACKGROUNDS = {
  dark: ['000000', '1e1e1e', '282c34', '2e3440', '002b36', '300a24'],
  light: ['ffffff', 'fafafa', 'fdf6e3', 'eeeeee'],
} as const;

describe.each(['dark', 'light'] as const)('the %s theme', (name) => {
  test.each(BACKGROUNDS[name])('has a contrast of 4.5:1 in every tone on #%s', (background) => {
    for (const tone of TONES) {
      const [, index] = /\x1b\[38;5;(\d+)m/.exec(themeOf(name)(tone, 'x')) ?? [];
      if (index === undefined) continue;
      expect(contrast(indexed(Number(index)), hex(background)), tone).toBeGreaterThanOrEqual(4.5);
    }
  });

  test('has no faint text and none of the terminal’s own colours, whose contrast is unknown', () => {
    expect(styled(name)).not.toMatch(/\x1b\[(?:2|3[0-7]|9[0-7])m/);
    for (const tone of ['dim', 'accent', 'title', 'code', 'keyword', 'string', 'number', 'name'] as const)
      expect(themeOf(name)(tone, 'x')).toContain('38;5;');
  });
});

test('with 16 colours the light theme has no green, cyan or yellow and nothing faint, which are hard to read on white', () => {
  expect(styled('light', 4)).not.toMatch(/\x1b\[(2|3[236]|9[236]|38;5;\d+)m/);
});

test('with 16 colours the dark theme has no dark blue, which is hard to read on black', () => {
  expect(styled('dark', 4)).toContain('\x1b[94m');
  expect(styled('dark', 4)).not.toContain('\x1b[34m');
});

test.each([
  [']11;rgb:ffff/ffff/ffff', true],
  [']11;rgb:fd/f6/e3', true],
  [']11;rgba:ffff/ffff/ffff/8000', true],
  [']11;rgb:1e1e/1e1e/1e1e', false],
  [']11;rgb:0/0/f', false],
  [']11;rgb:', false],
])('the reply %j: a light background is %s', (reply, light) => {
  expect(isLightBackground(reply)).toBe(light);
});
