import module from 'node:module';
import { join } from 'node:path';
import envPaths from 'env-paths';

/**
 * Keeps the compiled form of the program's code in the user's cache directory, so that the next start need
 * not compile it again. Where that can't be written, nothing is kept.
 */
export function keepCompiledCode(): void {
  module.enableCompileCache(join(envPaths('vastar-tui', { suffix: '' }).cache, 'compiled'));
}
