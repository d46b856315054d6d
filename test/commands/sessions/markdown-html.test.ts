import { expect, test } from 'vitest';
import { markdownMarkup } from '../../../src/commands/sessions/markdown-html.js';

const markup = (text: string): string => markdownMarkup(text).text.trim();

test('Markdown becomes HTML with headings below those of the page', () => {
  expect(markup('# One\n\n- *a*\n- `b<c`\n\n| x |\n|---|\n| y |')).toBe(
    '<h4>One</h4>\n<ul>\n<li><em>a</em></li>\n<li><code>b&lt;c</code></li>\n</ul>\n' +
      '<table>\n<thead>\n<tr>\n<th>x</th>\n</tr>\n</thead>\n<tbody><tr>\n<td>y</td>\n</tr>\n</tbody></table>',
  );
  expect(markup('```js\nif (a < b) "c"\n```')).toBe(
    '<p class="soft language">js</p>\n<pre tabindex="0"><code>if (a &lt; b) &quot;c&quot;</code></pre>',
  );
});

test('formulas, single tildes, paths and operators stay unchanged', () => {
  for (const text of [
    '\\(a^2\\) and \\[x\\] and $a*b*c$',
    '10~20 ms then 30~40 ms',
    'C:\\dir\\*.txt and 2*3*4 and __init__',
    '\\begin{matrix} 1 \\\\ 2 \\end{matrix}',
  ])
    expect(markup(text)).toBe(`<p>${text}</p>`);
  expect(markup('\\(a<b \\& "c"\\)')).toBe('<p>\\(a&lt;b \\&amp; &quot;c&quot;\\)</p>');
  expect(markup('$a<b>c$')).toBe('<p>$a&lt;b&gt;c$</p>');
  expect(markup('~~no~~ **日本語（括弧）**の')).toBe(
    '<p><del>no</del> <strong>日本語（括弧）</strong>の</p>',
  );
});

test.each([
  '<script>alert(1)</script>',
  'a <img src=x onerror=alert(1)> b',
  '<svg/onload=alert(1)>',
  '<iframe src="https://evil.example"></iframe>',
  '<a href="javascript:alert(1)">x</a>',
  '<style>*{display:none}</style>',
  '<!-- --><b onclick=alert(1)>x</b>',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '[x](javascript:alert(1))',
  '[x](java\nscript:alert(1))',
  '[x](  &#106;avascript:alert(1))',
  '[x](data:text/html,<script>alert(1)</script>)',
  '[x](vbscript:x "title\\" onmouseover=\\"alert(1)")',
  '[x](https://a.example/"onmouseover="alert(1))',
  '![x](javascript:alert(1))',
  '![" onerror="alert(1)](x)',
  '![a](https://evil.example/pixel.png)',
  '```"><script>alert(1)</script>\ncode\n```',
  '`</code><script>alert(1)</script>`',
  '<https://a.example/?"><script>alert(1)</script>>',
  '[x]: javascript:alert(1)\n\n[x]',
  '| <script>alert(1)</script> |\n|---|\n| <img src=x onerror=alert(1)> |',
  '- [ ] <script>alert(1)</script>',
  '# <script>alert(1)</script>',
  '$<img src=x onerror=alert(1)>$',
  '\\(<script>alert(1)</script>\\)',
  '[x](https://a.example/$"onmouseover=alert(1)$)',
])('%j runs no script and fetches nothing', (text) => {
  const written = markup(text);
  const tags = [...written.matchAll(/<\/?([a-z0-9]+)((?:\s[^>]*)?)>/gi)];
  // The remaining markup comes from Markdown itself.
  const known =
    /^(p|pre|code|span|a|em|strong|ul|ol|li|input|h\d|table|thead|tbody|tr|th|td|br|del|blockquote|hr)$/;
  for (const [, name = '', attributes = ''] of tags) {
    expect(name).toMatch(known);
    expect(attributes).not.toMatch(/\son\w+\s*=|\ssrc\s*=|style\s*=/i);
  }
  for (const [, address = ''] of written.matchAll(/href="([^"]*)"/g))
    expect(address).toMatch(/^(https?|mailto):/);
  expect(written.replace(/<\/?[a-z0-9]+(?:\s[^<>]*)?>/gi, '')).not.toContain('<');
});

test('links to web pages and mail addresses stay links', () => {
  expect(markup('[a](https://a.example/b?c=d&e)')).toBe(
    '<p><a href="https://a.example/b?c=d&amp;e" rel="noopener noreferrer nofollow">a</a></p>',
  );
  expect(markup('<mailto:a@b.example>')).toContain('href="mailto:a@b.example"');
});
