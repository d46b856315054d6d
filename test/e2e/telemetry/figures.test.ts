import { expect, test } from 'vitest';
import { withoutBusy } from '../../support/programs/program.js';
import { attributesOf } from '../../support/servers/otlp.js';
import { chunks, PROMPT, stageOf } from './stage.js';

test('token usage and times are histograms with the bounds of the semantic conventions', async (context) => {
  const { sandbox, endpoint, collector, start } = await stageOf(context);
  sandbox.env.OTEL_EXPORTER_OTLP_PROTOCOL = 'http/json';
  const { promise: shown, resolve: onShown } = Promise.withResolvers<void>();
  // The second piece is sent when the first has arrived, however busy the machine is.
  const onSend = (index: number): Promise<void> | undefined => (index === 1 ? shown : undefined);
  await endpoint({ chunks: [...chunks, 'data: [DONE]\n\n'], gapMs: 20, onSend });
  const asking = start(['ask', '--json', PROMPT]);
  asking.child.stdin.end();
  await asking.untilStdout(/whispered/);
  onShown();
  const { code, stderr } = await asking.ended;
  expect({ code, stderr: withoutBusy(stderr) }).toEqual({ code: 0, stderr: '' });
  const usage = collector.metrics.find(({ name }) => name === 'gen_ai.client.token.usage');
  const byType = usage?.points.map((point) => [attributesOf(point)['gen_ai.token.type'], point.sum]);
  expect(byType).toEqual([
    ['input', 7],
    ['output', 2],
  ]);
  const first = collector.metrics.find(({ name }) => name === 'gen_ai.client.operation.time_to_first_chunk');
  expect(first?.points[0]?.explicitBounds).toEqual(
    Array.from({ length: 14 }, (_, index) => Number((0.01 * 2 ** index).toFixed(2))),
  );
  const gaps = collector.metrics.find(({ name }) => name === 'gen_ai.client.operation.time_per_output_chunk');
  expect(Number(gaps?.points[0]?.count)).toBe(1);
});

test('bench exports each request, also from several workers, and the provider receives its trace', async (context) => {
  const { sandbox, endpoint, run, collector } = await stageOf(context);
  sandbox.env.OTEL_EXPORTER_OTLP_PROTOCOL = 'http/json';
  const provider = await endpoint({ chunks: [...chunks, 'data: [DONE]\n\n'] });
  const flags = ['--requests', '6', '--concurrency', '2', '--workers', '2'];
  expect((await run(['bench', ...flags])).code).toBe(0);
  const roots = collector.spans.filter(({ parentSpanId }) => parentSpanId === '');
  expect(roots).toHaveLength(6);
  expect(provider.requests.map(({ headers }) => headers.traceparent).sort()).toEqual(
    roots.map(({ traceId, spanId }) => `00-${traceId}-${spanId}-01`).sort(),
  );
});
