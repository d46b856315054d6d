import { Marked, type Tokens } from 'marked';
import { lexMarkdown } from '../../ui/transcript/markdown/lexer.js';
import { shield } from '../../ui/transcript/markdown/shield.js';
import { html, Markup } from '../support/output/html.js';

/** Headings of an answer are below those of the page. */
const HEADINGS_BELOW = 3;

/**
 * Converts Markdown to harmless HTML: HTML in it stays text, images become links, and links lead only to web pages or
 * mail addresses. The browser fetches nothing.
 */
export function markdownMarkup(source: string): Markup {
  const { text, restore } = shield(source);
  const tokens = lexMarkdown(text);
  // Restore the shielded characters before the text is written, because writing escapes the text.
  marked.walkTokens(tokens, (token) => {
    for (const member of ['text', 'href', 'title', 'lang']) {
      const value: unknown = Reflect.get(token, member);
      if (typeof value === 'string') Reflect.set(token, member, restore(value));
    }
  });
  return new Markup(marked.parser(tokens));
}

const marked = new Marked({
  renderer: {
    html: ({ text }) => html`${text}`.text,
    heading({ tokens, depth }) {
      const level = Math.min(6, depth + HEADINGS_BELOW);
      return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>\n`;
    },
    link({ href, tokens }: Tokens.Link) {
      const inner = new Markup(this.parser.parseInline(tokens));
      return linkTo(href, inner).text;
    },
    image: ({ href, text }) => linkTo(href, html`Image: ${text === '' ? href : text}`).text,
    code({ text, lang }) {
      const language =
        lang === undefined || lang === '' ? undefined : html`<p class="soft language">${lang}</p>\n`;
      return html`${language}<pre tabindex="0"><code>${text}</code></pre>\n`.text;
    },
  },
});

function linkTo(address: string, inner: Markup): Markup {
  const url = URL.parse(address);
  if (url === null || !/^(https?|mailto):$/.test(url.protocol)) return html`${inner} (${address})`;
  return html`<a href="${url.href}" rel="noopener noreferrer nofollow">${inner}</a>`;
}
