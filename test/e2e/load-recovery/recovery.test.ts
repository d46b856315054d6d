import { expect, test } from 'vitest';
import { harnessForEach } from '../../support/programs/e2e.js';
import { deltaOf, FINISH, sseEvents } from '../../support/servers/upstream.js';

const { endpoint, run } = harnessForEach();
const WHOLE = sseEvents(deltaOf('one '), deltaOf('two'), FINISH, '[DONE]').join('');

interface Report {
  runs: [{ curve: { answer: { kept: number } | null; levels: { kept: boolean | null }[] } }];
}

test('a backlog that a load leaves behind does not make the next loads miss the SLO', async () => {
  let freeMs = 0;
  await endpoint((_request, response) => {
    // A single worker also works for clients that have gone.
    freeMs = Math.max(freeMs, performance.now()) + 20;
    setTimeout(
      () => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(WHOLE),
      freeMs - performance.now(),
    );
  });
  const { stdout } = await run([
    ...['bench', '--find-rate', '40-80', '--slo', 'ttft.p50<100ms', '--arrivals', 'constant'],
    ...['--duration', '3', '--json', '-'],
  ]);
  const { curve } = (JSON.parse(stdout) as Report).runs[0];
  const missed = curve.levels.filter(({ kept }) => kept === false);
  // The worker can do 50/s. 80/s leaves work of 1.8 s behind, which the loads between 40/s and 50/s never catch up with.
  expect(curve.answer?.kept).toBeGreaterThan(42);
  expect(missed.length).toBeGreaterThan(0);
});
