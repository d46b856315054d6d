import { randomBytes } from 'node:crypto';

/** A session's id. */
export const SESSION_ID = /^[0-9a-f]{12}$/;

export function newSessionId(): string {
  return randomBytes(6).toString('hex');
}
