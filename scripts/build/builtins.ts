import { hash } from 'node:crypto';
import { builtinModules, createRequire } from 'node:module';
import { relative } from 'node:path';
import type { Plugin } from 'esbuild';

const require = createRequire(import.meta.url);

/**
 * Reads Node's built-in modules with `require()`, when the module that uses them runs.
 * - Import statements would be hoisted to the top of the bundle, so that every command would load all of them; `node:http`
 *   alone takes 30 ms.
 * - An import statement reads every export of the module. Those of `node:fs`, `node:process` and `node:util` have getters
 *   that load further modules: a tenth of the processor time of a command's start.
 */
export const builtins: Plugin = {
  name: 'builtins',
  setup({ initialOptions: { absWorkingDir = '.' }, onResolve, onLoad }) {
    onResolve({ filter: /^(node:)?[a-z_/0-9]+$/ }, ({ path, kind, importer }) => {
      const name = path.replace(/^node:/, '');
      if (kind === 'require-call' || !builtinModules.includes(name)) return undefined;
      // Keep dynamic imports: they load the module only when they run, and need the named exports of Node's module.
      if (kind === 'dynamic-import') return { path: `node:${name}`, external: true };
      // A separate module for each importer is put into the importer's chunk, not into a chunk of its own.
      const suffix = `?${hash('md5', relative(absWorkingDir, importer))}`;
      return { path: name, namespace: 'builtin', suffix, sideEffects: false };
    });
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({ contents: picked(path) }));
  },
};

/** Returns the module's code, which reads only the exports that are used. */
function picked(name: string): string {
  const names = Object.keys(require(`node:${name}`)).filter(
    (key) => /^[A-Za-z_$][\w$]*$/.test(key) && key !== 'default',
  );
  const exports = names.map((key) => `export const ${key} = /* @__PURE__ */ (() => all.${key})();`);
  return `const all = /* @__PURE__ */ require('node:${name}');\nexport default all;\n${exports.join('\n')}\n`;
}
