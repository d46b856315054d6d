import { execFile } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, type TestContext, test } from 'vitest';
import { type Ground, groundNow } from '../../support/programs/e2e.js';
import { until, withoutBusy } from '../../support/programs/program.js';
import { attributesOf, type Collector, type SeenSpan, startCollector } from '../../support/servers/otlp.js';
import { deltaOf, FINISH, type Handler, sseEvents, startUpstream } from '../../support/servers/upstream.js';

const KEY = 'canary-key/+7f3d9=b1c2~Zz';
const PROMPT = 'the secret of the pyramids';
const ANSWER = 'whispered wisdom';

interface Stage extends Ground {
  readonly collector: Collector;
  /** Runs `ask --json`, which must print nothing on stderr, and returns its last line. */
  ask(...flags: string[]): Promise<Last>;
  /** Resolves when the daemon has exported, which it does when it exits: its spans and its figures, in any order. */
  daemonEnded(): Promise<void>;
}

async function stageOf(context: TestContext): Promise<Stage> {
  const collector = await startCollector();
  context.onTestFinished(() => collector.close());
  const ground = await groundNow(context, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
  return {
    ...ground,
    collector,
    async ask(...flags) {
      const { stdout, stderr, code } = await ground.run(['ask', '--json', ...flags, PROMPT]);
      expect({ code, stderr: withoutBusy(stderr) }).toEqual({ code: 0, stderr: '' });
      return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Last;
    },
    daemonEnded: () =>
      until(
        () =>
          collector.spans.some(({ service, kind }) => service !== 'vastar-tui' && kind === 2) &&
          collector.metrics.some(({ service }) => service !== 'vastar-tui'),
      ),
  };
}

const USAGE = { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 };
const chunks = sseEvents(
  ...[deltaOf('whispered '), deltaOf('wisdom'), FINISH],
  JSON.stringify({ choices: [], usage: USAGE }),
);

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

interface Last {
  metrics: { hops_ms?: Record<string, number>; hops?: Record<string, number> };
}

const ms = ({ start, end }: SeenSpan): number => Number(end - start) / 1e6;

// One after another: the program gives up an export after 3 s, which a machine that runs many programs may need.
test.for(['http/json', 'http/protobuf'])(
  'ask exports one trace of client, daemon and provider, whose spans sum to the waterfall: %s',
  async (protocol, context) => {
    const { place, endpoint, collector, ask, daemonEnded } = await stageOf(context);
    place.env.OTEL_EXPORTER_OTLP_PROTOCOL = protocol;
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
  const { place, endpoint, collector, ask, daemonEnded } = await stageOf(context);
  place.env.OTEL_EXPORTER_OTLP_PROTOCOL = 'http/json';
  place.env.OTEL_RESOURCE_ATTRIBUTES = 'deployment.environment.name=test';
  place.env.OTEL_SERVICE_NAME = 'my-service';
  await endpoint(failingOnce(), KEY);
  await ask('--header', 'X-Secret: s3cret-header-value');
  await daemonEnded();
  const exported = collector.bytes.toString();
  for (const form of [KEY, encodeURIComponent(KEY), 's3cret-header', PROMPT, ANSWER, 'pyramids', 'wisdom'])
    expect(exported).not.toContain(form);
  expect(new Set(collector.spans.map(({ service }) => service))).toEqual(new Set(['my-service']));
  expect(exported).toContain('deployment.environment.name');

  place.env.OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT = 'true';
  await ask('--system', `use ${KEY}`);
  const all = collector.bytes.toString();
  expect(all).toContain(PROMPT);
  expect(all).toContain(ANSWER);
  expect(all).not.toContain(KEY);
});

test('token usage and times are histograms with the bounds of the semantic conventions', async (context) => {
  const { place, endpoint, collector, start } = await stageOf(context);
  place.env.OTEL_EXPORTER_OTLP_PROTOCOL = 'http/json';
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
  const { place, endpoint, run, collector } = await stageOf(context);
  place.env.OTEL_EXPORTER_OTLP_PROTOCOL = 'http/json';
  const provider = await endpoint({ chunks: [...chunks, 'data: [DONE]\n\n'] });
  const flags = ['--requests', '6', '--concurrency', '2', '--workers', '2'];
  expect((await run(['bench', ...flags])).code).toBe(0);
  const roots = collector.spans.filter(({ parentSpanId }) => parentSpanId === '');
  expect(roots).toHaveLength(6);
  expect(provider.requests.map(({ headers }) => headers.traceparent).sort()).toEqual(
    roots.map(({ traceId, spanId }) => `00-${traceId}-${spanId}-01`).sort(),
  );
});

test('nothing is exported without the variables or with the value none', async (context) => {
  const { place, endpoint, collector, ask } = await stageOf(context);
  const provider = await endpoint({ chunks: [...chunks, 'data: [DONE]\n\n'] });
  place.env.OTEL_SDK_DISABLED = 'true';
  await ask();
  delete place.env.OTEL_SDK_DISABLED;
  Object.assign(place.env, { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none' });
  await ask();
  expect(collector.requests).toHaveLength(0);
  for (const { headers } of provider.requests) expect(headers.traceparent).toBeUndefined();
});

/** The modules that the program loads, as specifiers and addresses. */
async function loaded({ place, run }: Stage): Promise<string> {
  const hook =
    "import{registerHooks}from'node:module';import{appendFileSync}from'node:fs';" +
    'registerHooks({resolve(name,context,next){const found=next(name,context);' +
    "appendFileSync(process.env.MODULES,name+' '+found.url+'\\n');return found}})";
  const list = join(place.dir, 'modules');
  Object.assign(place.env, {
    MODULES: list,
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}`,
  });
  expect((await run(['ask', PROMPT])).code).toBe(0);
  return readFileSync(list, 'utf8');
}

test('without the variables no module of telemetry is loaded', async (context) => {
  const stage = await stageOf(context);
  const { place, endpoint, collector } = stage;
  await endpoint({ chunks: [...chunks, 'data: [DONE]\n\n'] });
  delete place.env.OTEL_EXPORTER_OTLP_ENDPOINT;
  const without = await loaded(stage);
  expect(without).toMatch(/\/dist\/cli\.js/);
  expect(without).not.toContain('opentelemetry');
  place.env.OTEL_EXPORTER_OTLP_ENDPOINT = collector.url;
  expect(await loaded(stage)).toContain('@opentelemetry/sdk-trace');
});

test('with missing packages, one line says how to install them, and the answer arrives', async (context) => {
  const { place, endpoint } = await stageOf(context);
  await endpoint({ chunks: [...chunks, 'data: [DONE]\n\n'] });
  const elsewhere = join(place.dir, 'installed');
  cpSync(join(import.meta.dirname, '../../../dist'), join(elsewhere, 'dist'), { recursive: true });
  writeFileSync(join(elsewhere, 'package.json'), '{"type":"module"}');
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    [join(elsewhere, 'dist', 'cli.js'), 'ask', PROMPT],
    { env: place.env, cwd: place.dir },
  );
  expect(stdout).toBe(`${ANSWER}\n`);
  expect(stderr).toMatch(
    /^vastar-tui: warning: no telemetry: to export telemetry, [^\n]* run: npm install --global @opentelemetry\/api [^\n]*@opentelemetry\/exporter-trace-otlp-proto [^\n]*\n$/m,
  );
});

test('the console is stderr, so that stdout has only the answer', async (context) => {
  const { place, endpoint, run } = await stageOf(context);
  await endpoint({ chunks: [...chunks, 'data: [DONE]\n\n'] });
  Object.assign(place.env, { OTEL_TRACES_EXPORTER: 'console', OTEL_METRICS_EXPORTER: 'console' });
  const { stdout, stderr } = await run(['ask', PROMPT]);
  expect(stdout).toBe(`${ANSWER}\n`);
  const lines = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.map(({ span }) => span)).toContain('chat gpt-3.5-turbo');
  expect(lines.map(({ metric }) => metric)).toContain('gen_ai.client.inference.duration');
  expect(stderr).not.toContain(KEY);
});

test('a warning names an unsupported protocol once', async (context) => {
  const { place, endpoint, run } = await stageOf(context);
  await endpoint({ chunks: [...chunks, 'data: [DONE]\n\n'] });
  place.env.OTEL_EXPORTER_OTLP_PROTOCOL = 'grpc';
  const { code, stderr } = await run(['ask', PROMPT]);
  expect(code).toBe(0);
  expect(stderr).toBe(
    'vastar-tui: warning: set OTEL_EXPORTER_OTLP_PROTOCOL to http/protobuf or http/json: grpc is not supported. ' +
      'Collectors accept HTTP at port 4318, e.g. OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318\n',
  );
});

// These wait for time to pass, at the same time.

test.concurrent('a refusing or missing collector changes no answer and is reported in one line', async (context) => {
  const { place, endpoint, run } = await stageOf(context);
  await endpoint({ chunks: [...chunks, 'data: [DONE]\n\n'] });
  place.env.OTEL_EXPORTER_OTLP_ENDPOINT = 'http://127.0.0.1:9';
  const { code, stdout, stderr } = await run(['ask', PROMPT]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${ANSWER}\n` });
  expect(stderr).toMatch(/^vastar-tui: warning: telemetry could not be exported: [^\n]+\n$/);
});

test.concurrent('the program stops waiting for a collector that accepts nothing for 3 seconds', async (context) => {
  const { place, endpoint, run } = await stageOf(context);
  const silent = await startUpstream(() => {});
  await endpoint({ chunks: [...chunks, 'data: [DONE]\n\n'] });
  place.env.OTEL_EXPORTER_OTLP_ENDPOINT = silent.url;
  const { code, stdout, stderr } = await run(['ask', PROMPT]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${ANSWER}\n` });
  expect(stderr).toMatch(
    /^vastar-tui: warning: telemetry could not be exported: the collector did not accept all data within 3 s; the rest is lost\n$/,
  );
  // The program ended while its request to the collector was still open.
  expect(silent.requests.length).toBeGreaterThan(0);
  await silent.close();
});

test.concurrent('the program waits for a collector that answers one export after another', async (context) => {
  const { place, endpoint, run } = await stageOf(context);
  const { promise: tracesTaken, resolve: onTraces } = Promise.withResolvers<void>();
  const slow = await startUpstream(async ({ path }, response) => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    if (path !== '/v1/traces') await tracesTaken;
    response.once('finish', () => path === '/v1/traces' && onTraces());
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  });
  await endpoint({ chunks: [...chunks, 'data: [DONE]\n\n'] });
  place.env.OTEL_EXPORTER_OTLP_ENDPOINT = slow.url;
  const { code, stderr } = await run(['ask', PROMPT]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(new Set(slow.requests.map(({ path }) => path))).toEqual(new Set(['/v1/metrics', '/v1/traces']));
  await slow.close();
});
