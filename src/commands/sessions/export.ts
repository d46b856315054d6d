import { closeSync, openSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { codeOf } from '../../common/error-code.js';
import { fileReason } from '../../common/errors.js';
import { VERSION } from '../../common/program/version.js';
import { conversationIn } from '../../connector/request-body.js';
import type { SessionStore } from '../../sessions/store.js';
import type { Session } from '../../sessions/types.js';
import { UsageError } from '../support/flags/usage-error.js';
import { printMessage } from '../support/output/print-message.js';
import { isDescriptor } from '../support/output/replaced-file.js';
import { stdout } from '../support/output/sink.js';

export const FORMATS = ['md', 'json', 'jsonl', 'har', 'csv', 'recording', 'fine-tuning', 'html'] as const;
type Format = (typeof FORMATS)[number];

export interface ExportFlags {
  format?: Format;
  output?: string;
  /** Writes an HTML page to this file: short for `--format html` and `--output`. */
  html?: string;
  all?: boolean;
}

/**
 * Writes the sessions with these ids, or with `--all` all sessions, to a new file, to a pipe or to stdout (`-`).
 * @throws {UsageError} when there are neither ids nor `--all`, or when the file exists or can't be created
 */
export async function exportSessions(
  store: SessionStore,
  { all, html, format = 'md', output = html }: ExportFlags,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0 && !all) {
    throw new UsageError(
      'nothing to export. Give the id of a session ("vastar-tui sessions list"), or --all',
    );
  }
  const summaries = all ? store.list({ limit: Number.MAX_SAFE_INTEGER }) : ids.map((id) => store.lookUp(id));
  const text = await render(
    html === undefined ? format : 'html',
    summaries.map(({ id }) => store.load(id)),
  );
  if (output === undefined || output === '-') {
    stdout.print(text);
    return;
  }
  try {
    writeNew(output, text);
  } catch (error) {
    const flag = html === undefined ? '--output' : '--html';
    if (codeOf(error) === 'EEXIST') throw new UsageError(`name a new file: ${flag} ${output} exists already`);
    throw new UsageError(`${flag} ${output} cannot be written: ${fileReason(error)}`);
  }
}

/** Writes a new file, readable only by its owner; leaves no part of it when the disk is full. */
function writeNew(path: string, text: string): void {
  // A pipe such as >(gzip) exists already.
  const isFile = !isDescriptor(path) && (statSync(path, { throwIfNoEntry: false })?.isFile() ?? true);
  const file = openSync(path, isFile ? 'wx' : 'a', 0o600);
  try {
    writeFileSync(file, text);
  } catch (error) {
    if (isFile) rmSync(path);
    throw error;
  } finally {
    closeSync(file);
  }
}

async function render(format: Format, sessions: readonly Session[]): Promise<string> {
  switch (format) {
    case 'md':
      return (await import('../../sessions/export/markdown.js')).toMarkdown(sessions);
    case 'json':
      return (await import('../../sessions/export/document.js')).toDocument(sessions);
    case 'jsonl':
      return (await import('../../sessions/export/exchanges.js')).toJsonLines(sessions);
    case 'csv':
      return (await import('../../sessions/export/exchanges.js')).toCsv(sessions);
    case 'har':
      return (await import('../../sessions/export/har.js')).toHar(sessions, VERSION, conversationIn);
    case 'recording':
      return recordingsOf(sessions);
    case 'html':
      return (await import('./page.js')).sessionsPage(sessions);
    case 'fine-tuning': {
      const { toFineTuning } = await import('../../sessions/export/fine-tuning.js');
      const { lines, omitted } = toFineTuning(sessions);
      for (const words of omitted) printMessage(words);
      return lines;
    }
  }
}

async function recordingsOf(sessions: readonly Session[]): Promise<string> {
  const { formatRecording } = await import('../../simulator/recordings/recording.js');
  const { recordingOf } = await import('../record/stored-recording.js');
  const all = sessions.flatMap((session) => session.exchanges.map((one) => recordingOf(session, one)));
  const found = all.filter((recording) => recording !== undefined);
  if (found.length < all.length)
    printMessage(
      `omitted ${all.length - found.length} of ${all.length} exchanges: they have no times of an answer`,
    );
  return found.map(formatRecording).join('');
}
