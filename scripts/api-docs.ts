// Writes docs/api.md from the declarations and doc comments of the package's exports (in dist/cjs: build first).
//   api-docs.ts           writes the page
//   api-docs.ts --check   fails when the page differs
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Declaration {
  kind: string;
  doc: string;
  code: string;
}

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const types = join(root, 'dist', 'cjs');
const page = join(root, 'docs', 'api.md');

const EXPORT = /^export (?:declare )?(?:abstract )?(class|interface|type|enum|function|const) (\w+)/;
const KINDS = ['class', 'function', 'const', 'enum', 'interface', 'type'] as const;
const TITLES: Record<(typeof KINDS)[number], string> = {
  class: 'Classes',
  function: 'Functions',
  const: 'Constants',
  enum: 'Enums',
  interface: 'Interfaces',
  type: 'Types',
};

/** Returns the declarations of one file by name, each with the doc comment above it. */
function declarationsIn(file: string): Map<string, Declaration> {
  const lines = readFileSync(file, 'utf8').split('\n');
  const found = new Map<string, Declaration>();
  for (let at = 0; at < lines.length; at += 1) {
    const match = EXPORT.exec(lines[at] ?? '');
    if (match === null) continue;
    const [, kind = '', name = ''] = match;
    const end = endOf(lines, at, kind === 'type' ? /;\s*$/ : /[;}]\s*$/);
    // Private members are not part of the interface, but tsc keeps their names.
    const code = lines
      .slice(at, end + 1)
      .filter((line) => !/^\s+(private |#private)/.test(line))
      .join('\n')
      .replace(/^export (declare )?/, '');
    found.set(name, { kind, doc: docAbove(lines, at), code: withWords(code, found) });
  }
  return found;
}

/** Returns the last line of a declaration: the first line that closes all open brackets and ends as `ending` says. */
function endOf(lines: readonly string[], start: number, ending: RegExp): number {
  let depth = 0;
  for (let at = start; at < lines.length; at += 1) {
    const line = (lines[at] ?? '').replace(/^\s*(\/?\*).*$/, '').replace(/'[^']*'/g, '');
    depth += (line.match(/[{([]/g) ?? []).length - (line.match(/[})\]]/g) ?? []).length;
    if (depth === 0 && ending.test(line)) return at;
  }
  return lines.length - 1;
}

/** Replaces a type that is made of a table above it by the words that it stands for. */
function withWords(code: string, above: ReadonlyMap<string, Declaration>): string {
  return code.replace(
    /keyof typeof (?<keys>\w+)|\(typeof (?<list>\w+)\)\[number\](?<name>\['name'\])?/,
    (type: string, ...rest: unknown[]) => {
      const { keys, list, name } = rest.at(-1) as Record<string, string | undefined>;
      const words =
        keys !== undefined
          ? /^ {4}readonly '?([\w-]+)'?:/gm
          : name === undefined
            ? /'(.*?)'/g
            : /readonly name: '(.*)'/g;
      const table = above.get(keys ?? list ?? '')?.code ?? '';
      return [...table.matchAll(words)].map(([, word]) => `'${word}'`).join(' | ') || type;
    },
  );
}

function docAbove(lines: readonly string[], at: number): string {
  if (lines[at - 1]?.trim().endsWith('*/') !== true) return '';
  let start = at - 1;
  while (start > 0 && lines[start]?.startsWith('/**') !== true) start -= 1;
  return lines
    .slice(start, at)
    .map((line) => line.replace(/^\s*\/?\*+\/? ?/, '').replace(/ ?\*\/$/, ''))
    .join('\n')
    .replace(/^@(\w+)/gm, '*$1*')
    .trim();
}

/** Returns the exports of a module by name, including re-exports. */
function exportsOf(file: string): Map<string, Declaration> {
  const text = readFileSync(file, 'utf8');
  const own = declarationsIn(file);
  for (const [, list, from = ''] of text.matchAll(/^export (?:type )?(\*|\{[^}]*\}) from '(\.[^']+)'/gm)) {
    const target = join(dirname(file), from.replace(/\.js$/, '.d.ts'));
    if (!existsSync(target)) throw new Error(`${file}: no ${from}`);
    const theirs = exportsOf(target);
    if (list === '*') for (const [name, declaration] of theirs) own.set(name, declaration);
    else {
      for (const [, name = '', alias = name] of (list ?? '').matchAll(/(?:type )?(\w+)(?: as (\w+))?/g)) {
        const declaration = theirs.get(name);
        if (declaration !== undefined) own.set(alias, declaration);
      }
    }
  }
  return own;
}

function render(title: string, exported: ReadonlyMap<string, Declaration>): string {
  const parts = [`## ${title}`];
  for (const kind of KINDS) {
    const names = [...exported].filter(([, declaration]) => declaration.kind === kind).sort(byName);
    if (names.length > 0) parts.push(`### ${TITLES[kind]}`);
    for (const [name, { doc, code }] of names) {
      // Generated protocol code is only named.
      const generated = /flatbuffers\./.test(code);
      const shown = generated ? 'Generated from schemas/connector_ipc.fbs.' : `\`\`\`ts\n${code}\n\`\`\``;
      parts.push(`#### ${name}`, ...(doc === '' ? [] : [doc]), shown);
    }
  }
  return parts.join('\n\n');
}

const byName = ([one]: [string, Declaration], [other]: [string, Declaration]): number =>
  one.localeCompare(other, 'en');

const sdk = exportsOf(join(types, 'sdk', 'index.d.ts'));
const all = exportsOf(join(types, 'index.d.ts'));
const connector = new Map([...all].filter(([name]) => !sdk.has(name)));
const text = `# API

Made by \`npm run docs:api\` from the declarations; do not edit. \`vastar-tui\` exports all of it, \`vastar-tui/sdk\` the SDK.

${render('Connector', connector)}

${render('SDK', sdk)}
`;

if (!process.argv.includes('--check')) writeFileSync(page, text);
else if (!existsSync(page) || readFileSync(page, 'utf8') !== text) {
  process.stderr.write('Run npm run docs:api: docs/api.md differs from the sources.\n');
  process.exitCode = 1;
}
