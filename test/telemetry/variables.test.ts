import { expect, test } from 'vitest';
import { packagesOf } from '../../src/telemetry/open.js';
import { createTraceClock } from '../../src/telemetry/time.js';
import { readTraceparent, traceparent } from '../../src/telemetry/traceparent.js';
import { telemetryPlan } from '../../src/telemetry/variables.js';

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318' };

test.each([
  {},
  { OTEL_SERVICE_NAME: 'mine', OTEL_EXPORTER_OTLP_HEADERS: 'a=b' },
  { OTEL_EXPORTER_OTLP_ENDPOINT: ' ' },
  { ...ENDPOINT, OTEL_SDK_DISABLED: 'TRUE' },
  { ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none' },
])('%j turns nothing on', (env) => {
  expect(telemetryPlan(env)).toBeUndefined();
});

test('an endpoint turns on both signals, as protobuf over HTTP and without texts', () => {
  expect(telemetryPlan(ENDPOINT)).toEqual({
    traces: { to: 'otlp', protocol: 'http/protobuf' },
    metrics: { to: 'otlp', protocol: 'http/protobuf' },
    metricsIntervalMs: 60_000,
    content: false,
    sampler: 'parentbased_always_on',
    samplerArgument: undefined,
    problems: [],
  });
});

test("a signal's own variable wins, and its protocol decides which packages are loaded", () => {
  const plan = telemetryPlan({
    ...ENDPOINT,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/protobuf',
  });
  expect(plan).toMatchObject({ traces: { protocol: 'http/json' }, metrics: { protocol: 'http/protobuf' } });
  expect(plan && packagesOf(plan)).toEqual(
    expect.arrayContaining([
      '@opentelemetry/exporter-trace-otlp-http',
      '@opentelemetry/exporter-metrics-otlp-proto',
    ]),
  );
});

test('an unsupported exporter is named, and the other signal is exported', () => {
  const plan = telemetryPlan({ OTEL_TRACES_EXPORTER: 'zipkin', OTEL_METRICS_EXPORTER: 'console' });
  expect(plan).toMatchObject({ traces: undefined, metrics: { to: 'console' } });
  expect(plan?.problems).toEqual([
    'set OTEL_TRACES_EXPORTER to otlp, console or none: "zipkin" is not supported',
  ]);
});

test('a protocol that is not supported is named once, by its own variable', () => {
  const both = telemetryPlan({ ...ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' });
  expect(both?.problems).toEqual([expect.stringMatching(/^set OTEL_EXPORTER_OTLP_PROTOCOL .* port 4318/)]);
  const one = telemetryPlan({ ...ENDPOINT, OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/xml' });
  expect(one).toMatchObject({ traces: { to: 'otlp' }, metrics: undefined });
  expect(one?.problems).toEqual([
    'set OTEL_EXPORTER_OTLP_METRICS_PROTOCOL to http/protobuf or http/json: "http/xml" is not supported',
  ]);
});

test('a traceparent is read unchanged, and an invalid one is ignored', () => {
  const context = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), traceFlags: 1 };
  const text = traceparent(context);
  expect(text).toBe(`00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`);
  expect(readTraceparent(text)).toEqual({ ...context, isRemote: true });
  for (const none of [undefined, '', 'x', text.replace('ab'.repeat(16), '0'.repeat(32)), `${text}-more`])
    expect(readTraceparent(none)).toBeUndefined();
});

test('times of a trace keep their distance to the nanosecond', () => {
  const clock = createTraceClock();
  const nanoseconds = (ms: number): bigint => {
    const [seconds, rest] = clock.at(ms);
    return BigInt(seconds) * 1_000_000_000n + BigInt(rest);
  };
  expect(nanoseconds(1234.567891) - nanoseconds(1000)).toBe(234_567_891n);
  expect(nanoseconds(1000.25) - nanoseconds(999.75)).toBe(500_000n);
  // The system's clock may be set meanwhile.
  const [beforeMs, nowMs, afterMs] = [Date.now(), performance.now(), Date.now()];
  const exportedMs = Number(nanoseconds(nowMs) / 1_000_000n);
  expect(exportedMs).toBeGreaterThan(beforeMs - 1000);
  expect(exportedMs).toBeLessThan(afterMs + 1000);
});
