import type { Attributes, Meter, SpanContext, SpanKind, Tracer } from '@opentelemetry/api';
import type { Sampler } from '@opentelemetry/sdk-trace';
import { codeOf } from '../common/error-code.js';
import { createProgress } from './export-progress.js';
import { metricExporter, traceExporter } from './exporters.js';
import { createTraceClock } from './time.js';
import type { Destination, TelemetryPlan } from './variables.js';

/** A span with known start, end and ids. */
interface KnownSpan {
  readonly name: string;
  readonly kind: SpanKind;
  /** On the clock of `performance.now()`. */
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Attributes;
  /** The span's ids; without them it gets new ones. */
  readonly ids?: Pick<SpanContext, 'traceId' | 'spanId'>;
  readonly parent?: SpanContext | undefined;
  readonly error?: string | undefined;
}

/** The running providers of OpenTelemetry. */
export interface OpenTelemetry {
  /** Undefined when no traces are exported. */
  readonly record: ((span: KnownSpan) => SpanContext) | undefined;
  readonly meter: Meter | undefined;
  /** Returns whether a new trace with that id is recorded. */
  sampled(traceId: string, name: string): boolean;
  /** Exports the pending data and stops. */
  shutdown(): Promise<Shutdown>;
}

interface Shutdown {
  /** The reason why data could not be exported. */
  readonly problem: string | undefined;
  /** An abandoned export may still run for a while. The process must not wait for it. */
  readonly pending: boolean;
}

export interface Service {
  readonly name: string;
  readonly version: string;
  /** Prints a line for users; never to stdout. */
  print(line: string): void;
}

/** Thrown when the required packages are not installed. */
class MissingPackages extends Error {
  override readonly name = 'MissingPackages';
}

const OTLP_PACKAGES: Readonly<Record<'traces' | 'metrics', Record<string, string>>> = {
  traces: {
    'http/protobuf': '@opentelemetry/exporter-trace-otlp-proto',
    'http/json': '@opentelemetry/exporter-trace-otlp-http',
  },
  metrics: {
    'http/protobuf': '@opentelemetry/exporter-metrics-otlp-proto',
    'http/json': '@opentelemetry/exporter-metrics-otlp-http',
  },
};

/** Returns the packages that a plan needs. */
export function packagesOf({ traces, metrics }: Pick<TelemetryPlan, 'traces' | 'metrics'>): string[] {
  const exporter = (kind: 'traces' | 'metrics', to: Destination | undefined): string[] =>
    to?.to === 'otlp' ? [OTLP_PACKAGES[kind][to.protocol] ?? ''] : [];
  return [
    '@opentelemetry/api',
    '@opentelemetry/resources',
    '@opentelemetry/sdk-trace',
    '@opentelemetry/sdk-metrics',
    ...exporter('traces', traces),
    ...exporter('metrics', metrics),
  ];
}

/** Above this number of waiting spans, further ones are dropped: a load test creates thousands a second. */
const MOST_SPANS = 50_000;
/**
 * Loads the official packages and starts the exporters.
 * @throws {MissingPackages} with the command that installs them
 */
export async function openTelemetry(plan: TelemetryPlan, service: Service): Promise<OpenTelemetry> {
  try {
    return await open(plan, service);
  } catch (error) {
    const code = codeOf(error);
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw error;
    throw new MissingPackages(
      `to export telemetry, as the OTEL_… variables require, run: npm install --global ${packagesOf(plan).join(' ')}`,
    );
  }
}

async function open(plan: TelemetryPlan, { name, version, print }: Service): Promise<OpenTelemetry> {
  const api = await import('@opentelemetry/api');
  const trace = await import('@opentelemetry/sdk-trace');
  const metrics = await import('@opentelemetry/sdk-metrics');
  const { detectResources, envDetector, resourceFromAttributes } = await import('@opentelemetry/resources');
  let problem: string | undefined;
  const note = (...parts: unknown[]): void => {
    const words = parts.map((one) => (one instanceof Error ? one.message : one));
    const text = words.filter((one) => typeof one === 'string').join(': ');
    // The collector answered 200, in a format that the packages cannot read.
    if (text.includes('Export succeeded')) return;
    problem ??= text.replace(/\s+/g, ' ').slice(0, 300);
  };
  // The packages would write to the console, into the answer. The response of a collector must not reach a terminal
  // unchecked.
  const silent = (): void => {};
  api.diag.setLogger(
    { error: note, warn: note, info: silent, debug: silent, verbose: silent },
    { logLevel: api.DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  // The attributes of the process are left out, because its command line may contain a key or a question.
  const resource = resourceFromAttributes({ 'service.name': name, 'service.version': version }).merge(
    detectResources({ detectors: [envDetector] }),
  );
  let next: Pick<SpanContext, 'traceId' | 'spanId'> | undefined;
  const random = new trace.RandomIdGenerator();
  const progress = createProgress(note);
  const spans = progress.followed(await traceExporter(plan.traces, print));
  const tracing =
    spans &&
    new trace.TracerProvider({
      resource,
      spanProcessors: [new trace.BatchSpanProcessor({ exporter: spans, maxQueueSize: MOST_SPANS })],
      idGenerator: {
        generateTraceId: () => next?.traceId ?? random.generateTraceId(),
        generateSpanId: () => next?.spanId ?? random.generateSpanId(),
      },
    });
  const figures = progress.followed(await metricExporter(plan.metrics, print));
  const metering =
    figures &&
    new metrics.MeterProvider({
      resource,
      readers: [
        new metrics.PeriodicExportingMetricReader({
          exporter: figures,
          exportIntervalMillis: plan.metricsIntervalMs,
          exportTimeoutMillis: Math.min(plan.metricsIntervalMs, 30_000),
        }),
      ],
    });
  const tracer: Tracer | undefined = tracing?.getTracer(name, version);
  const sampler = samplerOf(trace, plan);

  const clock = createTraceClock();
  const recorder =
    (tracer: Tracer) =>
    ({ name, kind, attributes, startMs, endMs, ids, parent, error }: KnownSpan): SpanContext => {
      const { ROOT_CONTEXT } = api;
      const context = parent === undefined ? ROOT_CONTEXT : api.trace.setSpanContext(ROOT_CONTEXT, parent);
      next = ids;
      const span = tracer.startSpan(name, { kind, attributes, startTime: clock.at(startMs) }, context);
      next = undefined;
      if (error !== undefined) span.setStatus({ code: api.SpanStatusCode.ERROR, message: error });
      span.end(clock.at(endMs));
      return span.spanContext();
    };
  return {
    record: tracer && recorder(tracer),
    meter: metering?.getMeter(name, version),
    sampled: (traceId, span) =>
      tracer !== undefined &&
      sampler.shouldSample(api.ROOT_CONTEXT, traceId, span, api.SpanKind.CLIENT, {}, []).decision ===
        trace.SamplingDecision.RECORD_AND_SAMPLED,
    async shutdown() {
      const ended = Promise.all([tracing?.shutdown(), metering?.shutdown()]).catch((error: unknown) => {
        note(error);
      });
      const givenUp = await progress.until(ended);
      if (givenUp !== undefined) note(givenUp);
      return { problem, pending: givenUp !== undefined };
    },
  };
}

/** Returns the sampling of new traces. For a trace from another program, that program's decision applies. */
function samplerOf(trace: typeof import('@opentelemetry/sdk-trace'), plan: TelemetryPlan): Sampler {
  const ratio = Number(plan.samplerArgument ?? 1);
  switch (plan.sampler.replace('parentbased_', '')) {
    case 'always_off':
      return new trace.AlwaysOffSampler();
    case 'traceidratio':
      return new trace.TraceIdRatioBasedSampler(Number.isFinite(ratio) ? ratio : 1);
    default:
      return new trace.AlwaysOnSampler();
  }
}
