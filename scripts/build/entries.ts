import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The library's entry points, relative to its root. */
export const LIBRARY_ENTRIES = ['index', 'sdk/index'] as const;

/**
 * Writes the entry points of `cjs/`, the library for `require()`, and the types of `lib/`, the ES modules.
 * - The code is in `lib/`, which Node can `require()`, so that each error class exists only once.
 * - The types are in `cjs/`. The nearest package.json decides whether types are CommonJS, and an ES module can refer to
 *   CommonJS types, but not the other way round.
 */
export function writeEntries(dist: string): void {
  mkdirSync(join(dist, 'cjs'), { recursive: true });
  writeFileSync(join(dist, 'cjs', 'package.json'), '{ "type": "commonjs" }\n');
  for (const entry of LIBRARY_ENTRIES) {
    const up = '../'.repeat(entry.split('/').length);
    writeFileSync(join(dist, 'cjs', `${entry}.js`), `module.exports = require('${up}lib/${entry}.js');\n`);
    writeFileSync(join(dist, 'lib', `${entry}.d.ts`), `export * from '${up}cjs/${entry}.js';\n`);
  }
}
