import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { makeFolder } from '../../common/program/user-folders.js';
import type { UserDirectories } from '../sources/find-file.js';
import type { Grant } from './grants.js';

/** The grants that a directory's file needs, and whether the user has confirmed exactly these. */
export interface Trust {
  /** The directory's path without symbolic links. */
  directory: string;
  grants: readonly Grant[];
  confirmed: boolean;
}

const recordSchema = z.object({ version: z.literal(1), directories: z.record(z.string(), z.string()) });

/** Whether the user confirmed `directory` with the same grants. A file without grants needs no confirmation. */
export function examineTrust(
  directory: string,
  grants: readonly Grant[],
  directories: UserDirectories,
): Trust {
  const real = realpathSync(directory);
  const confirmed = grants.length === 0 || readRecord(directories)[real] === fingerprint(grants);
  return { directory: real, grants, confirmed };
}

/**
 * Records that the user confirmed the grants of `trust`, in `trusted-directories.json` of the data directory (mode
 * 0600). A changed address, or a changed list of its variables, needs a new confirmation.
 *
 * @throws when the record cannot be written
 */
export function trustDirectory(trust: Trust, directories: UserDirectories): void {
  const trusted = { ...readRecord(directories), [trust.directory]: fingerprint(trust.grants) };
  makeFolder(directories.data);
  const path = recordPath(directories);
  const draft = `${path}.${randomUUID()}`;
  try {
    writeFileSync(draft, `${JSON.stringify({ version: 1, directories: trusted }, null, 2)}\n`, {
      mode: 0o600,
    });
    renameSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}

function recordPath(directories: UserDirectories): string {
  return join(directories.data, 'trusted-directories.json');
}

/** A missing or damaged record trusts no directory. */
function readRecord(directories: UserDirectories): Record<string, string> {
  try {
    return recordSchema.parse(JSON.parse(readFileSync(recordPath(directories), 'utf8'))).directories;
  } catch {
    return {};
  }
}

function fingerprint(grants: readonly Grant[]): string {
  const entries = grants.map(({ endpoint, baseUrl, variables }) => [endpoint, baseUrl, variables]);
  return createHash('sha256').update(JSON.stringify(entries)).digest('hex');
}
