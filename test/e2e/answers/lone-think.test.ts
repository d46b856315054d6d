import { describe, expect, test } from 'vitest';
import { harnessWithDaemon } from '../../support/programs/e2e.js';
import { runHere } from '../../support/programs/in-process.js';
import { sseEvents } from '../../support/servers/upstream.js';

// Models whose template puts the opening tag of their reasoning into the prompt.

const harness = harnessWithDaemon();
const run = (args: readonly string[]) => runHere(harness.sandbox, args);
const PIECES = ['We', ' think', '.\n</', 'think', '>', '\n\n', 'Hi', ' you'];

const deltas = (pieces: readonly string[]) =>
  pieces.map((content) => JSON.stringify({ choices: [{ index: 0, delta: { content } }] }));
const answering = (pieces: readonly string[]) =>
  harness.endpoint({ chunks: sseEvents(...deltas(pieces), '[DONE]') });
const linesOf = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('a closing tag without its opening one', () => {
  test('makes the text before it reasoning in ask --json, and does not change the figures', async () => {
    await answering(PIECES);
    const { stdout } = await run(['ask', '--json', 'hi']);
    const lines = linesOf(stdout);
    const done = lines.at(-1);
    expect(done).toMatchObject({ outcome: 'complete', text: 'Hi you', reasoning: 'We think.\n' });
    expect(lines.filter(({ type }) => type === 'split')).toMatchObject([
      { reasoning: 'We think.\n', text: 'Hi' },
    ]);
    expect(lines.filter(({ type }) => type === 'delta').map(({ text }) => text)).toEqual(PIECES);
    expect(done.metrics).toMatchObject({
      chunks: PIECES.length,
      output_tokens: PIECES.length,
      tokens_estimated: true,
    });
  });

  test('stays in the plain output, because the text before it was already printed', async () => {
    await answering(PIECES);
    const { stdout } = await run(['ask', 'hi']);
    expect(stdout).toBe('We think.\n</think>\n\nHi you\n');
  });

  test('separates reasoning and text in a saved session', async () => {
    await answering(PIECES);
    await run(['ask', '--session', 'thought', 'hi']);
    const { stdout } = await run(['sessions', 'export', 'thought', '--format', 'json']);
    expect(stdout).toContain('"Hi you"');
    expect(stdout).not.toContain('</think>');
  });
});

test('an answer that a gateway marks as reasoning from beginning to end is printed and saved', async () => {
  const marked = ['Guten', ' Tag', '!'].map((content) => ({
    choices: [{ delta: { content, thinking: true } }],
  }));
  const end = { choices: [{ delta: {}, finish_reason: 'stop' }] };
  await harness.endpoint({ chunks: sseEvents(...[...marked, end].map((event) => JSON.stringify(event))) });
  const { stdout, stderr } = await run(['ask', '--session', 'marked', 'hi']);
  expect([stdout, stderr]).toEqual(['Guten Tag!\n', '']);
  const done = linesOf((await run(['ask', '--json', 'hi'])).stdout).at(-1);
  expect(done).toMatchObject({ outcome: 'complete', text: 'Guten Tag!' });
  expect(done).not.toHaveProperty('reasoning');
  const saved = await run(['sessions', 'export', 'marked', '--format', 'json']);
  expect(saved.stdout).toContain('"Guten Tag!"');
});

test('an answer that a gateway begins again starts on a new line, with a notice', async () => {
  const begin = (id: string) => ({ type: 'message_start', message: { id, content: [] } });
  const delta = (text: string) => ({
    type: 'content_block_delta',
    index: 0,
    delta: { type: 'text_delta', text },
  });
  const end = { type: 'message_delta', delta: { stop_reason: 'end_turn' } };
  const events = [begin('m1'), delta('Guten T'), begin('m2'), delta('Guten '), delta('Tag'), end];
  await harness.endpoint({ chunks: sseEvents(...events.map((event) => JSON.stringify(event))) });
  const { stdout, stderr } = await run(['ask', 'hi']);
  expect(stdout).toBe('Guten T\nGuten Tag\n');
  expect(stderr).toContain('the provider began its answer again');
});
