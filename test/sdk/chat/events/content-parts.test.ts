import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createChatStream } from '../../../../src/sdk/chat/chat-stream.js';

type Place = 'delta' | 'message in a stream' | 'JSON';
const PLACES = ['delta', 'message in a stream', 'JSON'] as const;

function answered(fields: Record<string, unknown>, place: Place) {
  const choice = { index: 0, [place === 'delta' ? 'delta' : 'message']: fields, finish_reason: 'stop' };
  const event = JSON.stringify({ choices: [choice] });
  const json = place === 'JSON';
  const stream = createChatStream({
    statusCode: 200,
    contentType: json ? 'application/json' : 'text/event-stream',
  });
  stream.feed(Buffer.from(json ? event : `data: ${event}\n\ndata: [DONE]\n\n`));
  return stream.end({ kind: 'closed' });
}

const FIELDS = [
  ['content', 'text'],
  ['reasoning', 'reasoning'],
  ['reasoning_content', 'reasoning'],
  ['reasoning_text', 'reasoning'],
  ['thinking', 'reasoning'],
  ['refusal', 'refusal'],
] as const;

test('a number, a boolean and a text in any field are text', () => {
  const value = fc.oneof(
    fc.string({ minLength: 1 }),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  );
  fc.assert(
    fc.property(
      value,
      fc.constantFrom(...FIELDS),
      fc.constantFrom(...PLACES),
      (one, [field, kind], place) => {
        const result = answered({ [field]: one }, place);
        expect(result[kind]).toBe(String(typeof one === 'number' ? JSON.parse(JSON.stringify(one)) : one));
        expect(result.malformedEvents).toBe(0);
      },
    ),
  );
});

const PARTS: readonly [part: unknown, kind: 'text' | 'reasoning' | 'refusal'][] = [
  [{ type: 'text', text: 'x' }, 'text'],
  [{ type: 'output_text', text: 'x', annotations: [] }, 'text'],
  [{ type: 'text', text: { value: 'x' } }, 'text'],
  [{ type: 'text', content: 'x' }, 'text'],
  [{ type: 'reasoning', text: 'x' }, 'reasoning'],
  [{ type: 'reasoning.text', text: 'x', signature: null }, 'reasoning'],
  [{ type: 'reasoning', summary: [{ type: 'summary_text', text: 'x' }] }, 'reasoning'],
  [{ type: 'summary_text', text: 'x' }, 'reasoning'],
  [{ type: 'thinking', thinking: 'x', signature: 's' }, 'reasoning'],
  [{ type: 'thinking', thinking: [{ type: 'text', text: 'x' }] }, 'reasoning'],
  [{ type: 'refusal', refusal: 'x' }, 'refusal'],
];

test('the type of a part determines its kind, alone, in a list and nested', () => {
  const wrap = fc.constantFrom(
    (part: unknown) => part,
    (part: unknown) => [part],
    (part: unknown) => [[part]],
    (part: unknown) => [{ type: 'group', content: [part] }],
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...PARTS),
      wrap,
      fc.constantFrom(...PLACES),
      ([part, kind], wrapped, place) => {
        const { text, reasoning, refusal, malformedEvents } = answered({ content: wrapped(part) }, place);
        expect({ text, reasoning, refusal, malformedEvents }).toEqual({
          text: '',
          reasoning: '',
          refusal: '',
          malformedEvents: 0,
          [kind]: 'x',
        });
      },
    ),
  );
});

test('content with an unknown form is counted, and the rest is kept', () => {
  const content = [{ type: 'text', text: 'a' }, { type: 'hologram', url: 'u' }, 'b'];
  for (const place of PLACES) {
    expect(answered({ content }, place)).toMatchObject({
      text: 'ab',
      malformedEvents: 1,
      outcome: 'complete',
    });
  }
});

test('reasoning that servers repeat in parts is read once', () => {
  const details = [{ type: 'reasoning.text', text: 'x' }];
  expect(answered({ reasoning: 'x', reasoning_details: details }, 'delta').reasoning).toBe('x');
  expect(answered({ reasoning_details: details }, 'delta').reasoning).toBe('x');
});
