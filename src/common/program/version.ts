import { readFileSync } from 'node:fs';

declare const __VERSION__: string | undefined;

/** The package's version. The bundler inserts it; when run from source, it is read from package.json. */
export const VERSION: string =
  typeof __VERSION__ === 'string'
    ? __VERSION__
    : readVersion(new URL('../../../package.json', import.meta.url));

function readVersion(file: URL): string {
  const text: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof text === 'object' && text !== null && 'version' in text) return String(text.version);
  return 'unknown';
}
