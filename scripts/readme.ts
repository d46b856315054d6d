// Takes pictures of the program's own screens (docs/pictures) and puts them and its table of keys into README.md,
// between their markers. Run after a build: npm run readme
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KEYMAP } from '../src/ui/keys/keymap.js';
import { writePictures } from './readme/pictures.js';

const README = join(import.meta.dirname, '..', 'README.md');

/** The keys as the program has them; those that any editor has are left out. */
function keys(): string {
  const rows = KEYMAP.filter(({ section }) => section !== 'Editing').map(({ keys, command, help }) => {
    const ways = [...keys, ...(command === undefined ? [] : [`/${command}`])];
    return `| ${ways.map((way) => `\`${way}\``).join(' ')} | ${help} |`;
  });
  return ['| key | what it does |', '|---|---|', ...rows].join('\n');
}

function between(text: string, marker: string, content: string): string {
  const [begin, end] = [`<!-- ${marker} -->`, `<!-- /${marker} -->`];
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`README.md lacks ${begin} … ${end}`);
  return `${text.slice(0, from)}${begin}\n${content}\n${text.slice(to)}`;
}

const folder = join(import.meta.dirname, '..', 'docs', 'pictures');
mkdirSync(folder, { recursive: true });
const pictures = (await writePictures(folder)).map(
  ({ name, title }) => `![${title}](docs/pictures/${name}.svg)`,
);
const pictured = between(readFileSync(README, 'utf8'), 'screen', pictures.join('\n\n'));
writeFileSync(README, between(pictured, 'keys', keys()));
