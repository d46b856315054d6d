import type { ErrorClass } from '../../../src/common/errors.js';

/** An attack by a provider, and the error that the client gets. */
export interface Attack<S> {
  name: string;
  serve(socket: S, stream: number): void;
  /** Matches the error message for the client. */
  says: RegExp;
  errorClass: ErrorClass;
}

/** The client's time limits, in ms. */
export const LIMIT_MS = 1500;
export const NO_HEADERS = /^no response headers within 1\.5 s.*raise timeout_ms/;
export const SILENT = /^nothing came from .* for 1\.5 s: raise idle_ms/;
