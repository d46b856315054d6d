import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createChatStream } from '../../../src/sdk/index.js';
import { sseEvents } from '../../support/servers/upstream.js';
import { answerIn, WIRE_FORMATS } from '../../support/servers/wire-formats.js';

type Format = 'responses' | 'anthropic';
type Kind = 'text' | 'reasoning' | 'refusal';

function read(format: Format, events: readonly object[], json = false) {
  const contentType = json ? 'application/json' : 'text/event-stream';
  const stream = createChatStream({ statusCode: 200, contentType }, () => {}, { format });
  const data = events.map((event) => JSON.stringify(event));
  stream.feed(Buffer.from(json ? data.join('') : sseEvents(...data).join('')));
  return stream.end({ kind: 'closed' });
}

const EVENTS = { statusCode: 200, contentType: 'text/event-stream' };
const ENDED = { type: 'response.completed', response: { status: 'completed', output: [] } };
const STOP = { type: 'message_delta', delta: { stop_reason: 'end_turn' } };

/** The places for values of any form, and the kind of content there. */
const PLACES: readonly (readonly [
  name: string,
  kind: Kind,
  answer: (value: unknown) => ReturnType<typeof read>,
])[] = [
  ...(
    [
      ['response.output_text.delta', 'text'],
      ['response.reasoning_text.delta', 'reasoning'],
      ['response.reasoning_summary_text.delta', 'reasoning'],
      ['response.refusal.delta', 'refusal'],
    ] as const
  ).map(
    ([type, kind]) => [type, kind, (delta: unknown) => read('responses', [{ type, delta }, ENDED])] as const,
  ),
  [
    'the content of a whole response',
    'text',
    (content) => {
      const output = [{ type: 'message', content }];
      return read('responses', [{ object: 'response', status: 'completed', output }], true);
    },
  ],
  [
    'the content of a response that came with its last event alone',
    'text',
    (content) => {
      const response = { status: 'completed', output: [{ type: 'message', content }] };
      return read('responses', [{ type: 'response.completed', response }]);
    },
  ],
  [
    'text_delta',
    'text',
    (text) =>
      read('anthropic', [
        { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } },
        STOP,
      ]),
  ],
  [
    'thinking_delta',
    'reasoning',
    (thinking) => {
      const delta = { type: 'thinking_delta', thinking };
      return read('anthropic', [{ type: 'content_block_delta', index: 0, delta }, STOP]);
    },
  ],
  [
    'content_block_start',
    'text',
    (text) =>
      read('anthropic', [
        { type: 'content_block_start', index: 0, content_block: { type: 'text', text } },
        STOP,
      ]),
  ],
  [
    'the block of a whole message',
    'text',
    (text) =>
      read(
        'anthropic',
        [{ type: 'message', content: [{ type: 'text', text }], stop_reason: 'end_turn' }],
        true,
      ),
  ],
];

describe.each(PLACES)('%s', (_name, kind, answer) => {
  test('a number, a boolean and a text are text, alone and in parts', () => {
    const value = fc.oneof(fc.string({ minLength: 1 }), fc.boolean(), fc.integer());
    const form = fc.constantFrom(
      (one: unknown) => one,
      (one: unknown) => [{ type: 'text', text: one }],
      (one: unknown) => [[{ text: { value: one } }]],
    );
    fc.assert(
      fc.property(value, form, (one, wrapped) => {
        const result = answer(wrapped(one));
        expect(result[kind]).toBe(String(one));
        expect(result).toMatchObject({ outcome: 'complete', malformedEvents: 0 });
      }),
    );
  });

  test('a value with an unknown form is counted as malformed', () => {
    const result = answer([{ type: 'hologram', beam: { of: 'light' } }]);
    expect(result.malformedEvents).toBe(1);
    expect(result.outcome).toBe('empty');
  });
});

test('blocks of tools, hidden thinking and signatures don’t count as malformed; unknown blocks do', () => {
  const start = (content_block: object) => ({ type: 'content_block_start', index: 0, content_block });
  const delta = (one: object) => ({ type: 'content_block_delta', index: 0, delta: one });
  const known = [
    start({ type: 'web_search_tool_result', content: [{ type: 'web_search_result', title: 'x' }] }),
    start({ type: 'redacted_thinking', data: 'x' }),
    delta({ type: 'signature_delta', signature: 'x' }),
    delta({ type: 'citations_delta', citation: { cited_text: 'x' } }),
    delta({ type: 'reference', reference_ids: [1] }),
  ];
  expect(read('anthropic', [...known, STOP]).malformedEvents).toBe(0);
  const unknown = [start({ type: 'hologram', beam: 1 }), delta({ type: 'beam_delta', beam: 2 })];
  expect(read('anthropic', [...unknown, STOP]).malformedEvents).toBe(2);
});

test('text that arrived in deltas is not read again from the last event', () => {
  const response = {
    status: 'completed',
    output: [{ type: 'message', content: [{ type: 'output_text', text: 'Hi' }] }],
  };
  const delta = { type: 'response.output_text.delta', delta: 'Hi' };
  expect(read('responses', [delta, { type: 'response.completed', response }]).text).toBe('Hi');
});

test('an item that arrived whole, without deltas, is read once', () => {
  const item = { type: 'message', id: 'm', content: [{ type: 'output_text', text: 'Hi' }] };
  const call = { type: 'function_call', id: 'f', call_id: 'c', name: 'now', arguments: '{"in":"Bern"}' };
  const added = (index: number, one: object) => ({
    type: 'response.output_item.added',
    output_index: index,
    item: one,
  });
  const done = (index: number, one: object) => ({ ...added(index, one), type: 'response.output_item.done' });
  const response = { status: 'completed', output: [item, call] };
  const events = [
    added(0, { ...item, content: [] }),
    done(0, item),
    added(1, { ...call, arguments: '' }),
    done(1, call),
    { type: 'response.completed', response },
  ];
  expect(read('responses', events)).toMatchObject({
    text: 'Hi',
    toolCalls: [{ id: 'c', name: 'now', arguments: '{"in":"Bern"}' }],
    malformedEvents: 0,
  });
});

test("image and unknown items count as malformed; items of the server's own tools don't", () => {
  const done = (item: object) => ({ type: 'response.output_item.done', output_index: 0, item });
  const silent = [
    done({ type: 'web_search_call', status: 'completed' }),
    done({ type: 'reasoning', summary: [], encrypted_content: 'x' }),
    { type: 'response.mcp_call_arguments.delta', delta: '{' },
    { type: 'response.output_text.annotation.added', annotation: {} },
  ];
  expect(read('responses', [...silent, ENDED]).malformedEvents).toBe(0);
  const unread = [
    done({ type: 'image_generation_call', result: 'iVBO' }),
    done({ type: 'hologram', beam: 1 }),
    { type: 'response.audio.delta', delta: 'AA==' },
    { type: 'response.function_call_arguments.delta', output_index: 9, delta: '{' },
  ];
  expect(read('responses', [...unread, ENDED]).malformedEvents).toBe(4);
});

test('deltas of a tool call without a block count as malformed', () => {
  const delta = { type: 'input_json_delta', partial_json: '{"a":1}' };
  expect(read('anthropic', [{ type: 'content_block_delta', index: 3, delta }, STOP]).malformedEvents).toBe(1);
});

test.each(WIRE_FORMATS)('events in the form of %s are read when another form was expected', (sent) => {
  for (const [format] of WIRE_FORMATS) {
    const stream = createChatStream(EVENTS, () => {}, { format });
    stream.feed(Buffer.from(answerIn(sent, [{ reasoning: 'Hm.' }, { text: 'Hi' }, { call: '{}' }]).join('')));
    expect(stream.end({ kind: 'closed' })).toMatchObject({
      outcome: 'complete',
      text: 'Hi',
      reasoning: 'Hm.',
      toolCalls: [{ id: 'call_1', name: 'look', arguments: '{}' }],
      finishReason: 'tool_calls',
      malformedEvents: 0,
    });
  }
});

test('the name of an event stands for a type that it lacks', () => {
  const events = [
    ['content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'Hi' } }],
    ['message_delta', { delta: { stop_reason: 'end_turn' } }],
    ['message_stop', {}],
  ] as const;
  const stream = createChatStream(EVENTS, () => {}, { format: 'anthropic' });
  for (const [name, event] of events)
    stream.feed(Buffer.from(`event: ${name}\ndata: ${JSON.stringify(event)}\n\n`));
  const result = stream.end({ kind: 'closed' });
  expect(result).toMatchObject({ outcome: 'complete', text: 'Hi', malformedEvents: 0 });
});

test('a message whose content is a text is read', () => {
  const message = { type: 'message', content: 'Hi', stop_reason: 'end_turn' };
  expect(read('anthropic', [message], true)).toMatchObject({ text: 'Hi', outcome: 'complete' });
});

test.each(['data', 'response'])('an answer inside of `%s` is read, as a stream and as JSON', (member) => {
  const read = (contentType: string, body: string) => {
    const stream = createChatStream({ statusCode: 200, contentType });
    stream.feed(Buffer.from(body));
    return stream.end({ kind: 'closed' });
  };
  const wrapped = (choice: object): string =>
    JSON.stringify({ code: 0, msg: 'ok', [member]: { choices: [choice] } });
  const events = [{ delta: { content: 'Hi' } }, { delta: {}, finish_reason: 'stop' }];
  const stream = events.map((one) => `data: ${wrapped(one)}\n\n`).join('');
  expect(read('text/event-stream', stream)).toMatchObject({ outcome: 'complete', text: 'Hi' });
  const whole = wrapped({ message: { content: 'Hi' }, finish_reason: 'stop' });
  expect(read('application/json', whole)).toMatchObject({ outcome: 'complete', text: 'Hi' });
});
