import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { CACHE } from './program.js';

const root = join(import.meta.dirname, '..', '..');
const made = new Map<string, Promise<string>>();

/**
 * A module of the sources under test as a program of one file, made once for all files that a worker runs: it starts with a
 * fraction of the work that `tsx` needs. Always at the same path, because Node finds its compiled code by it.
 * @param name of the program
 * @param module its path below the project's folder, or `text`
 */
export function bundled(name: string, module: string | { text: string }): Promise<string> {
  const known = made.get(name) ?? bundle(name, module);
  made.set(name, known);
  return known;
}

async function bundle(name: string, module: string | { text: string }): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    write: false,
    define: { __VERSION__: '"0.0.0-test"' },
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);",
    },
    logLevel: 'warning',
    ...(typeof module === 'string'
      ? { entryPoints: [module] }
      : { stdin: { contents: module.text, resolveDir: root } }),
  });
  const code = outputFiles.map(({ text }) => text).join('');
  const folder = join(CACHE, 'test-programs');
  const path = join(folder, `${name}.mjs`);
  if ((await readFile(path, 'utf8').catch(() => '')) === code) return path;
  await mkdir(folder, { recursive: true });
  // Another worker may be starting the program that stands there.
  await writeFile(`${path}.${process.pid}`, code);
  await rename(`${path}.${process.pid}`, path);
  return path;
}
