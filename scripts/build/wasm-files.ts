import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/** Modules that contain WebAssembly as Base64: the end of the module's path, the file's name, and the module's new code. */
const MODULES = [
  {
    end: /undici[\\/]lib[\\/]llhttp[\\/]llhttp_simd-wasm\.js$/,
    file: 'http-parser.wasm',
    withFile: (_source: string, read: string) => `module.exports = ${read};`,
  },
  {
    // The address stays, without its data, because the module compares it. Given a binary, it does not touch `fetch`,
    // which would load Node's whole HTTP client.
    end: /yoga-layout[\\/]dist[\\/]binaries[\\/]yoga-wasm-base64-esm\.js$/,
    file: 'layout.wasm',
    withFile: (source: string, read: string) =>
      source
        .replace(/base64,[A-Za-z0-9+/=]+/, 'base64,')
        .replace('loadYoga = loadYoga || {};', `loadYoga = { wasmBinary: ${read} };`),
  },
] as const;

/** The longest Base64 text of a module. */
const BASE64 = /[A-Za-z0-9+/]{10000,}={0,2}/;

/** Writes WebAssembly to separate files in `folder`, beside the chunks: Base64 compresses badly and takes time to decode. */
export const wasmFiles = (folder: string): Plugin => ({
  name: 'wasm-files',
  setup({ onLoad, onResolve }) {
    for (const { end, file, withFile } of MODULES) {
      onLoad({ filter: end }, ({ path }) => {
        const source = readFileSync(path, 'utf8');
        const binary = Buffer.from(BASE64.exec(source)?.[0] ?? '', 'base64');
        const read = `require('node:fs').readFileSync(require.resolve('./${file}'))`;
        const contents = withFile(source, read);
        if (!WebAssembly.validate(binary) || !contents.includes(read))
          throw new Error(`${path} has another form: change scripts/build/wasm-files.ts`);
        writeFileSync(join(folder, file), binary);
        return { contents };
      });
      onResolve({ filter: new RegExp(`^\\./${file}$`) }, ({ path }) => ({ path, external: true }));
    }
  },
});
