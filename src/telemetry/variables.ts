/** The encodings of OTLP over HTTP. */
type OtlpProtocol = 'http/protobuf' | 'http/json';

/** The destination of one kind of data. */
export type Destination =
  | { readonly to: 'otlp'; readonly protocol: OtlpProtocol }
  | { readonly to: 'console' };

/** The export that the variables of OpenTelemetry configure. */
export interface TelemetryPlan {
  readonly traces: Destination | undefined;
  readonly metrics: Destination | undefined;
  readonly metricsIntervalMs: number;
  /** Whether spans contain questions and answers. */
  readonly content: boolean;
  readonly sampler: string;
  readonly samplerArgument: string | undefined;
  /** The unsupported settings, in words for users. */
  readonly problems: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Each of these variables turns telemetry on. */
const TURN_ON = [
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
  'OTEL_TRACES_EXPORTER',
  'OTEL_METRICS_EXPORTER',
];

/**
 * Reads the variables. Returns undefined when they turn nothing on, so that nothing has to be loaded. The exporters
 * read the others (endpoints, headers, timeouts, certificates) themselves.
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function telemetryPlan(env: Environment): TelemetryPlan | undefined {
  if (/^true$/i.test(env.OTEL_SDK_DISABLED?.trim() ?? '')) return undefined;
  if (!TURN_ON.some((name) => (env[name] ?? '').trim() !== '')) return undefined;
  const problems: string[] = [];
  const traces = destination('TRACES', env, problems);
  const metrics = destination('METRICS', env, problems);
  if (traces === undefined && metrics === undefined && problems.length === 0) return undefined;
  const interval = Number(env.OTEL_METRIC_EXPORT_INTERVAL);
  return {
    traces,
    metrics,
    metricsIntervalMs: interval >= 1 ? interval : 60_000,
    content: /^(true|1|span_only|span_and_event)$/i.test(
      env.OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT?.trim() ?? '',
    ),
    sampler: env.OTEL_TRACES_SAMPLER?.trim() || 'parentbased_always_on',
    samplerArgument: env.OTEL_TRACES_SAMPLER_ARG,
    problems,
  };
}

function destination(
  kind: 'TRACES' | 'METRICS',
  env: Environment,
  problems: string[],
): Destination | undefined {
  const name = `OTEL_${kind}_EXPORTER`;
  const exporter = env[name]?.trim() || 'otlp';
  if (exporter === 'none') return undefined;
  if (exporter === 'console') return { to: 'console' };
  if (exporter !== 'otlp') {
    problems.push(`set ${name} to otlp, console or none: ${JSON.stringify(exporter)} is not supported`);
    return undefined;
  }
  const own = `OTEL_EXPORTER_OTLP_${kind}_PROTOCOL`;
  const set = env[own]?.trim() ? own : 'OTEL_EXPORTER_OTLP_PROTOCOL';
  const protocol = env[set]?.trim() || 'http/protobuf';
  if (protocol === 'http/protobuf' || protocol === 'http/json') return { to: 'otlp', protocol };
  const why =
    protocol === 'grpc'
      ? 'grpc is not supported. Collectors accept HTTP at port 4318, e.g. OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318'
      : `${JSON.stringify(protocol)} is not supported`;
  const problem = `set ${set} to http/protobuf or http/json: ${why}`;
  if (!problems.includes(problem)) problems.push(problem);
  return undefined;
}
