import { describe, expect, test } from 'vitest';
import { DEFAULT_HINTS } from '../../../src/state/view/key-hints.js';
import { welcomeLines } from '../../../src/ui/panes/welcome.js';
import { lineWidth, plainText } from '../../../src/ui/style/line.js';
import { OPENAI, SIMULATOR } from '../../support/chat/chat-ports.js';

const KEYLESS = { ...OPENAI, problem: 'OPENAI_API_KEY is not set' };
const text = (
  endpoint = SIMULATOR,
  modes: Parameters<typeof welcomeLines>[0]['modes'] = [SIMULATOR, KEYLESS],
  [width, height]: readonly [number, number] = [83, 35],
): string => {
  const lines = welcomeLines(
    { keys: DEFAULT_HINTS, endpoint, modes, program: 'npx vastar-tui' },
    width,
    height,
  );
  expect(lines.length).toBeLessThanOrEqual(height);
  for (const line of lines) if (width >= 48) expect(lineWidth(line)).toBeLessThanOrEqual(width);
  return lines.map(plainText).join('\n');
};

test('the first start explains in three lines what this is, what answers, and how to reach a real model', () => {
  expect(text().split('\n').slice(1, 4)).toEqual([
    'This chat shows where the time of each answer goes.',
    'For now a simulator on this machine answers, with made-up text.',
    'For a real model, set OPENAI_API_KEY, or run: npx vastar-tui endpoints add',
  ]);
});

test('a command is never broken over two rows, so that it can be copied', () => {
  expect(text(SIMULATOR, [SIMULATOR, KEYLESS], [66, 35])).toContain(
    'or run:\n  npx vastar-tui endpoints add\n',
  );
});

describe('the way to a real model', () => {
  test('is one key when an endpoint can be used', () => {
    expect(text(SIMULATOR, [SIMULATOR, OPENAI])).toContain('For a real model, ctrl+t switches to openai.');
  });

  test('names the servers that were found on this machine', () => {
    const ollama = { ...OPENAI, name: 'ollama', found: true };
    expect(text(SIMULATOR, [SIMULATOR, OPENAI, ollama]).replaceAll('\n', ' ')).toContain(
      'ctrl+t switches to openai or ollama (found on this machine).',
    );
  });

  test('is left out when one is in use: the welcome names it', () => {
    const shown = text(OPENAI, [SIMULATOR, OPENAI]);
    expect(shown).toContain('Your questions go to gpt-4o-mini of openai, at api.openai.com.');
    expect(shown).toContain('ctrl+t switches to simulator.');
    expect(shown).not.toContain('For a real model');
  });
});

test('an endpoint in use without its key says so before the first question', () => {
  expect(text(KEYLESS, [SIMULATOR, KEYLESS]).split('\n').slice(1, 4)).toEqual([
    'OPENAI_API_KEY is not set',
    'Your questions go to gpt-4o-mini of openai, at api.openai.com.',
    'ctrl+t switches to simulator.',
  ]);
});

test.each([
  [156, 55],
  [83, 35],
  [78, 19],
  [48, 11],
  [20, 3],
] as const)('at %dx%d as much is shown as fits', (width, height) => {
  const shown = text(SIMULATOR, [SIMULATOR, KEYLESS], [width, height]);
  if (height > 10) expect(shown).toContain('For a real model');
  if (height > 30) expect(shown).toContain('quit');
});
