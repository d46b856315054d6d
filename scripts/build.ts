// Builds dist/: the two programs (bundled and code-split with esbuild), the notices of bundled packages, the library
// and its types (tsc), and its CommonJS entry points.
//   build.ts --if-needed   does nothing while dist/ is newer than its sources
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { builtins } from './build/builtins.ts';
import { removeUnreached } from './build/declarations.ts';
import { LIBRARY_ENTRIES, writeEntries } from './build/entries.ts';
import { lateConstants } from './build/late-constants.ts';
import { writeNotices } from './build/notices.ts';
import { buildPages } from './build/pages.ts';
import { smallPriceData } from './build/price-data.ts';
import { defineRequire } from './build/require.ts';
import { mergeSmallChunks } from './build/small-chunks.ts';
import { smallUndici } from './build/small-undici.ts';
import { wasmFiles } from './build/wasm-files.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const stamp = join(root, 'dist', '.built');

const newestSource = (): number => {
  const times = ['package.json', 'package-lock.json', 'tsconfig.build.json', 'scripts/build.ts'].map(
    (name) => statSync(join(root, name)).mtimeMs,
  );
  for (const folder of ['src', 'scripts/build']) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) times.push(statSync(join(entry.parentPath, entry.name)).mtimeMs);
    }
  }
  return Math.max(...times);
};

if (process.argv.includes('--if-needed') && existsSync(stamp) && statSync(stamp).mtimeMs > newestSource()) {
  process.exit(0);
}

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

const chunks = join(root, 'dist', 'chunks');
rmSync(join(root, 'dist'), { recursive: true, force: true });
mkdirSync(chunks, { recursive: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: {
    cli: 'src/cli.ts',
    runtime: 'src/runtime/main.ts',
    'bench-worker': 'src/commands/bench/engine/worker.ts',
  },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  plugins: [builtins, wasmFiles(chunks), smallUndici, smallPriceData, lateConstants],
  platform: 'node',
  format: 'esm',
  target: 'node20',
  minify: true,
  // Users who export telemetry install these.
  external: ['@opentelemetry/*'],
  // The notices contain the full licences.
  legalComments: 'none',
  metafile: true,
  define: {
    'process.env.NODE_ENV': '"production"',
    __VERSION__: JSON.stringify(version),
  },
  alias: {
    // Ink loads its devtools only with DEV=true, so they are not bundled.
    'react-devtools-core': join(root, 'scripts', 'no-devtools.ts'),
    // The same code as ES modules, from which unused parts can be removed.
    yaml: join(root, 'node_modules/yaml/browser/dist/index.js'),
  },
  logLevel: 'warning',
});
defineRequire(root, metafile);
await mergeSmallChunks(root, metafile, [
  'src/cli.ts',
  'src/runtime/main.ts',
  'src/commands/bench/engine/worker.ts',
]);
const pages = await buildPages(root);
writeNotices(root, { ...metafile, inputs: { ...metafile.inputs, ...pages } });

const tsc = spawnSync(
  process.execPath,
  [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'],
  {
    cwd: root,
    stdio: 'inherit',
  },
);
if (tsc.status !== 0) process.exit(tsc.status ?? 1);
// The library is code-split like the programs, and keeps its names, so that stack traces can be read. Its dependencies are
// installed separately.
await build({
  absWorkingDir: root,
  entryPoints: { index: 'src/index.ts', 'sdk/index': 'src/sdk/index.ts' },
  outdir: 'dist/lib',
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node22',
  minifyWhitespace: true,
  minifySyntax: true,
  define: { __VERSION__: JSON.stringify(version) },
  logLevel: 'warning',
});
removeUnreached(join(root, 'dist', 'cjs'), LIBRARY_ENTRIES);
writeEntries(join(root, 'dist'));
writeFileSync(stamp, '');
