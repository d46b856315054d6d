import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The library's entry points, relative to its root. */
export const LIBRARY_ENTRIES = ['index', 'sdk/index'] as const;

/**
 * Writes `cjs/` next to `lib/`: the same library for `require()`. Its entry points load the ES modules, which Node can
 * `require()`, so that each error class exists only once. The types are copied, because compilers use the nearest
 * package.json to decide whether types are CommonJS. The copies have no comments, which would be a tenth of the
 * package.
 */
export function writeCommonjs(dist: string): void {
  const target = join(dist, 'cjs');
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'package.json'), '{ "type": "commonjs" }\n');
  cpSync(join(dist, 'lib'), target, { recursive: true, filter: (path) => !path.endsWith('.js') });
  for (const entry of readdirSync(target, { recursive: true, withFileTypes: true })) {
    if (!entry.name.endsWith('.d.ts')) continue;
    const file = join(entry.parentPath, entry.name);
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^[ \t]*\/\*\*[\s\S]*?\*\/\n/gm, ''));
  }
  for (const entry of LIBRARY_ENTRIES) {
    const up = '../'.repeat(entry.split('/').length);
    writeFileSync(join(target, `${entry}.js`), `module.exports = require('${up}lib/${entry}.js');\n`);
  }
}
