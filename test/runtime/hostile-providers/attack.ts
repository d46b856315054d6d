import type { ErrorClass } from '../../../src/common/errors.js';

/** An attack by a provider, and the error that the client gets. */
export interface Attack<S> {
  name: string;
  serve(socket: S, stream: number): void;
  /** Matches the error message for the client. */
  says: RegExp;
  errorClass: ErrorClass;
}

/** The client's time limits, in ms: the first, and longer ones for a machine that is too busy to read a head in it. */
export const LIMITS_MS = [1500, 8000, 40_000];
export const NO_HEADERS = /^no response headers within [\d.]+ s.*raise timeout_ms/;
export const SILENT = /^nothing came from .* for [\d.]+ s: raise idle_ms/;
