import type { PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { SpanExporter } from '@opentelemetry/sdk-trace';

/** The number of `ExportResultCode.SUCCESS`. */
const SUCCESS = { code: 0 } as const;
const done = async (): Promise<void> => {};

/**
 * Writes each span as one line of JSON. The packages' own exporter would print to stdout, into the answer.
 * @param print takes a line without its end
 */
export function consoleSpans(print: (line: string) => void): SpanExporter {
  return {
    export(spans, result) {
      for (const span of spans) {
        const { traceId, spanId } = span.spanContext();
        const { name, kind, parentSpanContext, startTime, duration, status, attributes } = span;
        print(
          JSON.stringify({
            ...{ span: name, kind, traceId, spanId, parentSpanId: parentSpanContext?.spanId ?? null },
            ...{ startMs: milliseconds(startTime), ms: milliseconds(duration), status, attributes },
          }),
        );
      }
      result(SUCCESS);
    },
    shutdown: done,
    forceFlush: done,
  };
}

/** Writes each figure as one line of JSON. */
export function consoleFigures(print: (line: string) => void): PushMetricExporter {
  return {
    export({ scopeMetrics }, result) {
      for (const { metrics } of scopeMetrics)
        for (const { descriptor, dataPoints } of metrics)
          print(JSON.stringify({ metric: descriptor.name, unit: descriptor.unit, dataPoints }));
      result(SUCCESS);
    },
    shutdown: done,
    forceFlush: done,
  };
}

const milliseconds = ([seconds, nanoseconds]: readonly [number, number]): number =>
  seconds * 1000 + nanoseconds / 1e6;
