import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { codeOf } from '../../common/error-code.js';
import { type Finding, ok, problem, warning } from './finding.js';

/** Checks owner and mode of the daemon's socket. Only a connection shows whether this user may connect. */
export async function checkSocket(path: string, uid: number | undefined): Promise<Finding> {
  try {
    return judgeSocket(path, await lstat(path), uid);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') return ok('socket', `${path} is not there: no daemon runs yet`);
    return problem('socket', `${path} cannot be checked: ${code}`, 'check the mode of its folder');
  }
}

/** @param uid this user's id; undefined on a system without user ids */
export function judgeSocket(path: string, found: Stats, uid: number | undefined): Finding {
  const mode = (found.mode & 0o777).toString(8).padStart(4, '0');
  const detail = `${path} belongs to ${ownerText(found.uid, uid)}, mode ${mode}`;
  if (!found.isSocket())
    return problem('socket', `${path} is not a socket`, 'remove it, or give another path with --socket');
  if (uid !== undefined && found.uid !== uid && found.uid !== 0) {
    return problem('socket', detail, 'its owner could read your requests: give another path with --socket');
  }
  return (found.mode & 0o077) === 0
    ? ok('socket', detail)
    : warning('socket', `${detail}: other users reach this daemon too`, `chmod 600 ${path}`);
}

function ownerText(owner: number, uid: number | undefined): string {
  return owner === uid ? `you (uid ${owner})` : `user ${owner}`;
}
