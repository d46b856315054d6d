import {
  closeSync,
  createWriteStream,
  openSync,
  renameSync,
  statSync,
  unlinkSync,
  type WriteStream,
} from 'node:fs';
import { dirname } from 'node:path';
import { fileReason, messageOf } from '../common/errors.js';
import { makeFolder } from '../common/program/user-folders.js';

export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

type Fields = Readonly<Record<string, unknown>>;

/**
 * Writes an event with its fields. Pass a function when the fields are expensive to compute: it is called only when
 * the event is written. Never pass headers, bodies or query strings.
 */
export type Logger = Readonly<Record<LogLevel, (event: string, fields?: Fields | (() => Fields)) => void>>;

export interface LogFile {
  readonly logger: Logger;
  /** Opens the file again, after another program has renamed it. */
  reopen(): void;
  /** Resolves when everything is written. */
  close(): Promise<void>;
}

export interface LogFileOptions {
  path: string;
  level: LogLevel;
  /** The file is rotated at this many bytes [10 MiB]. */
  maxBytes?: number;
  /** How many rotated files are kept, as `path.1` (the newest), `path.2`, … [3]. */
  keep?: number;
}

const nothing = (): void => {};

export const silentLogger: Logger = { error: nothing, warn: nothing, info: nothing, debug: nothing };

/**
 * Appends one JSON object a line to a file that only its owner can read, and creates a missing folder. While the file
 * can't be written, lines are lost, and nothing throws.
 */
export function openLogFile({ path, level, maxBytes = 10 * 1024 ** 2, keep = 3 }: LogFileOptions): LogFile {
  attempt(() => makeFolder(dirname(path)));
  let stream = openStream(path);
  let size = attempt(() => statSync(path).size) ?? 0;
  /** Promises that resolve when the streams of renamed files have written their last lines. */
  const ending = new Set<Promise<void>>();

  const reopen = (): void => {
    // The old stream writes its buffered lines to the renamed file.
    const ended = end(stream).then(() => void ending.delete(ended));
    ending.add(ended);
    stream = openStream(path);
    size = attempt(() => statSync(path).size) ?? 0;
  };
  const rotate = (): void => {
    for (let index = keep - 1; index >= 1; index -= 1) {
      attempt(() => renameSync(`${path}.${index}`, `${path}.${index + 1}`));
    }
    if (keep > 0) attempt(() => renameSync(path, `${path}.1`));
    else attempt(() => unlinkSync(path));
    reopen();
    // Set it even when the file could not be renamed. Otherwise each further line would rotate again.
    size = 0;
  };
  const write =
    (name: LogLevel): Logger[LogLevel] =>
    (event, fields = {}) => {
      if (LOG_LEVELS.indexOf(name) > LOG_LEVELS.indexOf(level)) return;
      const values = typeof fields === 'function' ? fields() : fields;
      const line = { time: new Date().toISOString(), level: name, pid: process.pid, event, ...values };
      const text = `${redact(JSON.stringify(line, shortened))}\n`;
      const bytes = Buffer.byteLength(text);
      if (size > 0 && size + bytes > maxBytes) rotate();
      size += bytes;
      // A stream that failed is replaced: a full disk may have room now.
      if (stream === undefined || stream.destroyed) stream = openStream(path);
      stream?.write(text);
    };
  return {
    logger: { error: write('error'), warn: write('warn'), info: write('info'), debug: write('debug') },
    reopen,
    async close() {
      await Promise.all([...ending, end(stream)]);
    },
  };
}

/** Values are cut to this length: redacting megabytes of text that a client sent would block the event loop. */
const MAX_CHARS = 4000;

function shortened(_name: string, value: unknown): unknown {
  return typeof value === 'string' && value.length > MAX_CHARS ? `${value.slice(0, MAX_CHARS)}…` : value;
}

/** Returns why the log can't be written at this path, or undefined when it can. */
export function logProblem(path: string): string | undefined {
  try {
    makeFolder(dirname(path));
    closeSync(openSync(path, 'a', 0o600));
    return undefined;
  } catch (error) {
    return `${path} cannot be written: ${fileReason(error)}`;
  }
}

/** Opens the file synchronously, so that it can be renamed right after. Returns undefined when it can't be opened. */
function openStream(path: string): WriteStream | undefined {
  const fd = attempt(() => openSync(path, 'a', 0o600));
  return fd === undefined ? undefined : createWriteStream(path, { fd }).on('error', nothing);
}

async function end(stream: WriteStream | undefined): Promise<void> {
  if (stream === undefined || stream.destroyed) return;
  await new Promise<void>((resolve) => stream.once('close', resolve).end());
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** Redacts keys and queries in a line of JSON; the result is JSON again. */
export function redact(line: string): string {
  return line
    .replace(/\b(Bearer|Basic) +[^\s"\\,]+/gi, '$1 [redacted]')
    .replace(/\b(sk|pk|rk|key)-[\w-]{8,}/g, '$1-[redacted]')
    .replace(/(https?:\/\/[^\s"?\\]+)\?[^\s"\\…]+/g, '$1?…');
}

/** Logs an unexpected error with its stack. */
export function logBug(log: Logger, error: unknown): void {
  log.error('fault', { message: messageOf(error), stack: error instanceof Error ? error.stack : undefined });
}
