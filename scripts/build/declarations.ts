import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Matches the library's files that a declaration imports. */
const REFERENCE = /(?:\bfrom\s+|\bimport\s*\(?\s*)['"](\.[^'"]+)['"]/g;

/**
 * Removes the declarations that no entry point reaches. The compiler writes one for each source, even for sources that
 * no declaration imports. They would be a large part of the package.
 * @param entries relative to the library's root, without their ending
 */
export function removeUnreached(library: string, entries: readonly string[]): void {
  const reached = new Set<string>();
  const visit = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const [, reference = ''] of readFileSync(file, 'utf8').matchAll(REFERENCE)) {
      const target = join(dirname(file), reference.replace(/\.js$/, '.d.ts'));
      if (existsSync(target)) visit(target);
    }
  };
  for (const entry of entries) visit(join(library, `${entry}.d.ts`));
  for (const { name, parentPath } of readdirSync(library, { recursive: true, withFileTypes: true })) {
    const file = join(parentPath, name);
    if (name.endsWith('.d.ts') && !reached.has(file)) rmSync(file);
  }
}
