import { readFileSync } from 'node:fs';
import { fileReason } from '../../common/errors.js';
import { visible } from '../../config/index.js';
import type { SessionStore } from '../../sessions/store.js';
import { stdout } from '../support/sink.js';
import { readStdin } from '../support/stdin.js';
import { UsageError } from '../support/usage-error.js';

/**
 * Adds all sessions of a JSON export, or none, and says under which ids; "-" is stdin.
 * @throws {UsageError} when it cannot be read
 * @throws {SessionsError} `invalid` when it is no export
 */
export async function importSessions(store: SessionStore, path: string): Promise<void> {
  const { fromDocument } = await import('../../sessions/export/document.js');
  const sessions = fromDocument(path === '-' ? await readStdin() : readText(path));
  // What is added last is listed first, as the first of an export was.
  const added = store.together(() =>
    sessions.toReversed().map((session) => `${store.insert(session)}  ${visible(session.title)}\n`),
  );
  stdout.print(added.reverse().join(''));
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`the import can't be read: ${fileReason(error)}`);
  }
}
