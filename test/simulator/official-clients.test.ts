import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withSection } from '../../scripts/docs-tables/tables.js';
import { CALLS } from './openai-calls.js';

// The table is made from the titles of the tests that call the simulator with these clients.
const SOURCES: readonly [client: string, api: string, file: string][] = [
  ['`openai`', 'chat completions, models', 'openai-package.test.ts'],
  ['`openai`', 'responses, completions, embeddings', 'responses-package.test.ts'],
  ['`@anthropic-ai/sdk`', 'messages', 'anthropic-package.test.ts'],
  ["vastar-tui's connector", 'each of the three', '../connector/wire-formats.test.ts'],
];

interface Title {
  /** The test runs for a whole answer and for a stream. */
  both: boolean;
  text: string;
}

/** Titles of tests; those in a `describe.each` over both modes are indented. */
function titlesIn(file: string): Title[] {
  const source = readFileSync(join(import.meta.dirname, file), 'utf8');
  // The connector's other tests have no simulator.
  const [used = ''] = file.startsWith('../') ? source.split(/^test\(/m) : [source];
  return [...used.matchAll(/^( *)(?:test\(|\]\)\(|test\.each\((?:CALLS)\)\()(['"])(.+?)\2, async/gm)].flatMap(
    ([, indent = '', , text = '']) => {
      const both = indent !== '';
      const texts = text === '%s' ? CALLS.map(([name]) => name) : [text.replace(/%[si]/g, '…')];
      return texts.map((one) => ({ both, text: one }));
    },
  );
}

test('the documentation lists every call of the official clients that is tested against the simulator', async () => {
  // To write it: npx vitest run test/simulator/official-clients.test.ts -u
  const rows = SOURCES.flatMap(([client, api, file]) =>
    titlesIn(file).map(({ both, text }) => [client, api, both ? 'whole, streamed' : '', text]),
  );
  expect(rows.length).toBeGreaterThan(50);
  const head = ['client', 'API', 'answer', 'what is tested'];
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  const page = join(import.meta.dirname, '../../docs/simulator.md');
  const table = { file: 'docs/simulator.md', name: 'official-clients', lines };
  await expect(withSection(readFileSync(page, 'utf8'), table)).toMatchFileSnapshot(page);
});
