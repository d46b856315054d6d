import { hash } from 'node:crypto';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildOptions } from 'esbuild';
import { CACHE } from './program.js';

const root = join(import.meta.dirname, '..', '..', '..');
const folder = join(CACHE, 'test-programs');
const made = new Map<string, Promise<string>>();

const OPTIONS: BuildOptions = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  write: false,
  metafile: true,
  // As in the build: loaded only when variables turn telemetry on.
  external: ['@opentelemetry/*'],
  define: { __VERSION__: '"0.0.0-test"' },
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
};

/** The sources of a built program. */
interface Stamp {
  /** The hash of the program's code: two workers may write at the same time. */
  code: string;
  /** The hash of the options. */
  options: string;
  /** Each source, relative to the project, with the time of its last change and its size. */
  inputs: Readonly<Record<string, string>>;
}

/** Files that influence the build although no metafile lists them. */
const ALSO = ['package-lock.json', 'tsconfig.json', 'test/support/programs/bundled.ts'];

/**
 * Builds a module of the sources under test to a program in one file, which starts with a fraction of the work of
 * `tsx`.
 * - The program is built again only after a change of its sources: each build takes a second of a core.
 * - It is always at the same path, because Node finds its compiled code by the path.
 * @param name of the program
 * @param module its path below the project's folder, or `text`
 */
export function bundled(name: string, module: string | { text: string }): Promise<string> {
  const known = made.get(name) ?? upToDate(name, module);
  made.set(name, known);
  return known;
}

/** Like `bundled`, but without this worker's record of built programs. */
export async function upToDate(name: string, module: string | { text: string }): Promise<string> {
  const path = join(folder, `${name}.mjs`);
  const stampPath = join(folder, `${name}.json`);
  const options: BuildOptions = {
    ...OPTIONS,
    ...(typeof module === 'string'
      ? { entryPoints: [module] }
      : { stdin: { contents: module.text, resolveDir: root } }),
  };
  if (await isCurrent(path, stampPath, hash('sha256', JSON.stringify(options)))) return path;
  const { code, stamp } = await bundle(options);
  await mkdir(folder, { recursive: true });
  if ((await readFile(path, 'utf8').catch(() => '')) !== code) await replace(path, code);
  if (stamp !== undefined) await replace(stampPath, JSON.stringify(stamp));
  return path;
}

/** Another worker may be reading or running the existing file. */
async function replace(path: string, text: string): Promise<void> {
  await writeFile(`${path}.${process.pid}`, text);
  await rename(`${path}.${process.pid}`, path);
}

async function isCurrent(path: string, stampPath: string, options: string): Promise<boolean> {
  try {
    const stamp: Stamp = JSON.parse(await readFile(stampPath, 'utf8'));
    if (stamp.options !== options || stamp.code !== hash('sha256', await readFile(path, 'utf8')))
      return false;
    const now = await inputsOf(Object.keys(stamp.inputs));
    return Object.entries(stamp.inputs).every(([input, state]) => now[input] === state);
  } catch {
    return false;
  }
}

/** Returns no stamp when a source changed during the build. */
async function bundle(options: BuildOptions): Promise<{ code: string; stamp: Stamp | undefined }> {
  const { build } = await import('esbuild');
  const before = Date.now();
  const { outputFiles = [], metafile } = await build({ ...options, absWorkingDir: root });
  const code = outputFiles.map(({ text }) => text).join('');
  const sources = Object.keys(metafile?.inputs ?? {}).filter((input) => input !== '<stdin>');
  const inputs = await inputsOf([...sources, ...ALSO]);
  if (Object.values(inputs).some((state) => Number.parseFloat(state) >= before))
    return { code, stamp: undefined };
  return {
    code,
    stamp: { code: hash('sha256', code), options: hash('sha256', JSON.stringify(options)), inputs },
  };
}

async function inputsOf(paths: readonly string[]): Promise<Record<string, string>> {
  const states = paths.map(async (path) => {
    const { mtimeMs, size } = await stat(join(root, path));
    return [path, `${mtimeMs} ${size}`];
  });
  return Object.fromEntries(await Promise.all(states));
}
