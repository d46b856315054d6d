import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ChatEvent, type ChatResult, createChatStream } from '../../../../src/sdk/index.js';
import { sseEvents } from '../../../support/servers/upstream.js';

const HEAD = { statusCode: 200, contentType: 'text/event-stream' };

function read(...deltas: readonly object[]): ChatResult & { events: ChatEvent[] } {
  const events: ChatEvent[] = [];
  const stream = createChatStream(HEAD, (event) => events.push(event));
  const chunks = [...deltas.map((delta) => chunk(delta)), chunk({}, 'stop')];
  stream.feed(Buffer.from(sseEvents(...chunks, '[DONE]').join('')));
  return { ...stream.end({ kind: 'closed' }), events };
}

function chunk(delta: object, reason: string | null = null): string {
  return JSON.stringify({ id: 'c', choices: [{ index: 0, delta, finish_reason: reason }] });
}

const texts = (...pieces: readonly string[]): object[] => pieces.map((content) => ({ content }));
const call = (args: string) => ({ tool_calls: [{ index: 0, function: { arguments: args } }] });
const called = (...pieces: readonly string[]): object[] => [
  { tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'look', arguments: '' } }] },
  ...pieces.map(call),
];
/** The beginnings of a text, each a little longer than the one before it. */
const growing = (text: string, step: number): string[] =>
  Array.from({ length: Math.ceil(text.length / step) }, (_, index) => text.slice(0, (index + 1) * step));

describe('a text that comes whole in each chunk', () => {
  const SENTENCE = 'The capital of France is Paris, and that of Italy is Rome.';

  test.each([1, 2, 3, 5, 8])('is read once, at %i characters more in each', (step) => {
    const { text, outcome, repeatedChars } = read(...texts(...growing(SENTENCE, step)));
    expect({ text, outcome }).toEqual({ text: SENTENCE, outcome: 'complete' });
    expect(repeatedChars).toBe(growing(SENTENCE, step).join('').length - SENTENCE.length);
  });

  test('is read once, also the last time without anything new, and in Chinese', () => {
    const pieces = ['根据', '根据当前', '根据当前的时间', '根据当前的时间，', '根据当前的时间，'];
    expect(read(...texts(...pieces))).toMatchObject({ text: '根据当前的时间，', outcome: 'complete' });
  });

  test('is read once when it is short: three chunks', () => {
    expect(read(...texts('Guten ', 'Guten Tag', 'Guten Tag!')).text).toBe('Guten Tag!');
  });

  test('is shown as it grows', () => {
    const { events } = read(...texts(...growing(SENTENCE, 10)));
    const shown = events.flatMap((event) => (event.type === 'text' ? [event.text] : []));
    expect(shown.length).toBeGreaterThan(3);
    expect(shown.join('')).toBe(SENTENCE);
  });

  test('is read once after reasoning of the same kind', () => {
    const thought = 'The user asks for two capitals.';
    const deltas = [
      ...growing(thought, 7).map((reasoning_content) => ({ reasoning_content })),
      ...texts(...growing(SENTENCE, 7)),
    ];
    expect(read(...deltas)).toMatchObject({ text: SENTENCE, reasoning: thought });
  });
});

describe('pieces that come twice each', () => {
  const WORDS = ['The', ' capital', ' of', ' France', ' is', ' very', ' very', ' old', '.'];
  const twice = (pieces: readonly string[]): string[] => pieces.flatMap((piece) => [piece, piece]);

  test.each(['content', 'reasoning_content'])('are read once in %s', (name) => {
    const deltas = twice(WORDS).map((text) => ({ [name]: text }));
    const { text, reasoning, repeatedChars } = read(...deltas);
    expect(text + reasoning).toBe(WORDS.join(''));
    expect(repeatedChars).toBe(WORDS.join('').length);
  });

  test('are read once in arguments', () => {
    const pieces = ['{"', 'city', '":"', 'Bern', '"}'];
    expect(read(...called(...twice(pieces))).toolCalls[0]?.arguments).toBe('{"city":"Bern"}');
  });

  test.each([
    [[...'平平安安快快乐乐高高兴兴!']],
    [['111', '111', '222', '222', '333', '333', '444', '444', '555', '555', '666', '666']],
    [[...'🎉🎉🎊🎊🎈🎈🎁🎁🎂🎂']],
    [['yes', 'yes', 'no', 'no']],
    [twice(['One\n', 'Two\n', 'Three\n', 'Four\n', 'Five\n', 'Six\n'])],
  ])('remain when a model may have written them: %j', (pieces) => {
    expect(read(...texts(...pieces)).text).toBe(pieces.join(''));
  });

  test('are read once in the reasoning alone', () => {
    const deltas = [...twice(WORDS).map((reasoning) => ({ reasoning })), ...texts('Very', ' old.')];
    expect(read(...deltas)).toMatchObject({ reasoning: WORDS.join(''), text: 'Very old.' });
  });

  test('do not delay a text of equal pieces', () => {
    const { events } = read(...texts(...Array<string>(20).fill('tok ')));
    expect(events.filter(({ type }) => type === 'text').length).toBeGreaterThan(17);
  });

  test('are shown as they come', () => {
    const { events } = read(...texts(...twice(WORDS)));
    expect(events.filter(({ type }) => type === 'text').length).toBeGreaterThan(5);
  });
});

describe('an ordinary text that repeats itself passes unchanged', () => {
  test.each([
    [['a', 'ab', 'abc']],
    [['a', 'ab']],
    [['ha', 'haha', 'hahaha', 'hahahaha', 'hahahahahaha', 'hahahahahahahahahaha']],
    [[' H', ' He', ' Hel', ' Hell', ' Hello']],
    [['Row, row, row your boat,\n', 'Row, row, row your boat,\nGently down the stream.']],
    [['the same line\n', 'the same line\nthe same line\n', 'the same line\nthe same line\nThe end.']],
    [['Yes.', 'Yes.', 'Yes.', 'Yes.']],
    [['1', '1', '2', '2', '3', '3']],
    [['\n', '\n', 'Here', ' it', ' is']],
    [['Bye', 'Bye', ' then', ' then', ' and', ' now']],
    [['Bye', 'Bye', '!']],
    [['The answer is 42.', ' The answer is 42.', ' The answer is 42. Indeed.']],
    [['1', '10', '100', '1000']],
    [['=', '==', '====', '========', '================', '================================']],
  ])('%j', (pieces) => {
    const { text, repeatedChars } = read(...texts(...pieces));
    expect(text).toBe(pieces.join(''));
    expect(repeatedChars).toBeUndefined();
  });

  test('however a repeated phrase is cut', () => {
    const phrase = fc.string({ minLength: 1, maxLength: 30 });
    const cuts = fc.array(fc.nat(40), { maxLength: 30 });
    fc.assert(
      fc.property(
        phrase,
        fc.integer({ min: 1, max: 12 }),
        fc.string({ maxLength: 9 }),
        cuts,
        (one, times, end, sizes) => {
          const whole = one.repeat(times) + end;
          const pieces: string[] = [];
          let at = 0;
          for (const size of sizes) {
            pieces.push(whole.slice(at, at + size));
            at += size;
          }
          expect(read(...texts(...pieces, whole.slice(at))).text).toBe(whole);
        },
      ),
    );
  });

  test('at once: nothing is held once a piece does not repeat the one before it', () => {
    const { events } = read(...texts('I ', 'am ', 'am ', 'am here'));
    expect(events.filter(({ type }) => type === 'text')).toHaveLength(4);
  });
});

describe('arguments that are sent again', () => {
  const ARGS = '{"at":"Bern","day":"Monday"}';

  test.each([1, 2, 3, 6, 10])('all so far in each chunk: %i characters more in each', (step) => {
    expect(read(...called(...growing(ARGS, step))).toolCalls[0]?.arguments).toBe(ARGS);
  });

  test.each([
    ['whole after their pieces', ['{"at":', '"Bern",', '"day":"Monday"}', ARGS]],
    ['whole, several times', [ARGS, ARGS, ARGS]],
    ['whole after their beginning', ['{"at":"Be', ARGS]],
    ['whole after an opening brace', ['{', ARGS]],
    ['whole after an empty object', ['{}', ARGS]],
    ['whole after two empty objects', ['{}', '{}', ARGS]],
  ])('%s', (_, pieces) => {
    const { toolCalls, repeatedChars } = read(...called(...pieces));
    expect(toolCalls[0]?.arguments).toBe(ARGS);
    expect(repeatedChars).toBe(pieces.join('').length - ARGS.length);
  });

  test.each([
    ['a nested object that begins alike', ['{"a":', '{"a":', '1}}']],
    ['a nested object that is whole', ['{"a":', '{"a":1}', '}']],
    ['a text with braces', ['{"code":"', '{"code":"', '1', '}', '"}']],
    ['an empty object alone', ['{}']],
    ['an empty object after an opening brace', ['{', '}']],
    ['repeated words', ['{"a":"', 'no ', 'no ', 'no', '"}']],
    ['repeated digits', ['{"a":1', '00', '00', '}']],
    ['arguments that are not JSON', ['{x', '{', 'x']],
  ])('are not repetitions: %s', (_, pieces) => {
    const { toolCalls, repeatedChars } = read(...called(...pieces));
    expect(toolCalls[0]?.arguments).toBe(pieces.join(''));
    expect(repeatedChars).toBeUndefined();
  });
});
