// The numbers of `SpanKind`. The package is loaded later, and an enumeration of its types has no values.
export const INTERNAL = 0;
export const SERVER = 1;
export const CLIENT = 2;
