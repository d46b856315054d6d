import { brotliCompressSync, constants } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ContentDecoder, createContentDecoder } from '../../src/content/content-decoder.js';
import { compressed, cutAt, FORMS, type Form, flushed, nameOf } from '../support/servers/compress.js';

const form = fc.constantFrom(...FORMS);
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 });

const decoderOf = (header: string): ContentDecoder => {
  const decoder = createContentDecoder(header);
  if (decoder === undefined) throw new Error(`${header} is no coding`);
  return decoder;
};

const all = async (pieces: AsyncIterable<Uint8Array>): Promise<Buffer> => {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece);
  return Buffer.concat(parts);
};

async function decoded(header: string, pieces: readonly Uint8Array[]): Promise<Buffer> {
  const decoder = decoderOf(header);
  const parts: Buffer[] = [];
  for (const piece of pieces) parts.push(await all(decoder.feed(piece)));
  parts.push(await all(decoder.end()));
  decoder.close();
  return Buffer.concat(parts);
}

test('any bytes in any combined codings are decoded correctly for every split', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(form, { minLength: 1, maxLength: 4 }),
      fc.uint8Array({ maxLength: 3000 }),
      cuts,
      async (forms, bytes, shares) => {
        const body = forms.reduce<Uint8Array>((inner, coding) => compressed(coding, inner), bytes);
        const header = forms.map(nameOf).join(', ');
        expect(await decoded(header, cutAt(body, shares))).toEqual(Buffer.from(bytes));
      },
    ),
    { numRuns: 300 },
  );
});

test.each(FORMS)('data that a server has flushed in %s can be read before more arrives', async (coding) => {
  const pieces = ['data: one\n\n', 'd', 'ata: two\n\n', `data: ${'three '.repeat(20_000)}\n\n`].map((text) =>
    Buffer.from(text),
  );
  const decoder = decoderOf(nameOf(coding));
  const sent = await flushed(coding, pieces);
  for (const [index, piece] of pieces.entries()) {
    const came = await all(decoder.feed(sent[index] ?? Buffer.alloc(0)));
    expect(came.toString()).toBe(piece.toString());
  }
  expect(await all(decoder.feed(sent.at(-1) ?? Buffer.alloc(0)))).toHaveLength(0);
  expect(await all(decoder.end())).toHaveLength(0);
});

test.each(['', 'identity', ' Identity ', 'identity, identity', 'utf-8', 'none'])(
  'a body with content-encoding %j is not decoded',
  (header) => {
    expect(createContentDecoder(header)).toBeUndefined();
  },
);

test.each(['gzip', 'x-gzip', 'GZIP', ' gzip ', 'identity, gzip', 'gzip, identity', 'gzip,,'])(
  'content-encoding %j is gzip',
  async (header) => {
    expect((await decoded(header, [compressed('gzip', Buffer.from('hi'))])).toString()).toBe('hi');
  },
);

test.each(['compress', 'lzma', 'gzip, snappy', 'dcb'])('an unknown coding in %j is named', (header) => {
  const name = header.split(' ').at(-1) ?? '';
  expect(() => createContentDecoder(header)).toThrow(`"${name}", which can't be read`);
});

test('too many codings are refused', () => {
  expect(() => createContentDecoder('gzip, '.repeat(6))).toThrow('6 content codings');
});

test.each(FORMS)(
  'a %s body that ends early gives the bytes so far, and an error that a part is missing',
  async (coding) => {
    const [first = Buffer.alloc(0)] = await flushed(coding, [Buffer.from('data: one\n\n')]);
    const decoder = decoderOf(nameOf(coding));
    expect((await all(decoder.feed(first))).toString()).toBe('data: one\n\n');
    await expect(all(decoder.end())).rejects.toThrow(`ended its ${nameOf(coding)} body before the end`);
  },
);

test('an empty body is not damaged', async () => {
  for (const coding of FORMS) expect(await decoded(nameOf(coding), [])).toHaveLength(0);
});

test.each(FORMS)('a damaged %s body gives the bytes before the damage, then an error', async (coding) => {
  const sent = await flushed(coding, [Buffer.from('data: one\n\n'), Buffer.from('data: two '.repeat(50))]);
  const decoder = decoderOf(nameOf(coding));
  expect((await all(decoder.feed(sent[0] ?? Buffer.alloc(0)))).toString()).toBe('data: one\n\n');
  const damage = Buffer.alloc(200, 0xff);
  const rest = async (): Promise<Buffer> =>
    Buffer.concat([await all(decoder.feed(damage)), await all(decoder.end())]);
  await expect(rest()).rejects.toThrow(`sent a ${nameOf(coding)} body that is damaged`);
});

test('consecutive Zstandard frames are all read, for every split', async () => {
  const body = Buffer.concat(
    ['one ', 'two ', '', 'three'].map((text) => compressed('zstd', Buffer.from(text))),
  );
  await fc.assert(
    fc.asyncProperty(cuts, async (shares) => {
      expect((await decoded('zstd', cutAt(body, shares))).toString()).toBe('one two three');
    }),
    { numRuns: 100 },
  );
});

test('consecutive gzip members are all read', async () => {
  const body = Buffer.concat(['one ', 'two'].map((text) => compressed('gzip', Buffer.from(text))));
  expect((await decoded('gzip', [body])).toString()).toBe('one two');
});

test.each(FORMS)('padding after the end of a %s body is ignored', async (coding) => {
  const body = compressed(coding, Buffer.from('data: one\n\n'));
  expect((await decoded(nameOf(coding), [Buffer.concat([body, Buffer.alloc(9)])])).toString()).toBe(
    'data: one\n\n',
  );
});

test.each(['gzip', 'zstd'])('a body that is not in %s despite its header is read unchanged', async (name) => {
  const body = Buffer.from('data: one\n\ndata: two\n\n');
  expect(await decoded(name, cutAt(body, [0.1, 0.5]))).toEqual(body);
});

const MISNAMED = ['gzip', 'deflate', 'br', 'zstd'].flatMap((name) =>
  (['gzip', 'deflate', 'br', 'zstd'] as const).map((form) => [form, name] as const),
);

// A body in br has no magic bytes, so only the name of a coding that always begins with the same bytes gives it away.
test.each(MISNAMED.filter(([form, name]) => form !== 'br' || name === 'gzip'))(
  'a body in %s is decoded although the header names %s, for every split',
  async (form, name) => {
    const text = 'data: one\n\ndata: two\n\n';
    const body = compressed(form, Buffer.from(text));
    for (const at of [0, 1, 2, 9]) {
      const pieces = [body.subarray(0, at), body.subarray(at)];
      expect((await decoded(name, pieces)).toString()).toBe(text);
    }
  },
);

test.each(['gzip, deflate', 'gzip, gzip', 'gzip, deflate, br', 'br, gzip'])(
  'a body that is encoded once is decoded although the header lists %s',
  async (header) => {
    const body = compressed('gzip', Buffer.from('data: one\n\n'));
    expect((await decoded(header, [body])).toString()).toBe('data: one\n\n');
  },
);

test.each(['br', 'deflate'])('text that is not in %s despite its header is read unchanged', async (name) => {
  for (const text of [
    'data: one\n\ndata: two\n\n',
    ': ping\n\ndata: one\n\n',
    '{"error":{"message":"no"}}',
    '[ { "id": 1 } ]',
    '<!doctype html>',
  ]) {
    const body = Buffer.from(text);
    expect(await decoded(name, cutAt(body, [0.5]))).toEqual(body);
  }
});

test('a body in br whose first bytes could be those of JSON is decoded', async () => {
  const events = Array.from({ length: 1172 }, (_, id) => {
    const content = ((id * 7919) % 10007).toString(36);
    return `data: ${JSON.stringify({ id, choices: [{ delta: { content } }] })}\n\n`;
  });
  const body = Buffer.from(events.join(''));
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = constants;
  const params = { [BROTLI_PARAM_QUALITY]: 9, [BROTLI_PARAM_SIZE_HINT]: body.length };
  const encoded = brotliCompressSync(body, { params });
  expect(encoded.toString('latin1')).toMatch(/^\[[\t\n\r -~]{5}/);
  expect((await decoded('br', [encoded])).equals(body)).toBe(true);
});

const BOMBS: readonly [string, Form, number][] = [
  ['gzip', 'gzip', 24],
  ['br', 'br', 24],
  ['zstd', 'zstd', 24],
  ['gzip, gzip', 'gzip', 24],
];

test.each(BOMBS)('a decompression bomb in %s is stopped early', async (header, coding, mebi) => {
  const bomb = header
    .split(', ')
    .reduce<Uint8Array>((inner) => compressed(coding, inner), Buffer.alloc(mebi * 1024 * 1024));
  const decoder = decoderOf(header);
  let bytes = 0;
  const read = async (): Promise<void> => {
    for await (const piece of decoder.feed(bomb)) bytes += piece.length;
  };
  await expect(read()).rejects.toThrow(/decodes to more than 16 MiB and 250 times its size: the rest/);
  expect(bytes).toBeLessThan(17 * 1024 * 1024);
});

test('decoding does not run ahead of the reader', async () => {
  const decoder = decoderOf('gzip');
  const pieces = decoder
    .feed(compressed('gzip', Buffer.alloc(32 * 1024 * 1024, 'a')))
    [Symbol.asyncIterator]();
  await pieces.next();
  const before = process.memoryUsage().arrayBuffers;
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 * 1024 * 1024);
  decoder.close();
});
