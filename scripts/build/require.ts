import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

const DEFINITION =
  "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);";

/**
 * Defines `require()` where esbuild's helper calls it for Node's built-in modules, and in no other chunk, because
 * creating `require` takes time at each start.
 */
export function defineRequire(root: string, { outputs }: Metafile): void {
  const users = Object.keys(outputs).filter((path) => {
    const code = path.endsWith('.js') ? readFileSync(join(root, path), 'utf8') : '';
    if (!code.includes('typeof require')) return false;
    writeFileSync(join(root, path), code.replace(/^(#!.*\n)?/, `$1${DEFINITION}\n`));
    return true;
  });
  if (users.length !== 1)
    throw new Error(`one chunk should have esbuild's helper for require(), not: ${users}`);
}
