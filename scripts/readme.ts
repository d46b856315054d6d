// Puts the program's own screen and its table of keys into README.md, between their markers.
// Run after a build: npm run readme
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KEYMAP } from '../src/ui/keymap.js';
import { makePlace } from '../test/support/program.js';
import { openTerminal } from '../test/support/terminal.js';

const README = join(import.meta.dirname, '..', 'README.md');

/** The screen in the middle of an answer, as a reader would see it. */
async function screen(): Promise<string> {
  const place = await makePlace();
  const session = openTerminal(place, [], { columns: 118, rows: 32 });
  try {
    await session.untilScreen(/● connected/);
    session.send('What is the capital of France?\r');
    await session.untilScreen(/Paris\.[\s\S]*done/);
    session.send('Explain quantum computing in simple terms.\r');
    await session.untilScreen(/Entanglement/);
    return session.screen().join('\n').replace(place.simulatorUrl.replace('http://', ''), 'localhost:4545 ');
  } finally {
    session.close();
    await session.ended;
    place.remove();
  }
}

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

const pictured = between(readFileSync(README, 'utf8'), 'screen', `\`\`\`text\n${await screen()}\n\`\`\``);
writeFileSync(README, between(pictured, 'keys', keys()));
