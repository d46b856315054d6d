import { expect, test } from 'vitest';
import { toCsv, toJsonLines } from '../../../src/sessions/export/exchanges.js';
import { exchange } from '../fixtures.js';
import { sample, withTools } from './samples.js';

test('CSV has one exchange per row, quoted, and no formulas', () => {
  const [header, first, , failed] = toCsv([sample()]).split('\r\n');
  expect(header).toMatch(
    /^session,title,at,endpoint,model,outcome,error_class,status_code,ttfb_ms,ttft_ms,e2e_ms/,
  );
  expect(first).toContain(
    `,"'=sum(A1), ""quoted""",2026-11-22T12:00:00.000Z,openai,gpt-4o,complete,,,200,300,2000,`,
  );
  expect(failed).toContain(',error,RateLimited,429,,,,');
});

test('each JSON line has one exchange with its texts', () => {
  const lines = toJsonLines([sample()])
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toMatchObject([
    { question: 'q1', answer: 'a1', metrics: exchange().metrics },
    { question: 'not taken' },
    { question: 'q2', answer: '', error: { statusCode: 429 } },
  ]);
});

test('JSON lines and CSV have tool calls, refusals, and the finish reason', () => {
  const session = withTools();
  const lines = toJsonLines([session])
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toMatchObject([
    {
      attachments: [{ name: 'a [dot].png', type: 'image/png', size: 3, url: null }],
      reasoning: 'I should\nlook.',
      toolCalls: [{ name: 'look' }],
      finishReason: 'tool_calls',
    },
    { question: 'a dot', refusal: 'No.', finishReason: 'content_filter' },
  ]);
  expect(
    toCsv([session])
      .split('\r\n')
      .slice(1, 3)
      .map((row) => row.split(',').slice(-3, -1)),
  ).toEqual([
    ['tool_calls', '1'],
    ['content_filter', '0'],
  ]);
});
