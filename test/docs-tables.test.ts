import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DOCS_TABLES, withSection } from '../scripts/docs-tables/tables.js';

// To write them: npm run docs:tables
test.each(DOCS_TABLES)('the table "$name" in $file matches the code', (table) => {
  const page = readFileSync(join(import.meta.dirname, '..', table.file), 'utf8');
  expect(page).toBe(withSection(page, table));
});
