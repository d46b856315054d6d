import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../../src/loadtest/input/input-error.js';
import type { FileFormat } from '../../../src/loadtest/input/value-file.js';
import { conversationOf, type Entry } from '../../../src/loadtest/prompts/entry.js';
import { createPromptFile } from '../../../src/loadtest/prompts/prompt-file.js';

interface Read {
  format: FileFormat | undefined;
  entries: [line: number, entry: Entry][];
}

/** Reads a file in pieces of this many characters. */
function read(text: string, name = 'file', piece = text.length, format?: FileFormat): Read {
  const entries: [number, Entry][] = [];
  const reader = createPromptFile(name, format, (entry, line) => entries.push([line, entry]));
  for (let at = 0; at < text.length; at += piece) reader.feed(text.slice(at, at + piece));
  reader.end();
  return { format: reader.format, entries };
}

const questionsIn = (text: string, name?: string): unknown[] =>
  read(text, name).entries.map(([, entry]) =>
    conversationOf(entry, 1)?.[0].messages.map(({ role, content }) => `${role}: ${content}`),
  );

const refusal = (text: string, name?: string, format?: FileFormat): string => {
  try {
    read(text, name, undefined, format);
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return 'read';
};

const jsonl = (...values: unknown[]): string => values.map((value) => `${JSON.stringify(value)}\n`).join('');

const SHARE_GPT = [
  {
    id: 'a',
    conversations: [
      { from: 'human', value: 'one\n"quoted" [x]' },
      { from: 'gpt', value: '}' },
    ],
  },
  {
    id: 'b',
    conversations: [
      { from: 'system', value: 'be brief' },
      { from: 'human', value: 'two' },
    ],
  },
  { id: 'c', conversations: [{ from: 'gpt', value: 'nobody asked' }] },
  { id: 'd', conversations: [] },
];

describe('the format of a prompt file is detected from its content', () => {
  test.each<[string, string, FileFormat, unknown[]]>([
    [
      'plain lines',
      'first\n\n  second\r\nthird',
      'lines',
      [['user: first'], ['user:   second'], ['user: third']],
    ],
    [
      'lines that only look like JSON',
      '[INST] a [/INST]\n{name}, hello\n',
      'lines',
      [['user: [INST] a [/INST]'], ['user: {name}, hello']],
    ],
    [
      'JSON Lines with prompts',
      jsonl({ prompt: 'a' }, { text: 'b', output_tokens: 7 }),
      'json',
      [['user: a'], ['user: b']],
    ],
    [
      'JSON Lines with messages',
      jsonl({
        messages: [
          { role: 'system', content: 's' },
          { role: 'user', content: 'q' },
          { role: 'assistant', content: 'kept beside' },
        ],
      }),
      'json',
      [['system: s', 'user: q']],
    ],
    ['a list of strings', '["a", "b"]', 'json', [['user: a'], ['user: b']]],
    [
      'ShareGPT',
      JSON.stringify(SHARE_GPT, null, 2),
      'json',
      [['user: one\n"quoted" [x]'], ['system: be brief', 'user: two'], undefined, undefined],
    ],
    [
      'ShareGPT with roles, a line each',
      jsonl({
        conversations: [
          { role: 'user', content: 'q' },
          { role: 'assistant', content: 'a' },
        ],
      }),
      'json',
      [['user: q']],
    ],
    [
      'questions in several turns',
      jsonl({ question_id: 81, turns: ['first', 'then'] }, { turns: [{ text: 'x', delay: 5 }] }),
      'json',
      [['user: first'], ['user: x']],
    ],
    [
      'an instruction with its input',
      jsonl({ instruction: 'Translate.', input: 'Hallo', output: 'Hello' }),
      'json',
      [['user: Translate.\n\nHallo']],
    ],
    [
      'objects over several lines',
      '{\n  "prompt": "a"\n}\n{\n  "prompt": "b"\n}\n',
      'json',
      [['user: a'], ['user: b']],
    ],
    [
      'instructions and questions with a context',
      jsonl(
        { instruction: 'Who is it?', context: 'Ada wrote.', response: 'Ada' },
        { context: 'Ada wrote.', question: 'Who wrote?', answers: {} },
      ),
      'json',
      [['user: Who is it?\n\nAda wrote.'], ['user: Ada wrote.\n\nWho wrote?']],
    ],
    [
      "perf_analyzer's lists of one",
      JSON.stringify({ data: [{ text_input: ['a'], max_tokens: [5] }, { text_input: ['b'] }] }),
      'json',
      [['user: a'], ['user: b']],
    ],
    [
      'lists of texts, and parts of a content',
      jsonl({ texts: ['a'] }, { content: 'b' }, { content: [{ type: 'text', text: 'c' }] }),
      'json',
      [['user: a'], ['user: b'], ['user: c']],
    ],
    [
      'numbered prompts with a prefix',
      jsonl({ prefix: 's', prompt_0: 'a', output_tokens_count_0: 5, prompt_1: 'b' }),
      'json',
      [['system: s', 'user: a']],
    ],
    ['CSV with numbered prompts', 'prompt_0,prompt_1\na,b\nc,\n', 'csv', [['user: a'], ['user: c']]],
    [
      'one object with all entries',
      JSON.stringify({ data: [{ text: 'a' }, { text: 'b' }] }, null, 2),
      'json',
      [['user: a'], ['user: b']],
    ],
    [
      'sessions of request bodies',
      JSON.stringify({
        data: [{ session_id: '1', payloads: [{ model: 'm', messages: [{ role: 'user', content: 'a' }] }] }],
      }),
      'json',
      [['user: a']],
    ],
    ['CSV', 'id,Prompt\r\n1,"a, ""b""\nc"\r\n\r\n2,d', 'csv', [['user: a, "b"\nc'], ['user: d']]],
    ['CSV with one column', 'prompt\na\nb\n', 'csv', [['user: a'], ['user: b']]],
    [
      'CSV with semicolons and a system prompt',
      'system;prompt\nshort;a\n;b\n',
      'csv',
      [['system: short', 'user: a'], ['user: b']],
    ],
    [
      'CSV with tabs and messages',
      `id\tmessages\n1\t"[{""role"":""user"",""content"":""a""}]"\n`,
      'csv',
      [['user: a']],
    ],
  ])('%s', (_name, text, format, expected) => {
    expect(read(text).format).toBe(format);
    expect(questionsIn(text)).toEqual(expected);
  });

  test('a line of an OpenAI batch keeps its parameters except those that the test sets', () => {
    const body = {
      model: 'gpt-x',
      messages: [{ role: 'user', content: 'q' }],
      max_tokens: 9,
      temperature: 0,
      stream: false,
    };
    const [[, entry] = []] = read(
      jsonl({ custom_id: '1', method: 'POST', url: '/v1/chat/completions', body }),
    ).entries;
    expect(entry && conversationOf(entry, 1)?.[0]).toEqual({
      messages: [{ role: 'user', content: 'q' }],
      maxTokens: 9,
      body: { temperature: 0 },
    });
  });

  test('messages with parts and tool calls stay unchanged', () => {
    const messages = [
      { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:,' } }] },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: '1', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
      { role: 'tool', content: 'x', tool_call_id: '1' },
    ];
    const [[, entry] = []] = read(jsonl({ messages })).entries;
    expect(entry && conversationOf(entry, 1)?.[0].messages).toEqual(messages);
  });
});

describe('an invalid prompt is refused with its line and the reason', () => {
  test.each<[string, RegExp, string?]>([
    [`${jsonl({ prompt: 'a' })}{"prompt": "b"\n${jsonl({ prompt: 'c' })}`, /^line 2: this is not valid JSON/],
    [`${jsonl({ prompt: 'a' }, { prompt: 'b' })}just text\n`, /^line 3: this is not a JSON object/],
    [
      `${jsonl({ prompt: 'a' })}{"prompt": "b\n`,
      /^line 2: this is not valid JSON: a string has no closing quotation mark/,
    ],
    ['[{"prompt": "a"},\n{"prompt": b}]', /^line 2, entry 2: this is not valid JSON/],
    ['["a",\n"b"', /^line 2: the list at the beginning of the file does not end/],
    ['["a"]\n["b"]', /^line 2: the file continues after the end of the list/],
    [
      jsonl({ prompt: 'a' }, { id: 5, label: 'x' }),
      /^line 2: add prompt, messages, .*this object has id, label/,
    ],
    [jsonl({ messages: [{ role: 'narrator', content: 'x' }] }), /^line 1: message 1: the role is "narrator"/],
    [
      jsonl({ messages: [{ role: 'user', content: 5 }] }),
      /^line 1: message 1: the content is neither a string/,
    ],
    [jsonl({ messages: [{ role: 'user' }] }), /the content is neither a string/],
    [jsonl({ prompt: 'a', max_tokens: -1 }), /^line 1: max_tokens must be a whole number from 1/],
    [
      jsonl({ url: '/v1/embeddings', body: { input: 'x' } }),
      /^line 1: use .* only: this is a request to \/v1\/embeddings/,
    ],
    [jsonl({ body: { input: 'x' } }), /^line 1: add messages to the body: the entry has none/],
    [
      jsonl({ text: 'a' }, { text: 'b', audio: 'c.wav' }),
      /^line 2: remove audio: only text and images are sent/,
    ],
    [jsonl({ turns: [{ text: 'a' }, { text: 'b', video: 'c.mp4' }] }), /^line 1: turn 2: remove video/],
    [
      jsonl({ text: 'a', image: { bytes: [1] } }),
      /^line 1: image must be the address or the path of an image/,
    ],
    [
      jsonl({ turns: [{ role: 'narrator', text: 'a' }] }),
      /^line 1: turn 1: message 1: the role is "narrator"/,
    ],
    [
      jsonl({ turns: [{ text: 'a', delay: '5 s' }] }),
      /^line 1: turn 1: delay must be a number of milliseconds/,
    ],
    [jsonl({ turns: [{ id: 5 }] }), /^line 1: turn 1: this has no question/],
    [
      '[{"role": "user", "content": "a"}]\n[{"role": "user", "content": "b"}]\n',
      /^line 1, entry 1: write \{"messages": \[…\]\} around a conversation: this is a single message/,
    ],
    [jsonl({ payloads: [{ prompt: 'a' }] }), /^line 1: payload 1: use requests of chat completions only/],
    ['{"data": [{"text": "a"},\n{"id": 2}]}', /^line 1, entry 2: add prompt, messages/],
    [
      jsonl({ timestamp: 0, input_length: 5, output_length: 3, hash_ids: [1] }),
      /^line 1: give the file to --trace: this is a trace/,
    ],
    [
      'TIMESTAMP,ContextTokens,GeneratedTokens\n1,2,3\n',
      /^line 1: give the file to --trace: this is a trace/,
    ],
    ['id,prompt\n1,a\n2,b,c\n', /^line 3: this record has 3 columns, and the first line has 2/],
    ['id,prompt\n1,"a" b\n', /^line 2: a cell continues after its closing quotation mark/],
    ['id,prompt\n1,"a\nb', /^line 2: a cell has no closing quotation mark/],
    ['a,b\n1,2\n', /^line 1: no column is named prompt/, 'x.csv'],
    ['hello\n', /^line 1: this is not JSON, although the file name/, 'x.jsonl'],
    ['<!DOCTYPE html>\n<p>', /^line 1: this is a web page/],
    ['version https://git-lfs.github.com/spec/v1\noid sha256:1\n', /Git LFS/],
    ['PAR1\u0015\u0000', /Parquet/],
    ['first\nsecond\n\0\n', /^line 3: this is not text/],
  ])('%j: %s', (text, pattern, name) => {
    expect(refusal(text, name)).toMatch(pattern);
  });

  test('a given format overrides the detection', () => {
    expect(read('{"prompt":"a"}\n', 'x', undefined, 'lines').entries[0]?.[1].messages[0]?.content).toBe(
      '{"prompt":"a"}',
    );
    expect(refusal('hello', 'x', 'json')).toMatch(/^line 1: this is not a JSON object/);
    expect(refusal('a,b\n1,2\n', 'x', 'csv')).toMatch(/^line 2: add prompt/);
  });
});

const text = fc.string({
  unit: fc.constantFrom('a', '"', '\\', '{', '}', '[', ']', ',', '\n', ' ', 'é', '😀'),
});
const prompts = fc.array(
  text.filter((one) => one.trim() !== ''),
  { minLength: 1, maxLength: 8 },
);

test.each<[string, (all: readonly string[]) => string]>([
  ['JSON Lines', (all) => jsonl(...all.map((prompt) => ({ prompt })))],
  [
    'a list',
    (all) =>
      JSON.stringify(
        all.map((prompt) => ({ prompt })),
        null,
        1,
      ),
  ],
  ['a list of strings', (all) => JSON.stringify(all)],
  ['ShareGPT', (all) => JSON.stringify(all.map((value) => ({ conversations: [{ from: 'human', value }] })))],
  [
    'CSV',
    (all) => `id,prompt\r\n${all.map((one, id) => `${id},"${one.replaceAll('"', '""')}"\r\n`).join('')}`,
  ],
])('%s yields every text, for every split of the file', (_name, write) => {
  fc.assert(
    fc.property(prompts, fc.integer({ min: 1, max: 9 }), (all, piece) => {
      const { entries } = read(write(all), 'file', piece);
      expect(entries.map(([, { messages }]) => messages[0]?.content)).toEqual(all);
      expect(entries).toEqual(read(write(all)).entries);
    }),
  );
});
