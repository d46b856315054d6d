import { expect, test } from 'vitest';
import type { SeenSpan } from '../../support/servers/otlp.js';
import type { Handler } from '../../support/servers/upstream.js';
import { ANSWER, chunks, KEY, PROMPT, stageOf } from './stage.js';

/** Fails once with an error that repeats the key, then answers. */
function failingOnce(): Handler {
  let asked = 0;
  return async ({ headers }, response) => {
    asked += 1;
    if (asked === 1) {
      response.writeHead(503, { 'retry-after': '0' }).end(`no place for ${headers.authorization}`);
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const chunk of [...chunks, 'data: [DONE]\n\n']) response.write(chunk);
    response.end();
  };
}

const ms = ({ start, end }: SeenSpan): number => Number(end - start) / 1e6;

// One after another: the program gives up an export after 3 s, which a machine that runs many programs may need.
test.for(['http/json', 'http/protobuf'])(
  'ask exports one trace of client, daemon and provider, whose spans sum to the waterfall: %s',
  async (protocol, context) => {
    const { sandbox, endpoint, collector, ask, daemonEnded } = await stageOf(context);
    sandbox.env.OTEL_EXPORTER_OTLP_PROTOCOL = protocol;
    const provider = await endpoint(failingOnce(), KEY);
    const last = await ask();
    await daemonEnded();
    const { spans } = collector;
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
    const named = (name: string): SeenSpan[] => spans.filter((span) => span.name === name);
    const [root] = named('chat gpt-3.5-turbo');
    expect(root).toMatchObject({
      service: 'vastar-tui',
      kind: 3,
      parentSpanId: '',
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': 'gpt-3.5-turbo',
        'server.address': '127.0.0.1',
      },
    });
    // The client's hops equal those of the waterfall, in order and without gaps.
    const hops = spans.filter(
      ({ parentSpanId, service }) => parentSpanId === root?.spanId && service === 'vastar-tui',
    );
    const waterfall = last.metrics.hops_ms ?? last.metrics.hops ?? {};
    const told = hops.filter(({ name }) => name !== 'further output');
    expect(told.map(({ attributes }) => attributes['vastar.hop']).sort()).toEqual(
      Object.keys(waterfall).sort(),
    );
    for (const hop of told) {
      expect(Math.abs(ms(hop) - (waterfall[String(hop.attributes['vastar.hop'])] ?? 0))).toBeLessThan(0.002);
    }
    // A hop of no length comes before the one that begins at the same time.
    const ordered = [...hops].sort((one, other) => Number(one.start - other.start || one.end - other.end));
    expect(ordered[0]?.start).toBe(root?.start);
    for (const [index, hop] of ordered.entries()) {
      const next = ordered[index + 1];
      if (next !== undefined) expect(Math.abs(Number(next.start - hop.end))).toBeLessThanOrEqual(2);
    }
    const sum = Object.values(waterfall).reduce((total, each) => total + each, 0);
    expect(Math.abs(told.reduce((total, hop) => total + ms(hop), 0) - sum)).toBeLessThan(0.02);

    // The daemon's span is a child of the client's, an attempt's span is a child of the daemon's, and the provider
    // receives the attempt's.
    const [proxy] = named('proxy POST');
    expect(proxy).toMatchObject({ service: 'vastar-connector-runtime', kind: 2, parentSpanId: root?.spanId });
    const attempts = named('POST');
    expect(attempts.map(({ attributes }) => Number(attributes['http.response.status_code'])).sort()).toEqual([
      200, 503,
    ]);
    for (const attempt of attempts) expect(attempt.parentSpanId).toBe(proxy?.spanId);
    const sent = provider.requests.map(({ headers }) => headers.traceparent);
    expect([...sent].sort()).toEqual(
      attempts.map(({ traceId, spanId }) => `00-${traceId}-${spanId}-01`).sort(),
    );
    const parts = spans
      .filter(({ parentSpanId }) => parentSpanId === attempts[1]?.spanId)
      .map(({ name }) => name);
    expect(parts).toEqual(expect.arrayContaining(['queue', 'send request', 'to 1st byte', 'body']));

    const figures = new Set(collector.metrics.map(({ name }) => name));
    for (const name of [
      'gen_ai.client.inference.duration',
      'gen_ai.client.inference.time_to_first_chunk',
      'gen_ai.client.inference.usage.input_tokens',
      'gen_ai.client.inference.usage.output_tokens',
      'gen_ai.client.operation.duration',
      'gen_ai.client.operation.time_to_first_chunk',
      'gen_ai.client.token.usage',
      'http.client.request.duration',
    ])
      expect(figures).toContain(name);
  },
);

test('keys, questions and answers are not exported; the two texts are exported on request', async (context) => {
  const { sandbox, endpoint, collector, ask, daemonEnded } = await stageOf(context);
  sandbox.env.OTEL_EXPORTER_OTLP_PROTOCOL = 'http/json';
  sandbox.env.OTEL_RESOURCE_ATTRIBUTES = 'deployment.environment.name=test';
  sandbox.env.OTEL_SERVICE_NAME = 'my-service';
  await endpoint(failingOnce(), KEY);
  await ask('--header', 'X-Secret: s3cret-header-value');
  await daemonEnded();
  const exported = collector.bytes.toString();
  for (const form of [KEY, encodeURIComponent(KEY), 's3cret-header', PROMPT, ANSWER, 'pyramids', 'wisdom'])
    expect(exported).not.toContain(form);
  expect(new Set(collector.spans.map(({ service }) => service))).toEqual(new Set(['my-service']));
  expect(exported).toContain('deployment.environment.name');

  sandbox.env.OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT = 'true';
  await ask('--system', `use ${KEY}`);
  const all = collector.bytes.toString();
  expect(all).toContain(PROMPT);
  expect(all).toContain(ANSWER);
  expect(all).not.toContain(KEY);
});
