import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { fileReason } from '../../common/errors.js';
import type { FilesPort, ReadFile } from '../../state/ports.js';
import { UsageError } from '../support/flags/usage-error.js';
import { readAttachment } from '../support/input/attachment-file.js';
import { readUtf8 } from '../support/input/text-file.js';
import { readTools } from '../support/input/tools-file.js';
import { clipboardImage } from './clipboard-image.js';

/** Reads files whose paths the user types in the chat, where no shell expands them. */
export const typedFiles: FilesPort = {
  readText: (typed) => reading(typed, readUtf8),
  readTools: (typed) => reading(typed, readTools),
  readAttachment: (typed) => reading(typed, readAttachment),
  clipboardImage: () => clipboardImage(process.env),
};

type Read<T> = (path: string, refuse: (why: string) => UsageError) => T;

function reading<T>(typed: string, read: Read<T>): ReadFile<T> {
  const path = pathOf(typed);
  const refuse = (why: string): UsageError => new UsageError(`${path} ${why}`);
  try {
    // Reading a pipe or a device may never end, and would block the screen.
    if (!isFile(path, refuse)) throw refuse('is not a file');
    return { ok: true, content: read(path, refuse) };
  } catch (error) {
    if (error instanceof UsageError) return { ok: false, problem: error.message };
    throw error;
  }
}

function isFile(path: string, refuse: (why: string) => UsageError): boolean {
  try {
    return statSync(path).isFile();
  } catch (error) {
    throw refuse(`cannot be read: ${fileReason(error)}`);
  }
}

/**
 * Expands `~`, quotes and backslashes as a shell does. Terminals quote the path of a dropped file. Some give the file's
 * URL, as file managers copy it.
 */
export function pathOf(typed: string): string {
  const quoted = /^'(.*)'$|^"(.*)"$/.exec(typed);
  const path = quoted?.[1] ?? quoted?.[2] ?? typed.replace(/\\(.)/g, '$1');
  return pathOfUrl(path) ?? path.replace(/^~(?=\/|$)/, homedir());
}

/** Returns the path of a file on this machine; undefined for any other text. */
function pathOfUrl(text: string): string | undefined {
  if (!text.startsWith('file://')) return undefined;
  try {
    return fileURLToPath(text);
  } catch {
    return undefined;
  }
}
