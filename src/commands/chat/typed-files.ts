import { homedir } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { FilesPort, ReadFile } from '../../state/ports.js';
import { UsageError } from '../support/flags/usage-error.js';
import { readAttachment } from '../support/input/attachment-file.js';
import { type Refuse, readFileBytes } from '../support/input/bytes.js';
import { utf8Of } from '../support/input/text-file.js';
import { toolsIn } from '../support/input/tools-file.js';
import { clipboardImage } from './clipboard-image.js';

/** Reads files whose paths the user types in the chat, where no shell expands them. */
export const typedFiles: FilesPort = {
  readText: (typed) => reading(typed, readText),
  readTools: (typed) => reading(typed, (path, refuse) => toolsIn(readText(path, refuse), refuse)),
  readAttachment: (typed) => reading(typed, readAttachment),
  clipboardImage: () => clipboardImage(process.env),
};

const readText = (path: string, refuse: Refuse): string => utf8Of(readFileBytes(path, refuse), refuse);

function reading<T>(typed: string, read: (path: string, refuse: Refuse) => T): ReadFile<T> {
  const path = pathOf(typed);
  try {
    return { ok: true, content: read(path, (why) => new UsageError(`${path} ${why}`)) };
  } catch (error) {
    if (error instanceof UsageError) return { ok: false, problem: error.message };
    throw error;
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
