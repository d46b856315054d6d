import { open } from 'node:fs/promises';
import { fileReason } from '../../common/errors.js';
import type { ExchangeRecord } from './exchange-record.js';

/** A file with a line of JSON for each exchange that is over. */
export interface RequestLog {
  write(exchange: ExchangeRecord): void;
  /** Resolves when everything is in the file. */
  close(): Promise<void>;
}

/** @throws {Error} a message for people: the file cannot be written */
export async function openRequestLog(file: string): Promise<RequestLog> {
  const handle = await open(file, 'a').catch((error: unknown) => {
    throw new Error(`The log ${file} cannot be written: ${fileReason(error)}`);
  });
  const stream = handle.createWriteStream();
  // A full disk ends the log, not the simulator.
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
