import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from '../../common/error-code.js';
import { type Finding, ok, problem, warning } from './finding.js';

const MB = 1_000_000;
const LOW_BYTES = 200 * MB;
const FULL_BYTES = 5 * MB;

/** Checks free space and write permission in each folder, or in its parent when the folder does not exist yet. */
export function checkDisk(folders: Readonly<Record<string, string>>): Promise<Finding[]> {
  return Promise.all(Object.entries(folders).map(([name, folder]) => checkFolder(name, folder)));
}

async function checkFolder(name: string, folder: string): Promise<Finding> {
  const there = await nearest(folder);
  const shown = there === folder ? folder : `${folder} (does not exist yet)`;
  try {
    await access(there, constants.W_OK | constants.X_OK);
  } catch {
    return problem(
      name,
      there === folder
        ? `${folder}: no permission to write to it`
        : `${folder} cannot be created: no permission to write to ${there}`,
      `change its owner or mode: ls -ld ${there}`,
    );
  }
  const { bavail, bsize } = await statfs(there);
  return room(name, shown, bavail * bsize);
}

/** @param freeBytes the bytes that this user can still write there */
export function room(name: string, folder: string, freeBytes: number): Finding {
  const detail = `${folder}: ${sizeText(freeBytes)} free`;
  if (freeBytes < FULL_BYTES) return problem(name, detail, 'the disk is full: delete what is not needed');
  if (freeBytes < LOW_BYTES)
    return warning(name, detail, 'the disk is nearly full: delete what is not needed');
  return ok(name, detail);
}

async function nearest(folder: string): Promise<string> {
  try {
    await access(folder);
    return folder;
  } catch (error) {
    const missing = codeOf(error) === 'ENOENT';
    return missing && dirname(folder) !== folder ? nearest(dirname(folder)) : folder;
  }
}

function sizeText(bytes: number): string {
  return bytes < 1000 * MB ? `${Math.floor(bytes / MB)} MB` : `${(bytes / 1000 / MB).toFixed(1)} GB`;
}
