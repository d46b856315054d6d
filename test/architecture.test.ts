import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

interface Import {
  specifier: string;
  typeOnly: boolean;
}

const sources = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((file) => !file.includes('/generated/'));

const importsOf = (file: string): Import[] => {
  const text = readFileSync(join(root, file), 'utf8');
  const statements = text.matchAll(/^\s*(?:import|export)\s+(type\s)?[^'";]*?from\s+'([^']+)'/gm);
  const bare = text.matchAll(/\bimport\s*\(?\s*'([^']+)'/g);
  return [
    ...[...statements].map((match) => ({ specifier: match[2] ?? '', typeOnly: match[1] !== undefined })),
    ...[...bare].map((match) => ({ specifier: match[1] ?? '', typeOnly: false })),
  ];
};

/** The part of the program that a file belongs to: its folder under src/, or its name if it is directly in src/. */
const partOf = (file: string): string => file.split('/')[1] ?? '';

// `name` may be imported; `type:name` only its types.
const MAY_IMPORT: Record<string, readonly string[]> = {
  common: [],
  // Bodies are decoded where they are read, and where a refusal's body decides whether it is sent again.
  content: ['common'],
  protocol: ['common'],
  metrics: ['common', 'protocol'],
  // `metrics` has the only definition of each figure, so all parts that compute, read or save figures import it.
  loadtest: ['common', 'metrics', 'type:connector'],
  sessions: ['common', 'metrics'],
  config: ['common'],
  sdk: ['common', 'content', 'protocol'],
  runtime: ['common', 'content', 'protocol', 'config', 'telemetry'],
  simulator: ['common', 'config'],
  // The code of the pages that commands write, which runs in a browser.
  page: ['common', 'metrics'],
  connector: ['common', 'content', 'sdk', 'config', 'metrics'],
  telemetry: ['common', 'metrics', 'type:config', 'type:connector', 'type:sdk'],
  state: ['common', 'type:sdk', 'type:sessions', 'metrics', 'type:connector', 'type:protocol'],
  ui: ['common', 'state', 'metrics', 'type:sdk', 'type:connector', 'type:protocol'],
  'index.ts': ['common', 'sdk', 'connector', 'config', 'type:metrics', 'type:protocol'],
};
const COMPOSERS = new Set(['cli.ts', 'commands']);

test('each part imports only the parts below it', () => {
  const violations: string[] = [];
  for (const file of sources('src')) {
    const part = partOf(file);
    if (COMPOSERS.has(part)) continue;
    const allowed = MAY_IMPORT[part];
    expect(allowed, `${file}: add "${part}" to the table of parts`).toBeDefined();
    for (const { specifier, typeOnly } of importsOf(file)) {
      if (!specifier.startsWith('.')) continue;
      const target = relative(root, resolve(root, dirname(file), specifier)).replace(/\.js$/, '.ts');
      const targetPart = partOf(target.split(sep).join('/'));
      const fine =
        targetPart === part ||
        allowed?.includes(targetPart) ||
        (typeOnly && allowed?.includes(`type:${targetPart}`));
      if (!fine) violations.push(`${file} -> ${specifier}`);
    }
  }
  expect(violations).toEqual([]);
});

test.each([
  ['React and Ink', /^(react|ink|ink-testing-library)($|\/)/, ['ui']],
  ['Zustand', /^zustand/, ['state', 'ui']],
  ['sockets', /^node:(net|tls)$/, ['sdk', 'runtime', 'simulator']],
  ['HTTP', /^(node:https?|node:http2|undici)$/, ['runtime', 'simulator']],
  ['child processes', /^node:child_process$/, ['commands']],
] as const)('%s live where they belong', (_name, pattern, homes) => {
  const strays = sources('src').filter(
    (file) =>
      !(homes as readonly string[]).includes(partOf(file)) &&
      importsOf(file).some(({ specifier, typeOnly }) => !typeOnly && pattern.test(specifier)),
  );
  expect(strays).toEqual([]);
});

test('commands write to the terminal only through the sink, which removes control sequences', () => {
  // The chat redirects other output.
  const allowed = new Set(['src/commands/support/output/sink.ts', 'src/commands/chat/side-output.ts']);
  const strays = sources('src/commands').filter(
    (file) =>
      !allowed.has(file) &&
      /\b(?:stdout|stderr)\.write\b|\bconsole\.\w+\(/.test(readFileSync(join(root, file), 'utf8')),
  );
  expect(strays).toEqual([]);
});

test('the store does not import React', () => {
  const react = sources('src/state').filter((file) =>
    importsOf(file).some(({ specifier }) => specifier === 'zustand' || specifier === 'zustand/react'),
  );
  expect(react).toEqual([]);
});

test('no files import each other in a circle, not even for types', () => {
  const files = new Set(sources('src'));
  const graph = new Map(
    [...files].map((file) => [
      file,
      importsOf(file)
        .filter(({ specifier }) => specifier.startsWith('.'))
        .map(({ specifier }) => join(dirname(file), specifier).split(sep).join('/'))
        .flatMap((target) => [target.replace(/\.js$/, '.ts'), target.replace(/\.js$/, '.tsx')])
        .filter((target) => files.has(target)),
    ]),
  );
  const circles: string[] = [];
  const finished = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
    if (finished.has(file) || path.includes(file)) return;
    for (const target of graph.get(file) ?? []) visit(target, [...path, file]);
    finished.add(file);
  };
  for (const file of files) visit(file, []);
  expect(graph.size).toBeGreaterThan(300);
  expect(circles).toEqual([]);
});

test('no source file is longer than 400 lines', () => {
  const long = ['src', 'test', 'bench', 'scripts']
    .flatMap(sources)
    .map((file) => ({ file, lines: readFileSync(join(root, file), 'utf8').split('\n').length - 1 }))
    .filter(({ lines }) => lines > 400);
  expect(long).toEqual([]);
});

test('library code prints nothing', () => {
  const library = [
    'sdk',
    'protocol',
    'connector',
    'runtime',
    'state',
    'metrics',
    'loadtest',
    'config',
    'sessions',
  ];
  const printing = library
    .flatMap((part) => sources(`src/${part}`))
    .filter((file) => /(?<!\/)\bconsole\.|process\.stdout/.test(readFileSync(join(root, file), 'utf8')));
  expect(printing).toEqual([]);
});

test('the tree in docs/architecture.md has every part, and every folder of a part', () => {
  const page = readFileSync(join(root, 'docs', 'architecture.md'), 'utf8');
  const parts = (page.split('```')[1] ?? '').split(/^ {2}(?=\S)/m);
  const folders = (folder: string): string[] =>
    readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() && entry.name !== 'generated' ? [entry.name] : [],
    );
  const missing = folders('src').flatMap((part) => {
    const lines = parts.find((one) => one.startsWith(`${part}/`));
    if (lines === undefined) return [part];
    // The folders of `commands` and `page` have the names of commands and pages.
    if (part === 'commands' || part === 'page') return [];
    return folders(`src/${part}`).flatMap((name) => (lines.includes(` ${name}/`) ? [] : [`${part}/${name}`]));
  });
  expect(missing).toEqual([]);
});

test('the paths in docs/architecture.md name files that are linked by imports', () => {
  const page = readFileSync(join(root, 'docs', 'architecture.md'), 'utf8');
  const linked = (one: string, other: string): boolean =>
    importsOf(one).some(({ specifier }) => {
      const target = relative(root, resolve(root, dirname(one), specifier))
        .split(sep)
        .join('/');
      return target.replace(/\.js$/, '') === other.replace(/\.tsx?$/, '');
    });
  let path: string[] = [];
  let checked = 0;
  const strays: string[] = [];
  for (const [, number, file = ''] of page.matchAll(/^(\d+)\. `(src\/[^`]+)`/gm)) {
    if (number === '1') path = [];
    if (path.length > 0 && !path.some((earlier) => linked(file, earlier) || linked(earlier, file))) {
      strays.push(`${file} has no link to ${path.join(', ')}`);
    }
    path.push(file);
    checked += 1;
  }
  expect(strays).toEqual([]);
  expect(checked).toBeGreaterThan(40);
});
