import { readFileSync } from 'node:fs';
import type { Plugin } from 'esbuild';

/**
 * Constants of libraries that take about 25 ms to compute, and that the chat's first frame does not need: Unicode
 * patterns and the segmenter's data. Listed by the end of the module's path.
 */
const LATE: Readonly<Record<string, readonly string[]>> = {
  'string-width/index.js': ['segmenter', 'rgiEmojiRegex', 'visibleCharacterRegex'],
  'wrap-ansi/index.js': ['segmenter'],
  'marked-cjk-friendly/dist/index.js': [
    'cjkTest',
    'punctuationCjk',
    'emStrongRDelimAstCjk',
    'emStrongRDelimAstCjkGfm',
    'emStrongRDelimUndCjk',
    'delRDelimCjk',
  ],
};

/** Computes these constants when they are first read, and not when their module is loaded. */
export const lateConstants: Plugin = {
  name: 'late-constants',
  setup({ onLoad }) {
    for (const [file, names] of Object.entries(LATE)) {
      const end = file.replaceAll('/', '[\\\\/]').replaceAll('.', '\\.');
      onLoad({ filter: new RegExp(`node_modules[\\\\/]${end}$`) }, ({ path }) => ({
        contents: names.reduce(
          (source, name) => withLateConstant(source, name, path),
          readFileSync(path, 'utf8'),
        ),
      }));
    }
  },
};

function withLateConstant(source: string, name: string, path: string): string {
  const declaration = new RegExp(`^const ${name} = (.*);$`, 'm');
  const value = declaration.exec(source)?.[1];
  if (value === undefined) throw new Error(`${path} has no constant ${name} on one line`);
  const used = source.replace(declaration, '').replace(new RegExp(`\\b${name}\\b`, 'g'), `${name}()`);
  return `${used}\nlet ${name}Value;\nfunction ${name}() { return (${name}Value ??= ${value}); }\n`;
}
