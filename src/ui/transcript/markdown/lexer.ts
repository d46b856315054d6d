import { Lexer, type Token, Tokenizer, type Tokens } from 'marked';
import markedCjkFriendly from 'marked-cjk-friendly';

/** Characters of scripts without spaces between words, and their punctuation. */
const CJK =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\u3000-\u303f\uff01-\uff60]/u;
/** Matches punctuation that ends a URL. ASCII punctuation does not end it, because it may be a part of the URL. */
const CJK_PUNCTUATION = /[\u3000-\u303f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]/;
const { emStrong, del } = markedCjkFriendly().tokenizer ?? {};

/**
 * Lexes GitHub's Markdown, with four differences:
 * - Reference links stay unchanged, because a later definition would change blocks that are already rendered.
 * - A single `~` is text; `~~` strikes out.
 * - A table keeps cells that its header has no column for.
 * - A link without text, address and title is text.
 */
export function lexMarkdown(text: string): Token[] {
  try {
    return new Lexer({ gfm: true, tokenizer: new FaithfulTokenizer(CJK.test(text)) }).lex(text);
  } catch {
    // The lexer throws on a few texts, such as a quotation with an empty list in a list. Those are shown unchanged.
    return [{ type: 'text', raw: text, text }];
  }
}

class FaithfulTokenizer extends Tokenizer {
  readonly #cjk: boolean;

  /** @param cjk allows emphasis next to CJK punctuation */
  constructor(cjk: boolean) {
    super();
    this.#cjk = cjk;
  }

  override def(): undefined {
    return undefined;
  }

  override reflink(): undefined {
    return undefined;
  }

  override emStrong(
    src: string,
    maskedSrc: string,
    prevChar?: string,
  ): Tokens.Em | Tokens.Strong | undefined {
    const found = this.#cjk && emStrong?.call(this, src, maskedSrc, prevChar);
    return found || super.emStrong(src, maskedSrc, prevChar);
  }

  override del(src: string, maskedSrc: string, prevChar?: string): Tokens.Del | undefined {
    if (!/^~~(?!~)/.test(src)) return undefined;
    const found = this.#cjk && del?.call(this, src, maskedSrc, prevChar);
    return found || super.del(src, maskedSrc, prevChar);
  }

  override link(src: string): Tokens.Link | Tokens.Image | undefined {
    const token = super.link(src);
    // Code such as `f[]()` is a link without text and address, which would be invisible.
    if (token === undefined || (token.text.trim() === '' && token.href === '' && !token.title))
      return undefined;
    // With spaces before the URL, the lexer would drop the same number of characters at the link's end.
    const address = token.text.length + (token.type === 'image' ? 4 : 3);
    const spaces = /^\s*/.exec(src.slice(address))?.[0].length ?? 0;
    if (spaces === 0) return token;
    const link = super.link(src.slice(0, address) + src.slice(address + spaces));
    return link && { ...link, raw: src.slice(0, link.raw.length + spaces) };
  }

  override url(src: string): Tokens.Link | undefined {
    const token = super.url(src);
    const end = token === undefined ? -1 : token.raw.search(CJK_PUNCTUATION);
    return end < 0 ? token : super.url(src.slice(0, end));
  }

  override table(src: string): Tokens.Table | undefined {
    const table = super.table(src);
    if (table === undefined) return undefined;
    const lines = table.raw.split('\n').slice(2);
    for (const [index, row] of table.rows.entries()) {
      const cells = cellsOf(lines[index] ?? '').slice(row.length);
      row.push(...cells.map((text) => this.#cell(text, false)));
    }
    const columns = Math.max(table.header.length, ...table.rows.map((row) => row.length));
    while (table.header.length < columns) table.header.push(this.#cell('', true));
    return table;
  }

  #cell(text: string, header: boolean): Tokens.TableCell {
    return { text, tokens: this.lexer.inline(text), header, align: null };
  }
}

/** Splits a table's row into cells by GitHub's rules. */
function cellsOf(row: string): string[] {
  const cells = row.split(/(?<=(?<!\\)(?:\\\\)*)\|/);
  if (cells[0]?.trim() === '') cells.shift();
  if (cells.at(-1)?.trim() === '') cells.pop();
  return cells.map((cell) => cell.trim().replaceAll('\\|', '|'));
}
