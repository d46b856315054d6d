// The numbers of OpenTelemetry's `SpanKind`. Importing `SpanKind` itself would load its package at the start.
export const INTERNAL = 0;
export const SERVER = 1;
export const CLIENT = 2;
