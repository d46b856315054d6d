// Writes the documentation's tables that are generated from tables in the code.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DOCS_TABLES, withSection } from './tables.js';

const root = join(import.meta.dirname, '..', '..');
for (const table of DOCS_TABLES) {
  const page = join(root, table.file);
  writeFileSync(page, withSection(readFileSync(page, 'utf8'), table));
}
