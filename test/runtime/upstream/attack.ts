import type { ErrorClass } from '../../../src/common/errors.js';

/** What a provider does to whoever asks it, and how the client is told. */
export interface Attack<S> {
  name: string;
  serve(socket: S, stream: number): void;
  /** What the client is told. */
  says: RegExp;
  errorClass: ErrorClass;
}

/** The limits of the client that asks, in ms. */
export const LIMIT_MS = 1500;
export const NO_HEADERS = /^no response headers within 1\.5 s.*raise timeout_ms/;
export const SILENT = /^nothing came from .* for 1\.5 s: raise idle_ms/;
