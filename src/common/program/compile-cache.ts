import module from 'node:module';
import { join } from 'node:path';
import { makeFolder, userFolders } from './user-folders.js';

/**
 * Keeps the program's compiled code in the user's cache directory, so that the next start does not compile it again.
 * Keeps nothing if the directory can't be written.
 */
export function keepCompiledCode(): void {
  const folder = join(userFolders().cache, 'compiled');
  try {
    makeFolder(folder);
  } catch {
    return;
  }
  module.enableCompileCache(folder);
}
