import { describe, expect, test } from 'vitest';
import { InputError } from '../../../src/loadtest/input/input-error.js';
import { createTraceFile, type TraceEntry } from '../../../src/loadtest/prompts/trace.js';
import { createTracePrompts } from '../../../src/loadtest/prompts/trace-prompts.js';

function read(text: string, name = 'trace', most = 1): TraceEntry[] {
  const entries: TraceEntry[] = [];
  const file = createTraceFile(name, most, (entry) => entries.push(entry));
  file.feed(text);
  file.end();
  return entries;
}
const refusal = (text: string, name?: string): string => {
  try {
    read(text, name);
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  return 'read';
};

const MOONCAKE = `{"timestamp": 1000, "input_length": 1100, "output_length": 500, "hash_ids": [0, 1, 2]}
{"timestamp": 1000, "input_length": 700, "output_length": 490, "hash_ids": [0, 14]}
{"timestamp": 4000, "input_length": 512, "output_length": 0, "hash_ids": [46]}
`;

describe('a trace is read with its first request at 0', () => {
  test.each<[string, string, TraceEntry[]]>([
    [
      "Mooncake's JSON Lines, in ms",
      MOONCAKE,
      [
        { atMs: 0, inputTokens: 1100, outputTokens: 500, blocks: [0, 1, 2] },
        { atMs: 0, inputTokens: 700, outputTokens: 490, blocks: [0, 14] },
        { atMs: 3000, inputTokens: 512, outputTokens: 1, blocks: [46] },
      ],
    ],
    [
      "Azure's table of 2023, with tenths of microseconds",
      'TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:17:03.9799600,4808,10\r\n2023-11-16 18:17:04.0319600,3180,8\r\n',
      [
        { atMs: 0, inputTokens: 4808, outputTokens: 10 },
        { atMs: 52, inputTokens: 3180, outputTokens: 8 },
      ],
    ],
    [
      "Azure's table of 2024, with time zones, and a date without a fraction",
      'TIMESTAMP,ContextTokens,GeneratedTokens\n2024-05-10 00:00:00.009930+00:00,2162,5\n2024-05-10 00:00:01+00:00,2399,6\n',
      [
        { atMs: 0, inputTokens: 2162, outputTokens: 5 },
        { atMs: 990.07, inputTokens: 2399, outputTokens: 6 },
      ],
    ],
    [
      "BurstGPT's table, in seconds",
      'Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n5,ChatGPT,472,18,490,Conversation log\n45.5,ChatGPT,1087,230,1317,Conversation log\n',
      [
        { atMs: 0, inputTokens: 472, outputTokens: 18 },
        { atMs: 40_500, inputTokens: 1087, outputTokens: 230 },
      ],
    ],
    [
      "Bailian's JSON Lines, in seconds",
      '{"chat_id": 1, "parent_chat_id": -1, "timestamp": 61.1, "input_length": 32, "output_length": 9, "turn": 1, "hash_ids": [5, 6]}\n{"chat_id": 2, "parent_chat_id": 1, "timestamp": 62.6, "input_length": 48, "output_length": 8, "turn": 2, "hash_ids": [5, 6, 7]}\n',
      [
        { atMs: 0, inputTokens: 32, outputTokens: 9, blocks: [5, 6] },
        { atMs: 1500, inputTokens: 48, outputTokens: 8, blocks: [5, 6, 7] },
      ],
    ],
    ['timestamps only', '[{"timestamp": 5}, {"timestamp": 7.5}]', [{ atMs: 0 }, { atMs: 2.5 }]],
  ])('%s', (_name, text, expected) => {
    const entries = read(text);
    expect(entries.map(({ atMs: _, ...rest }) => rest)).toEqual(expected.map(({ atMs: _, ...rest }) => rest));
    for (const [index, { atMs }] of entries.entries())
      expect(atMs).toBeCloseTo(expected[index]?.atMs ?? -1, 3);
  });
});

test.each<[string, RegExp, string?]>([
  ['hello\nworld\n', /^line 1: this is not a trace/],
  ['a,b\n1,2\n', /^line 1: no column is named timestamp/, 'x.csv'],
  ['{"prompt": "a"}\n', /^line 1: give the file to --prompts: the entry has no timestamp/],
  ['{"timestamp": 5}\n{"timestamp": 4}\n', /^line 2: sort the file .* earlier than the one before/],
  ['{"timestamp": "noon"}\n', /^line 1: the timestamp is neither a number nor a date: "noon"/],
  ['{"timestamp": 1, "text": "a", "video": "b"}\n', /^line 1: remove video/],
  ['{"timestamp": 1, "input_length": "many"}\n', /^line 1: a length is not a whole number: "many"/],
  [
    'TIMESTAMP,ContextTokens\n2023-11-16 18:17:03,\n2023-13-16 18:17:03,5\n',
    /^line 3: the timestamp is neither/,
  ],
])('the trace %j is refused: %s', (text, pattern, name) => {
  expect(refusal(text, name)).toMatch(pattern);
});

describe('prompts of a trace', () => {
  const wordsOf = (entries: TraceEntry[], index: number): string[] =>
    String(createTracePrompts(entries, 1)(index)[0].messages[0]?.content).split(' ');

  test('have the lengths and token limits of the trace', () => {
    const entries = read(MOONCAKE);
    expect(entries.map((_, index) => wordsOf(entries, index).length)).toEqual([1100, 700, 512]);
    expect(createTracePrompts(entries, 1)(1)[0].maxTokens).toBe(490);
  });

  test('share exactly the blocks that the trace names', () => {
    const entries = read(MOONCAKE);
    const [one, other] = [wordsOf(entries, 0), wordsOf(entries, 1)];
    const common = one.findIndex((word, at) => word !== other[at]);
    expect(common).toBeGreaterThanOrEqual(512);
    expect(common).toBeLessThan(517);
  });

  test('derive the size of the blocks from the lengths', () => {
    const entries: TraceEntry[] = [
      { atMs: 0, inputTokens: 64, blocks: ['a', 'b', 'c', 'd'] },
      { atMs: 0, inputTokens: 40, blocks: ['a', 'b', 'x'] },
    ];
    const [one, other] = [wordsOf(entries, 0), wordsOf(entries, 1)];
    expect([one.length, other.length]).toEqual([64, 40]);
    expect(one.slice(0, 32)).toEqual(other.slice(0, 32));
    expect(one.slice(32, 40)).not.toEqual(other.slice(32, 40));
  });

  test('are those of the trace if it has them', () => {
    const entries = read(
      '{"timestamp": 0, "messages": [{"role": "user", "content": "a"}], "output_length": 5, "extra": {"seed": 1}}\n' +
        '{"timestamp": 5, "text_input": "b"}\n{"timestamp": 9, "input_length": 3}\n',
    );
    const at = createTracePrompts(entries, 1);
    expect([at(0), at(1)]).toEqual([
      [{ messages: [{ role: 'user', content: 'a' }], maxTokens: 5, body: { seed: 1 } }],
      [{ messages: [{ role: 'user', content: 'b' }] }],
    ]);
    expect(wordsOf(entries, 2)).toHaveLength(3);
  });

  test('share nothing when the trace has no blocks', () => {
    const entries: TraceEntry[] = [
      { atMs: 0, inputTokens: 50 },
      { atMs: 0, inputTokens: 50 },
    ];
    expect(wordsOf(entries, 0).slice(0, 5)).not.toEqual(wordsOf(entries, 1).slice(0, 5));
  });
});

describe('with turns, the rows of a session are one conversation', () => {
  const user = (content: string) => ({ role: 'user', content });
  const joined = (...rows: unknown[]): TraceEntry[] =>
    read(rows.map((row) => JSON.stringify(row)).join('\n'), 'trace', Number.POSITIVE_INFINITY);

  test('rows with only lengths keep their times or their waits, and sessions are in order of time', () => {
    const entries = joined(
      { session_id: 'a', timestamp: 5000, input_length: 10, output_length: 1 },
      { session_id: 'a', timestamp: 7000, input_length: 3 },
      { session_id: 'a', delay: 250, input_length: 4 },
      { session_id: 'b', timestamp: 4000, input_length: 20 },
      { timestamp: 4500, input_length: 30 },
    );
    expect(entries).toEqual([
      { atMs: 0, inputTokens: 20 },
      { atMs: 500, inputTokens: 30 },
      {
        ...{ atMs: 1000, inputTokens: 10, outputTokens: 1 },
        later: [
          { inputTokens: 3, afterMs: 2000 },
          { inputTokens: 4, delayMs: 250 },
        ],
      },
    ]);
    const words = createTracePrompts(
      entries,
      1,
    )(2).map(({ messages }) => String(messages[0]?.content).split(' ').length);
    expect(words).toEqual([10, 3, 4]);
  });

  test('texts in a session are sent as the new messages of a turn, or with their own history', () => {
    const conversation = (...rows: object[]) =>
      joined(...rows.map((row, second) => ({ session_id: 1, timestamp: second * 1000, ...row })))[0]
        ?.conversation;
    expect(conversation({ text_input: 'a' }, { text_input: 'b', output_length: 9 })).toEqual([
      { messages: [user('a')], recorded: [] },
      { messages: [user('b')], recorded: [], afterMs: 1000, maxTokens: 9 },
    ]);
    const history = [user('a'), { role: 'assistant', content: 'b' }, user('c')];
    expect(conversation({ messages: [user('a')] }, { messages: history })).toEqual([
      { messages: [user('a')], whole: true },
      { messages: history, whole: true, afterMs: 1000 },
    ]);
  });

  test("a row of Bailian's has its whole history, and belongs to the session of the row that it continues", () => {
    const row = (chat_id: number, parent_chat_id: number, timestamp: number, hash_ids: number[]) => ({
      ...{
        chat_id,
        parent_chat_id,
        timestamp,
        hash_ids,
        input_length: 16 * hash_ids.length,
        output_length: 5,
      },
    });
    const [first, second] = joined(row(1, -1, 10, [7]), row(2, -1, 10.5, [8]), row(3, 1, 12, [7, 9]));
    expect([first?.later, second?.later]).toEqual([
      [{ inputTokens: 32, outputTokens: 5, blocks: [7, 9], afterMs: 2000, whole: true }],
      undefined,
    ]);
  });

  test("the rows of one session of BurstGPT's are a conversation, whose prompts begin like the ones before them", () => {
    const table =
      'Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type\n' +
      '10.0,1722ac82,43,GPT-4,9,4,13,Conversation log\n' +
      '10.5,,2,ChatGPT,3,2,5,API log\n' +
      '12.0,1722ac82,8,GPT-4,15,5,20,Conversation log\n' +
      '13.0,,2,ChatGPT,3,2,5,API log\n';
    const entries = read(table, 'BurstGPT_3.csv', Number.POSITIVE_INFINITY);
    expect(entries).toEqual([
      {
        ...{ atMs: 0, inputTokens: 9, outputTokens: 4 },
        later: [{ inputTokens: 15, outputTokens: 5, afterMs: 2000, whole: true }],
      },
      { atMs: 500, inputTokens: 3, outputTokens: 2 },
      { atMs: 3000, inputTokens: 3, outputTokens: 2 },
    ]);
    const [first, second] = createTracePrompts(
      entries,
      1,
    )(0).map(({ messages }) => String(messages[0]?.content).split(' '));
    expect(second).toHaveLength(15);
    expect(second?.slice(0, 9)).toEqual(first);
  });

  test.each([
    [
      'no time at its beginning',
      [{ session_id: 1, delay: 1 }],
      'line 1: the first entry of a session has no timestamp',
    ],
    [
      'a text in only one row',
      [
        { session_id: 1, timestamp: 1, text: 'a' },
        { session_id: 1, timestamp: 2 },
      ],
      'line 1: give a prompt to every entry of a session, or to no entry: only some have one',
    ],
    [
      'a wait that is none',
      [{ session_id: 1, timestamp: 1, delay: -1 }],
      'line 1: delay must be a number of milliseconds from 0',
    ],
  ])('a session with %s is refused', (_what, rows, message) => {
    expect(() => joined(...rows)).toThrow(message);
  });
});

test('a row with a wait instead of a time is refused without turns, and the error names the flag', () => {
  expect(refusal('{"session_id": 1, "timestamp": 0}\n{"session_id": 1, "delay": 5}\n')).toBe(
    'line 2: use --turns all, which joins the rows of a session: the entry has no timestamp',
  );
});

test('perf_analyzer writes times in lists of one, in a file that is one object', () => {
  const payload = [{ messages: [{ role: 'user', content: 'a' }] }];
  const data = [
    { session_id: 's', payload, timestamp: [100] },
    { session_id: 's', payload, delay: [5] },
  ];
  const [entry] = read(JSON.stringify({ data }), 'trace', Number.POSITIVE_INFINITY);
  expect(entry?.conversation?.map(({ delayMs }) => delayMs)).toEqual([undefined, 5]);
});
