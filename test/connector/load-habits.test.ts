import { expect, test } from 'vitest';
import { runExchange } from '../../src/connector/exchange.js';
import type { LoadAnswer } from '../../src/connector/load-types.js';
import { loadBench } from '../support/chat/load-bench.js';
import { chunksOfQuirk, quirks } from '../support/servers/quirks.js';
import type { Handler, Script } from '../support/servers/upstream.js';
import { playing, worldCases } from '../support/servers/world.js';

const bench = loadBench();

/** The parts of an answer that do not depend on the clock. */
const essence = ({ metrics, error, exchange: _, ...result }: LoadAnswer & { exchange?: number }) => ({
  ...result,
  error: error && [error.message, error.getErrorClassName(), error.hop, error.statusCode],
  attempts: metrics.attempts,
  outputTokens: metrics.outputTokens,
  tokensEstimated: metrics.tokensEstimated,
});

/** Runs the same request as a single exchange and as one of a load test, and expects equal answers. */
async function expectSame(answer: Handler | Script): Promise<void> {
  const { endpoint } = await bench.serve(answer);
  const { exchanges, ask } = bench.exchangesOf(endpoint);
  const single = { stream: true, adaptations: new Map() };
  const [load, whole] = await Promise.all([
    ask(),
    runExchange(bench.direct, endpoint, 1, [{ role: 'user', content: 'go' }], single),
  ]);
  exchanges.close();
  expect(essence(load)).toEqual(essence(whole));
}

test.concurrent.each(quirks.map((quirk) => [quirk.name, quirk] as const))(
  'a load test reads the stream of %s as a single exchange does',
  (_, quirk) => expectSame({ contentType: quirk.content_type, chunks: chunksOfQuirk(quirk) }),
);

test.concurrent.each(
  worldCases()
    .filter(({ slow }) => slow !== true)
    .map((habit) => [habit.name, habit] as const),
)('a load test reads the habit %s as a single exchange does', (_, habit) => expectSame(playing(habit)));
