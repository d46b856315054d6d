// The tables of the documentation that are made from the code's own tables.
import { EXIT, EXIT_MEANINGS } from '../../src/commands/support/exit-codes.js';
import { ERROR_CLASSES } from '../../src/common/errors.js';
import { OUTCOMES } from '../../src/common/outcomes.js';

export interface DocsTable {
  /** From the project's root. */
  readonly file: string;
  /** The table stands between `<!-- NAME -->` and `<!-- /NAME -->`. */
  readonly name: string;
  readonly lines: readonly string[];
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);

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
    file: 'README.md',
    name: 'exit-codes',
    lines: table(
      ['code', 'meaning'],
      (Object.keys(EXIT) as (keyof typeof EXIT)[]).map((name) => [String(EXIT[name]), EXIT_MEANINGS[name]]),
    ),
  },
];

/** The page with the table in its place. @throws an Error when the page has no place for it */
export function withTable(page: string, { file, name, lines }: DocsTable): string {
  const section = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`);
  if (!section.test(page)) throw new Error(`${file} has no section <!-- ${name} -->`);
  return page.replace(section, (_all, head: string, foot: string) => `${head}${lines.join('\n')}\n${foot}`);
}
