import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build, type Metafile, type Plugin } from 'esbuild';

/** Chunks of fewer bytes go into one file. */
const SMALL_BYTES = 16_000;

/**
 * Node's modules that each program loads anyway. A chunk that uses other modules of Node stays a separate file, because
 * they take time to load.
 */
const ALWAYS_LOADED = new Set(['events', 'fs', 'os', 'path', 'url', 'util']);

/**
 * Merges small chunks into one file. esbuild writes a chunk for each set of commands that share code, so a command would load
 * 60 files. Node needs 0.4 ms of processor time to find, read and link a file. Functions that are never called cost almost nothing.
 * - A chunk is merged only when its imports are merged too. Otherwise chunks could import each other in a cycle.
 * - Chunks that the entry points `first` import statically are not merged. They run before the compile cache is on, and on
 *   older versions of Node.
 */
export async function mergeSmallChunks(
  root: string,
  { outputs }: Metafile,
  first: readonly string[],
): Promise<void> {
  const early = new Set<string>();
  for (const [path, { entryPoint = '' }] of Object.entries(outputs))
    if (first.includes(entryPoint)) addImports(outputs, path, early);
  const members = smallChunks(outputs, early);
  const names = new Map<string, Map<string, string>>();
  let count = 0;
  for (const path of members) {
    const exported = outputs[path]?.exports ?? [];
    names.set(basename(path), new Map(exported.map((name) => [name, `$${(count++).toString(36)}`])));
  }
  const merged = await merge(root, names, early);
  for (const path of members) rmSync(join(root, path));
  for (const path of Object.keys(outputs)) {
    if (!path.endsWith('.js') || members.has(path)) continue;
    const code = readFileSync(join(root, path), 'utf8');
    const changed = importMerged(code, names, merged);
    if ([...names.keys()].some((name) => changed.includes(name)))
      throw new Error(
        `${path} imports a merged chunk in a form that scripts/build/small-chunks.ts does not know`,
      );
    if (changed !== code) writeFileSync(join(root, path), changed);
  }
}

type Outputs = Metafile['outputs'];

/** Adds the chunks that this output imports statically, and those that they import. */
function addImports(outputs: Outputs, path: string, found: Set<string>): void {
  for (const imported of importsOf(outputs, path)) {
    if (found.has(imported)) continue;
    found.add(imported);
    addImports(outputs, imported, found);
  }
}

const importsOf = (outputs: Outputs, path: string): string[] =>
  (outputs[path]?.imports ?? [])
    .filter(({ kind, external }) => kind === 'import-statement' && external !== true)
    .map(({ path: imported }) => imported);

function smallChunks(outputs: Outputs, early: ReadonlySet<string>): Set<string> {
  const found = new Set<string>();
  const candidates = Object.entries(outputs).filter(
    ([path, { entryPoint, bytes, inputs }]) =>
      entryPoint === undefined &&
      bytes < SMALL_BYTES &&
      !early.has(path) &&
      Object.keys(inputs).every((input) => {
        const builtin = /^builtin:([^?]*)/.exec(input)?.[1];
        return builtin === undefined || ALWAYS_LOADED.has(builtin);
      }),
  );
  for (let before = -1; before < found.size; ) {
    before = found.size;
    for (const [path] of candidates)
      if (importsOf(outputs, path).every((imported) => early.has(imported) || found.has(imported)))
        found.add(path);
  }
  return found;
}

/** Writes the merged chunk, and returns its file name. */
async function merge(
  root: string,
  names: ReadonlyMap<string, ReadonlyMap<string, string>>,
  early: ReadonlySet<string>,
): Promise<string> {
  const folder = join(root, 'dist', 'chunks');
  const separate = new Set([...early].map((path) => basename(path)));
  const notMerged: Plugin = {
    name: 'not-merged',
    setup({ onResolve }) {
      onResolve({ filter: /^\.\// }, ({ path }) =>
        separate.has(basename(path)) ? { path, external: true } : undefined,
      );
    },
  };
  const exports = [...names].map(
    ([file, renamed]) =>
      `export{${[...renamed].map(([name, unique]) => `${name} as ${unique}`).join()}}from"./${file}";`,
  );
  const { metafile } = await build({
    absWorkingDir: root,
    stdin: { contents: exports.join('\n'), resolveDir: folder, sourcefile: 'small.js' },
    outdir: 'dist/chunks',
    entryNames: 'small-[hash]',
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    minify: true,
    plugins: [notMerged],
    metafile: true,
    logLevel: 'warning',
  });
  const [written = ''] = Object.keys(metafile.outputs);
  return basename(written);
}

/** Returns the code of a chunk with its imports of merged chunks changed. */
function importMerged(
  code: string,
  names: ReadonlyMap<string, ReadonlyMap<string, string>>,
  merged: string,
): string {
  return code.replace(
    /import(?:\{([^}]*)\}from)?"(\.[^"]*)"/g,
    (statement, list: string | undefined, path: string) => {
      const renamed = names.get(basename(path));
      if (renamed === undefined) return statement;
      const target = `"${path.replace(basename(path), merged)}"`;
      if (list === undefined) return `import${target}`;
      const imported = list.split(',').map((item) => {
        const [name = '', local = name] = item.split(' as ');
        return `${renamed.get(name)} as ${local}`;
      });
      return `import{${imported.join()}}from${target}`;
    },
  );
}
