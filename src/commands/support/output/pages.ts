import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../flags/usage-error.js';

/** Reads the template of a page, which the build makes. @throws {UsageError} when it does not exist */
export function pageTemplate(name: 'bench' | 'session'): string {
  const file = `pages/${name}.html`;
  const beside = join(dirname(realpathSync(process.argv[1] ?? '')), file);
  const built = join(dirname(fileURLToPath(import.meta.url)), '../../../../dist', file);
  const path = [beside, built].find((one) => existsSync(one));
  if (path === undefined) throw new UsageError(`run "npm run build" first: it makes ${beside}`);
  return readFileSync(path, 'utf8');
}
