import type { LookupFunction } from 'node:net';

/** Where a TCP connection goes. */
export interface Target {
  host: string;
  port: number;
  /** Replaces the system's name resolution. */
  lookup?: LookupFunction;
}
