import { codeOf } from '../error-code.js';

/** Whether the process with this id still runs. 0 stands for no process. */
export function isAlive(pid: number): boolean {
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}
