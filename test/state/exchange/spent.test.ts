import { expect, test } from 'vitest';
import type { Cost } from '../../../src/metrics/cost.js';
import { createSpent, spentInAll } from '../../../src/state/exchange/spent.js';
import type { AssistantMessage } from '../../../src/state/messages.js';
import { metricsOf } from '../../support/chat/chat-ports.js';

const answer = (id: number, outputTokens: number, cost?: Cost): AssistantMessage => ({
  role: 'assistant',
  id,
  atMs: 0,
  text: 'hello',
  reasoning: '',
  endpoint: { name: 'openai', model: 'm' },
  status: {
    kind: 'complete',
    remarks: [],
    metrics: metricsOf({ outputTokens, ...(cost !== undefined && { cost }) }),
  },
});
const cost = (usd: number, asOf = '2026-09-23'): Cost => ({ usd, asOf });

test("the conversation's cost includes the answers of all branches", () => {
  const tree = {
    messages: [answer(1, 5, cost(0.5)), answer(2, 5)],
    aside: [{ parent: 1, messages: [answer(3, 5, cost(0.25, '2026-01-01'))] as const }],
  };
  expect(spentInAll(tree)).toEqual({ cost: cost(0.75, '2026-01-01'), unpriced: 1 });
});

test('without a known price there is no cost, and an answer without output does not count as missing', () => {
  expect(spentInAll({ messages: [answer(1, 5)], aside: [] })).toEqual({ unpriced: 1 });
  expect(spentInAll({ messages: [answer(1, 5, cost(1)), answer(2, 0)], aside: [] })).toEqual({
    cost: cost(1),
    unpriced: 0,
  });
});

test('the sum is computed again when an answer ends, and not while it streams', () => {
  const spent = createSpent();
  const streaming: AssistantMessage = { ...answer(1, 0), status: { kind: 'streaming' } };
  const aside: never[] = [];
  const first = spent({ messages: [streaming], aside });
  expect(spent({ messages: [{ ...streaming, text: 'hello there' }], aside })).toBe(first);
  expect(spent({ messages: [answer(1, 5, cost(1))], aside })).toEqual({ cost: cost(1), unpriced: 0 });
});
