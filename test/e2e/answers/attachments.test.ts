import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { harnessWithDaemon } from '../../support/programs/e2e.js';

const harness = harnessWithDaemon();

const PNG = Buffer.from('\x89PNG\r\n\x1a\nrest', 'latin1');
const PDF = Buffer.from('%PDF-1.7');
const png = PNG.toString('base64');
const pdf = PDF.toString('base64');

const sent = {
  'chat-completions': [
    { type: 'text', text: 'See' },
    { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } },
    { type: 'file', file: { filename: 'my doc.pdf', file_data: `data:application/pdf;base64,${pdf}` } },
    { type: 'text', text: 'notes.md:\n# Notes' },
  ],
  responses: [
    { type: 'input_text', text: 'See' },
    { type: 'input_image', image_url: `data:image/png;base64,${png}`, detail: 'auto' },
    { type: 'input_file', filename: 'my doc.pdf', file_data: `data:application/pdf;base64,${pdf}` },
    { type: 'input_text', text: 'notes.md:\n# Notes' },
  ],
  anthropic: [
    { type: 'text', text: 'See' },
    { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } },
    { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: pdf } },
    { type: 'text', text: 'notes.md:\n# Notes' },
  ],
};

test.concurrent.each(['chat-completions', 'responses', 'anthropic'] as const)(
  'files attached in the chat are shown by name and size, and sent as %s has them',
  async (api) => {
    const upstream = await harness.endpoint({
      status: 400,
      contentType: 'application/json',
      chunks: ['{"error":{"message":"seen"}}'],
    });
    harness.sandbox.writeConfig(
      `openai:\n  api_key: sk-test\n  base_url: ${upstream.url}\n  model: m\n  api: ${api}\nsimulator:\n  enabled: false\n`,
    );
    writeFileSync(join(harness.sandbox.dir, 'dot.png'), PNG);
    writeFileSync(join(harness.sandbox.dir, 'my doc.pdf'), PDF);
    writeFileSync(join(harness.sandbox.dir, 'notes.md'), '# Notes');
    const session = harness.open();
    await session.untilScreen(/● connected/);
    // One line after another: many lines at once would be a paste.
    for (const [typed, seen] of [
      ['dot.png', /attached: dot\.png/],
      ["'my doc.pdf'", /attached: .*my doc\.pdf/],
      ['notes.md', /attached: .*notes\.md/],
      ['gone.png', /gone\.png cannot be read: /],
    ] as const) {
      session.send(`/attach ${typed}\r`);
      await session.untilScreen(seen);
    }
    await session.untilScreen(/attached: dot\.png 12 B, my doc\.pdf 8 B, notes\.md 7 B; \/detach/);
    session.send('See\r');
    const body = JSON.parse((await upstream.request(0)).body.toString()) as Record<string, unknown[]>;
    const [question] = body.messages ?? body.input ?? [];
    expect(question).toEqual({ role: 'user', content: sent[api] });
    await session.untilScreen(/attached dot\.png 12 B\s+[\s\S]*attached my doc\.pdf 8 B[\s\S]*failed/);
  },
);
