import { consoleFigures, consoleSpans } from './console.js';
import type { Destination } from './variables.js';

type Print = (line: string) => void;

export async function traceExporter(to: Destination | undefined, print: Print) {
  if (to === undefined) return undefined;
  if (to.to === 'console') return consoleSpans(print);
  const { OTLPTraceExporter } =
    to.protocol === 'http/json'
      ? await import('@opentelemetry/exporter-trace-otlp-http')
      : await import('@opentelemetry/exporter-trace-otlp-proto');
  return new OTLPTraceExporter();
}

export async function metricExporter(to: Destination | undefined, print: Print) {
  if (to === undefined) return undefined;
  if (to.to === 'console') return consoleFigures(print);
  const { OTLPMetricExporter } =
    to.protocol === 'http/json'
      ? await import('@opentelemetry/exporter-metrics-otlp-http')
      : await import('@opentelemetry/exporter-metrics-otlp-proto');
  return new OTLPMetricExporter();
}
