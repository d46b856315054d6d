import { expect, test } from 'vitest';
import { programWords } from '../../../src/commands/chat/program-words.js';

test.each([
  [undefined, 'vastar-tui'],
  ['exec', 'npx vastar-tui'],
  ['start', 'npx vastar-tui'],
  ['run-script', 'npx vastar-tui'],
])('started by npm’s command %s, the program is called %j', (npm_command, words) => {
  expect(programWords({ npm_command })).toBe(words);
});
