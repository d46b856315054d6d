import module from 'node:module';
import { join } from 'node:path';
import { makeFolder, userFolders } from './user-folders.js';

/**
 * Keeps the compiled form of the program's code in the user's cache directory, so that the next start need not
 * compile it again. If the directory can't be written, nothing is kept.
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
