import { deflateRawSync } from 'node:zlib';

/** Markup that is already escaped. */
export class Markup {
  constructor(readonly text: string) {}
}

type Content = string | number | Markup | readonly Markup[] | undefined;

/**
 * Returns markup with values in it. Strings are escaped, for content and for attributes in quotation marks; `undefined`
 * gives nothing.
 */
export function html(parts: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return new Markup(parts.map((part, index) => part + written(values[index])).join(''));
}

function written(value: Content): string {
  if (value === undefined) return '';
  if (value instanceof Markup) return value.text;
  if (typeof value === 'object') return value.map(({ text }) => text).join('');
  return escaped(String(value));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);

/** The title, markup and data that are inserted into a page's template. */
export interface PageContent {
  readonly title: string;
  readonly content: Markup;
  /** Data for the page's script. */
  readonly data: unknown;
}

/** @param template has a comment as a placeholder for title, markup and data */
export function filledPage(template: string, { title, content, data }: PageContent): string {
  const packed = deflateRawSync(JSON.stringify(data)).toString('base64');
  return template
    .replace('<!--title-->', () => escaped(title))
    .replace('<!--content-->', () => content.text)
    .replace('<!--data-->', () => packed);
}
