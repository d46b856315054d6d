import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PRICE_TABLE, withCost } from '../../../src/commands/composition/prices.js';
import { answerOf } from '../../support/chat/chat-ports.js';

const usage = { promptTokens: 1000, completionTokens: 100, totalTokens: 1100 };
const costOf = async (baseUrl: string, model: string, values: Parameters<typeof answerOf>[0] = { usage }) =>
  (await withCost(answerOf(values), { baseUrl, model }, new Map())).metrics.cost;

test.each([
  ['https://api.openai.com', 'gpt-4o-mini', 0.00021],
  ['https://api.groq.com/openai', 'llama-3.3-70b-versatile', 0.000669],
  ['https://api.together.ai/v1', 'meta-llama/Llama-3.3-70B-Instruct-Turbo', 0.000968],
  ['https://openrouter.ai/api', 'openai/gpt-4o-mini', 0.00021],
])('%s bills %s by the price table', async (url, model, usd) => {
  expect(await costOf(url, model)).toEqual({ usd: expect.closeTo(usd, 9), asOf: PRICE_TABLE.date });
});

test('cached tokens have their own price', async () => {
  const cached = await costOf('https://api.openai.com', 'gpt-4o-mini', {
    usage: { ...usage, cachedTokens: 500 },
  });
  expect(cached?.usd).toBeCloseTo(0.0001725, 9);
});

test.each([
  ['an unknown model', 'https://api.openai.com', 'no-such-model', { usage }],
  ['an unknown address', 'https://gateway.example', 'gpt-4o-mini', { usage }],
  ['a local server', 'http://localhost:11434', 'gpt-4o-mini', { usage }],
  ['an answer without token counts', 'https://api.openai.com', 'gpt-4o-mini', {}],
])('%s has no cost', async (_name, url, model, values) => {
  expect(await costOf(url, model, values)).toBeUndefined();
});

test('configured prices override the table for any address', async () => {
  const own = new Map([['gpt-4o-mini', { input: 1, output: 1 }]]);
  const answer = await withCost(
    answerOf({ usage }),
    { baseUrl: 'http://localhost:1', model: 'gpt-4o-mini' },
    own,
  );
  expect(answer.metrics.cost).toEqual({ usd: expect.closeTo(0.0011, 9), asOf: 'config' });
});

test('the price table has the date that is displayed', () => {
  const path = join(import.meta.dirname, '../../../node_modules/@pydantic/genai-prices/package.json');
  const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string };
  expect(version).toBe(PRICE_TABLE.version);
});
