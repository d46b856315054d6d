import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chromiumPath, openChromium } from '../../../scripts/support/chromium.js';
import { harnessWithDaemon } from '../../support/programs/e2e.js';
import { deltaOf, FINISH, sseEvents, startUpstream } from '../../support/servers/upstream.js';

const harness = harnessWithDaemon();
const { endpoint, run } = harness;
const path = (name: string): string => join(harness.sandbox.dir, name);

const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';

/** @param address must receive no request */
const hostile = (address: string): string =>
  [
    '## An answer\n\nwith **markup**, a [link](https://example.org/) and `code`.',
    "<script>window.pwned = 'script'</script>",
    `<img src="${address}/a.png" onerror="window.pwned = 'image'">`,
    '<svg onload="window.pwned = \'svg\'"></svg>',
    `![remote](${address}/b.png)`,
    "[click](javascript:window.pwned='link')",
    `<link rel="stylesheet" href="${address}/c.css"><style>@import "${address}/d.css";</style>`,
    `<meta http-equiv="refresh" content="0;url=${address}/e">`,
    `<form action="${address}/f"><button id="hostile">press</button></form>`,
    `<iframe src="${address}/g"></iframe>`,
    '</div></article></main><h1 id="outside">outside</h1>',
    '```\n</code></pre><script>window.pwned = 1</script>\n```',
    '--></script><script>window.pwned = 2</script>',
  ].join('\n\n');

async function conversation(text: string): Promise<void> {
  const call = {
    choices: [
      {
        index: 0,
        delta: {
          tool_calls: [
            {
              index: 0,
              id: 'call_1',
              function: { name: '<b>weather</b>', arguments: '{"city":"<img src=x>"}' },
            },
          ],
        },
        finish_reason: null,
      },
    ],
  };
  await endpoint({
    chunks: sseEvents(deltaOf(text), JSON.stringify(call), FINISH, '[DONE]'),
    gapMs: 20,
  });
  writeFileSync(path('photo.png'), Buffer.from(PIXEL, 'base64'));
  const question = 'What is <i>this</i>?';
  const asked = await run(['ask', '--session', 'hostile <title>', '--image', 'photo.png', question]);
  expect(asked.code).toBe(0);
}

async function exported(): Promise<string> {
  const [session] = JSON.parse((await run(['sessions', 'list', '--json'])).stdout) as { id: string }[];
  const { code, stderr } = await run(['sessions', 'export', session?.id ?? '', '--html', 'page.html']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return readFileSync(path('page.html'), 'utf8');
}

test('the HTML export is one page with text, waterfall, tool calls and image, and a second export does not overwrite it', async () => {
  await conversation('## Heading\n\n*emphasis*');
  const page = await exported();
  expect(page).toMatch(/<h5>Heading<\/h5>\s*<p><em>emphasis<\/em><\/p>/);
  expect(page).toContain('What is &lt;i&gt;this&lt;/i&gt;?');
  expect(page).toContain('Calls <code>&lt;b&gt;weather&lt;/b&gt;</code>');
  expect(page).toContain(`<img src="data:image/png;base64,${PIXEL}" alt="photo.png">`);
  for (const step of ['daemon queue', 'to 1st byte', 'to 1st token'])
    expect(page).toContain(`<th scope="row">${step}</th>`);
  expect(page.match(/<script/g)).toHaveLength(2);
  const [, policy = ''] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
  expect(policy).toMatch(
    /^default-src 'none'; script-src 'sha256-[^;]+'; style-src 'unsafe-inline'; img-src data:; base-uri/,
  );
  const again = await run(['sessions', 'export', '--all', '--html', 'page.html']);
  expect(again).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('name a new file: --html page.html exists already'),
  });
});

const program = chromiumPath();

test.skipIf(program === undefined)(
  'an answer in a browser runs no script, fetches nothing and stays in its part of the page',
  async () => {
    const elsewhere = await startUpstream((_request, response) => void response.end('x'));
    await conversation(hostile(elsewhere.url));
    await exported();
    const chromium = await openChromium(program ?? '');
    try {
      const page = await chromium.open(`file://${path('page.html')}`);
      await page.until("document.documentElement.dataset.ready === 'true'");
      const seen = await page.evaluate<Record<string, unknown>>(`(() => {
      document.querySelector('#hostile')?.click();
      return {
        pwned: window.pwned ?? null,
        links: [...document.querySelectorAll('article a')].map(({ protocol, host }) => protocol + host),
        outside: document.querySelector('#outside') !== null,
        elements: document.querySelectorAll('article iframe, article form, article svg, article script, article style, article link, article meta').length,
        images: [...document.images].map((image) => [image.src.slice(0, 22), image.naturalWidth]),
        text: document.querySelector('article.assistant').innerText.includes("<script>window.pwned = 'script'</script>"),
        articles: document.querySelectorAll('main article').length,
        headings: [...document.querySelectorAll('h1, h2, h3')].map(({ tagName }) => tagName),
        unnamed: [...document.querySelectorAll('img:not([alt]), button:empty, a:empty')].length,
      };
    })()`);
      expect(seen).toEqual({
        pwned: null,
        links: ['https:example.org', `http:127.0.0.1:${elsewhere.port}`],
        outside: false,
        elements: 0,
        images: [['data:image/png;base64,', 1]],
        text: true,
        articles: 2,
        headings: ['H1', 'H2', 'H3', 'H3'],
        unnamed: 0,
      });
      expect(page.problems).toEqual([]);
      expect(elsewhere.requests.map((request) => request.path)).toEqual([]);
      // Tab reaches the colour button first, then the waterfall's button.
      await page.key('Tab');
      expect(await page.evaluate('document.activeElement.textContent')).toBe('Dark colors');
      await page.evaluate('document.activeElement.click()');
      expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('dark');
      await page.evaluate('delete document.documentElement.dataset.theme');
      for (const scheme of ['light', 'dark'] as const) {
        await page.media(scheme);
        if (process.env.PICTURES)
          writeFileSync(`${process.env.PICTURES}-${scheme}.png`, await page.screenshot());
      }
    } finally {
      await chromium.close();
      await elsewhere.close();
    }
  },
);
