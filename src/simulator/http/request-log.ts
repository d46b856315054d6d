import { open } from 'node:fs/promises';
import { fileReason } from '../../common/errors.js';
import type { ExchangeRecord } from './exchange-record.js';

/** Writes a line of JSON to a file for each finished exchange. */
export interface RequestLog {
  write(exchange: ExchangeRecord): void;
  /** Resolves when all lines are written. */
  close(): Promise<void>;
}

/** @throws {Error} when the file can't be written; the message is for users */
export async function openRequestLog(file: string): Promise<RequestLog> {
  const handle = await open(file, 'a').catch((error: unknown) => {
    throw new Error(`The log ${file} cannot be written: ${fileReason(error)}`);
  });
  const stream = handle.createWriteStream();
  // If the disk is full, only the log ends, not the simulator.
  stream.on('error', () => {});
  return {
    write: (exchange) => void stream.write(`${JSON.stringify(lineOf(exchange))}\n`),
    close: () => new Promise((resolve) => stream.end(resolve)),
  };
}

function lineOf(exchange: ExchangeRecord): Record<string, unknown> {
  return {
    time: new Date(exchange.startedAtMs).toISOString(),
    request_id: exchange.requestId,
    method: exchange.method,
    path: exchange.path,
    model: exchange.model,
    fault: exchange.fault,
    status: exchange.status,
    tokens: exchange.tokens,
    first_token_ms: exchange.firstTokenMs && tenths(exchange.firstTokenMs),
    duration_ms: tenths(exchange.durationMs),
    latest_ms: tenths(exchange.latestMs),
    completed: exchange.completed,
  };
}

const tenths = (ms: number): number => Math.round(ms * 10) / 10;
