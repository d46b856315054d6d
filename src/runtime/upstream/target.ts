import type { LookupFunction } from 'node:net';

/** The destination of a TCP connection. */
export interface Target {
  host: string;
  port: number;
  /** Replaces the system's name resolution. */
  lookup?: LookupFunction;
}
