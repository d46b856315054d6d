import { createRequire } from 'node:module';
import type { Plugin } from 'esbuild';

/** The constants of undici's HTTP/1.1 parser that undici uses; the others are tables of methods and characters. */
const USED_CONSTANTS = ['ERROR', 'TYPE'] as const;

/** Modules that the daemon never needs, by the end of their path, and the code that replaces them. */
const REPLACED: Readonly<Record<string, string>> = {
  // undici has its parser twice; every processor that Node 22 runs on has the instructions of the faster one.
  'llhttp/llhttp-wasm.js': `throw new Error('this processor lacks SIMD instructions (SSE4.1, NEON), which the HTTP parser needs');`,
  // The daemon sends bytes. These are the forms of `fetch`, and Web IDL to recognize them.
  'web/fetch/body.js': `throw new Error('a body must be bytes, not a form');`,
  'web/fetch/formdata.js': '',
  'web/webidl/index.js': 'exports.webidl = { is: { FormData: () => false } };',
};

/** Removes parts of undici that the daemon does not use. */
export const smallUndici: Plugin = {
  name: 'small-undici',
  setup({ initialOptions, onLoad }) {
    // undici's name for a build without Milo, an experimental parser.
    initialOptions.define = { ...initialOptions.define, esbuildDetection: 'true' };
    for (const [end, contents] of Object.entries(REPLACED)) {
      onLoad({ filter: pathEnd(end) }, () => ({ contents }));
    }
    onLoad({ filter: pathEnd('llhttp/constants.js') }, ({ path }) => {
      const all = createRequire(import.meta.url)(path) as Record<string, object>;
      const used = USED_CONSTANTS.map((name) => `exports.${name} = ${JSON.stringify(all[name])};`);
      return { contents: used.join('\n') };
    });
  },
};

function pathEnd(end: string): RegExp {
  return new RegExp(`undici[\\\\/]lib[\\\\/]${end.replaceAll('/', '[\\\\/]').replaceAll('.', '\\.')}$`);
}
