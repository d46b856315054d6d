// The documentation's tables that are generated from tables in the code.
import { EXIT, EXIT_MEANINGS } from '../../src/commands/support/ending/exit-codes.js';
import { OUTCOMES } from '../../src/common/chat/outcomes.js';
import { ERROR_CLASSES } from '../../src/common/errors.js';
import { PROVIDERS, type Provider } from '../../src/config/endpoints/providers.js';
import { FIGURES, type Figure } from '../../src/metrics/figures.js';
import { HOPS } from '../../src/metrics/hops.js';
import { WAIT_PARTS } from '../../src/metrics/wait-parts.js';
import { KEYMAP } from '../../src/ui/keys/keymap.js';
import { ATTACK_ROWS } from './attacks.js';

export interface DocsTable {
  /** Path relative to the project's root. */
  readonly file: string;
  /** The table is placed between `<!-- NAME -->` and `<!-- /NAME -->`. */
  readonly name: string;
  readonly lines: readonly string[];
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);

const figures = Object.values<Figure>(FIGURES);

export const DOCS_TABLES: readonly DocsTable[] = [
  {
    file: 'docs/json.md',
    name: 'outcomes',
    lines: table(
      ['outcome', 'on the screen', 'meaning'],
      Object.entries(OUTCOMES).map(([name, { shown, meaning }]) => [`\`${name}\``, shown, meaning]),
    ),
  },
  {
    file: 'docs/json.md',
    name: 'error-classes',
    lines: table(
      ['class', 'meaning', 'may succeed later'],
      Object.entries(ERROR_CLASSES).map(([name, { meaning, retryable }]) => [
        `\`${name}\``,
        meaning,
        retryable ? 'yes' : 'no',
      ]),
    ),
  },
  {
    file: 'docs/json.md',
    name: 'metrics',
    lines: table(
      ['member of `metrics`', 'unit', 'what'],
      figures.flatMap(({ json, unit, definition }) =>
        json === undefined ? [] : [[`\`${json.key}\``, unit, definition]],
      ),
    ),
  },
  {
    file: 'docs/metrics.md',
    name: 'figures',
    lines: table(
      ['figure', 'on the screen', 'unit', 'JSON', 'definition'],
      figures.map(({ label, term = label, unit, json, definition }) => [
        term,
        label,
        unit,
        json === undefined ? '' : `\`${json.key}\``,
        definition,
      ]),
    ),
  },
  {
    file: 'docs/metrics.md',
    name: 'hops',
    lines: table(
      ['hop', 'on the screen', 'taken by', 'what'],
      HOPS.map(({ name, label, place, what }) => [`\`${name}\``, label, place, what]),
    ),
  },
  {
    file: 'docs/metrics.md',
    name: 'parts',
    lines: table(
      ['part', 'on the screen', 'basis', 'what'],
      Object.entries(WAIT_PARTS).map(([name, { label, basis, what }]) => [`\`${name}\``, label, basis, what]),
    ),
  },
  {
    file: 'docs/commands.md',
    name: 'exit-codes',
    lines: table(
      ['code', 'meaning'],
      (Object.keys(EXIT) as (keyof typeof EXIT)[]).map((name) => [String(EXIT[name]), EXIT_MEANINGS[name]]),
    ),
  },
  {
    file: 'docs/configuration.md',
    name: 'presets',
    lines: table(
      ['provider', 'address', 'variable of the key', 'documentation'],
      Object.entries<Provider>(PROVIDERS).map(([name, { baseUrl, keyVariable, docs }]) => [
        `\`${name}\``,
        `\`${baseUrl}\``,
        keyVariable === undefined ? 'none' : `\`${keyVariable}\``,
        `[${new URL(docs).host}](${docs})`,
      ]),
    ),
  },
  {
    file: 'docs/daemon.md',
    name: 'attacks',
    lines: table(['attack', 'cases', 'which', 'test'], ATTACK_ROWS),
  },
  {
    file: 'docs/keys.md',
    name: 'keys',
    lines: table(
      ['key', 'what it does'],
      // Skip keys that every editor has.
      KEYMAP.filter(({ section }) => section !== 'Editing').map(({ keys, command, help }) => [
        [...keys, ...(command === undefined ? [] : [`/${command}`])]
          .map((trigger) => `\`${trigger}\``)
          .join(' '),
        help,
      ]),
    ),
  },
];

/** Returns the page with the lines in their section. @throws an Error when the page has no such section */
export function withSection(page: string, { file, name, lines }: DocsTable): string {
  const section = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`);
  if (!section.test(page)) throw new Error(`${file} has no section <!-- ${name} -->`);
  return page.replace(section, (_all, head: string, foot: string) => `${head}${lines.join('\n')}\n${foot}`);
}
