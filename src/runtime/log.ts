import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf } from '../errors.js';

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

type Fields = Readonly<Record<string, unknown>>;

/** Takes what happened as an event's name and its figures. Never given headers, bodies or query strings. */
export type Logger = Readonly<Record<LogLevel, (event: string, fields?: Fields) => void>>;

export interface LogFile {
  readonly logger: Logger;
  /** Resolves when everything is written. */
  close(): Promise<void>;
}

const nothing = (): void => {};

export const silentLogger: Logger = { error: nothing, warn: nothing, info: nothing, debug: nothing };

/**
 * Appends one JSON object a line to `path`, which only its owner can read; its folder is made where there is
 * none. Whatever is wrong with the file loses lines, and nothing else.
 */
export function openLogFile(path: string, level: LogLevel): LogFile {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  } catch {
    // The stream meets the same obstacle.
  }
  const stream = createWriteStream(path, { flags: 'a', mode: 0o600 });
  stream.on('error', nothing);
  const write =
    (name: LogLevel) =>
    (event: string, fields: Fields = {}): void => {
      if (LOG_LEVELS.indexOf(name) > LOG_LEVELS.indexOf(level)) return;
      const line = { time: new Date().toISOString(), level: name, pid: process.pid, event, ...fields };
      stream.write(`${JSON.stringify(line)}\n`);
    };
  return {
    logger: { error: write('error'), warn: write('warn'), info: write('info'), debug: write('debug') },
    close: () =>
      new Promise((resolve) => {
        if (stream.destroyed) resolve();
        else stream.once('close', resolve).end();
      }),
  };
}

/** Writes down an error that nothing was meant to throw, with its stack. */
export function logFault(log: Logger, error: unknown): void {
  log.error('fault', { message: messageOf(error), stack: error instanceof Error ? error.stack : undefined });
}
