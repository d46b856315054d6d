import xterm from '@xterm/headless';
import { expect, test } from 'vitest';
import { screenSvg } from '../scripts/readme/screen-svg.js';

async function elements(line: string, name: string): Promise<string[]> {
  const terminal = new xterm.Terminal({ cols: 40, rows: 1, allowProposedApi: true });
  await new Promise<void>((resolve) => terminal.write(line, resolve));
  const picture = screenSvg(terminal, 'a line', { cursor: false });
  terminal.dispose();
  return [...picture.matchAll(new RegExp(`<${name} [^>]*>(?:[^<]*</${name}>)?`, 'g'))].map(
    ([found]) => found,
  );
}

const texts = (line: string): Promise<string[]> => elements(line, 'text');

test('a picture has words with several blanks between them as separate texts in their cells', async () => {
  expect(await texts('done now      0.4 s')).toEqual([
    '<text x="0" y="13.5" textLength="67.2" fill="#c9d1d9">done now</text>',
    '<text x="117.6" y="13.5" textLength="42" fill="#c9d1d9">0.4 s</text>',
  ]);
});

test('a wide character in a picture takes two cells', async () => {
  expect(await texts('你好 a')).toEqual([
    '<text x="0" y="13.5" textLength="50.4" fill="#c9d1d9">你好 a</text>',
  ]);
});

test('a picture has a line for each of two adjacent borders, and one for a horizontal line', async () => {
  expect(await elements('││', 'path')).toEqual([
    '<path d="M4.2 9V0M4.2 9V18" stroke="#c9d1d9"/>',
    '<path d="M12.6 9V0M12.6 9V18" stroke="#c9d1d9"/>',
  ]);
  expect(await elements('───', 'path')).toEqual(['<path d="M0 9h25.2" stroke="#c9d1d9"/>']);
});
