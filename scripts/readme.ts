// Takes pictures of the program's screens (docs/pictures), and inserts them into README.md between their markers.
// Run after a build: npm run readme
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withSection } from './docs-tables/tables.js';
import { writePictures } from './readme/pictures.js';

const README = join(import.meta.dirname, '..', 'README.md');

const folder = join(import.meta.dirname, '..', 'docs', 'pictures');
mkdirSync(folder, { recursive: true });
const pictures = (await writePictures(folder)).map(
  ({ name, title }) => `![${title}](docs/pictures/${name}.svg)`,
);
const [first = '', ...others] = pictures;
const file = 'README.md';
const page = withSection(readFileSync(README, 'utf8'), { file, name: 'first-screen', lines: [first] });
writeFileSync(README, withSection(page, { file, name: 'screens', lines: others.join('\n\n').split('\n') }));
