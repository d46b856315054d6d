import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/** Licences that allow bundling and distributing the code with the licence's text. */
const ALLOWED = new Set([
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
]);

/** Packages without a licence text, with the copyright line of their source files. */
const COPYRIGHT_OF_MIT: Readonly<Record<string, string>> = {
  'yoga-layout': 'Copyright (c) Meta Platforms, Inc. and affiliates.',
};

/** Third-party code in a package that the package's licence does not mention: its name, licence and copyright line. */
const CONTAINED: Readonly<Record<string, { name: string; copyright: string }>> = {
  undici: { name: 'llhttp', copyright: 'Copyright Fedor Indutny, 2018.' },
};

interface Notice {
  name: string;
  version: string;
  license: string;
  text: string;
}

/**
 * Writes `dist/THIRD-PARTY-NOTICES.txt`: name, version and licence of every package whose code is in a bundle.
 * @throws {Error} for a package with another licence, or without its text.
 */
export function writeNotices(root: string, { inputs }: Metafile): void {
  const folders = new Set(Object.keys(inputs).flatMap((path) => packageFolder(path) ?? []));
  const notices = [...folders]
    .flatMap((folder) => noticesOf(join(root, folder), mitTerms(root)))
    .sort((a, b) => a.name.localeCompare(b.name) || a.version.localeCompare(b.version));
  const sections = notices.map(
    ({ name, version, license, text }) => `${name} ${version}\nLicence: ${license}\n\n${text.trim()}\n`,
  );
  // The same version can be installed in two places.
  const parts = new Set(sections);
  const head = 'vastar-tui contains code of the following packages.\n';
  writeFileSync(
    join(root, 'dist', 'THIRD-PARTY-NOTICES.txt'),
    [head, ...parts].join(`\n${'-'.repeat(80)}\n\n`),
  );
}

/** Returns the folder of the package that a bundled file belongs to, e.g. `node_modules/@scope/name`. */
function packageFolder(path: string): string | undefined {
  return /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];
}

/** Returns the terms of the MIT licence without a copyright line, from this project's own licence. */
function mitTerms(root: string): string {
  return /Permission is hereby granted[\s\S]*/.exec(readFileSync(join(root, 'LICENSE'), 'utf8'))?.[0] ?? '';
}

/** Returns the notice of a package, and that of third-party code in it. */
function noticesOf(folder: string, mit: string): Notice[] {
  const own = noticeOf(folder, mit);
  const further = readdirSync(folder).find((entry) => /^notice/i.test(entry));
  const text =
    further === undefined ? own.text : `${own.text}\n${readFileSync(join(folder, further), 'utf8')}`;
  const contained = CONTAINED[own.name];
  if (contained === undefined) return [{ ...own, text }];
  const { name, copyright } = contained;
  const version = `in ${own.name} ${own.version}`;
  return [
    { ...own, text },
    { name, version, license: 'MIT', text: `${copyright}\n\n${mit}` },
  ];
}

function noticeOf(folder: string, mit: string): Notice {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<
    'name' | 'version' | 'license',
    string
  >;
  if (!ALLOWED.has(license))
    throw new Error(`check whether ${name} may be bundled: it has the licence ${license}`);
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file !== undefined) return { name, version, license, text: readFileSync(join(folder, file), 'utf8') };
  const readme = readdirSync(folder).find((entry) => /^readme/i.test(entry));
  const inReadme = readme && /#+ *licen[cs]e[\s\S]*/i.exec(readFileSync(join(folder, readme), 'utf8'))?.[0];
  const copyright = COPYRIGHT_OF_MIT[name];
  if (!inReadme && copyright !== undefined) return { name, version, license, text: `${copyright}\n\n${mit}` };
  if (!inReadme)
    throw new Error(`add a licence text for ${name} to scripts/build/notices.ts: the package has none`);
  return { name, version, license, text: inReadme };
}
