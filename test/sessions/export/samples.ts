import fc from 'fast-check';
import { MESSAGE_STATUSES, ROLES, type Session } from '../../../src/sessions/types.js';
import { ask, exchange, fakeClock, openedStore } from '../fixtures.js';

/** A question with two branches: an unused one, and one that failed. */
export function sample(): Session {
  const store = openedStore(undefined, { clock: fakeClock() });
  const { id } = store.create('=sum(A1), "quoted"');
  const first = ask(store, id, 'q1', 'a1');
  ask(store, id, 'not taken', 'other', first.answer);
  store.branch(id, first.answer);
  const error = { class: 'RateLimited', message: 'slow down', hop: 'provider', statusCode: 429 };
  ask(store, id, 'q2', '', first.answer, { error, outcome: 'error', metrics: { elapsedMs: 40 } });
  return store.load(id);
}

const text = fc.string({ unit: 'grapheme', maxLength: 30 });
const json = fc
  .jsonValue({ depthSize: 'small', noUnicodeString: false })
  // JSON parsers do not keep a member with this name.
  .filter((value) => !JSON.stringify(value).includes('__proto__'))
  .map((value) => JSON.parse(JSON.stringify(value)));
const object = fc.dictionary(
  fc.string({ maxLength: 8 }).filter((name) => !/key|token|cookie|auth|secret|__proto__/i.test(name)),
  json,
);
const time = fc.integer({ min: 0, max: 4_000_000_000_000 });
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });

const url = fc.webUrl();
const attachment = fc.record({
  name: text,
  type: text,
  size: optional(fc.nat()),
  data: optional(fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes).toString('base64'))),
  url: optional(url),
});

const carried = fc.record({
  message: fc.record({
    reasoning_content: fc.string({ minLength: 1, maxLength: 9 }),
    thinking_blocks: fc.array(object, { maxLength: 2 }),
  }),
  calls: fc.dictionary(fc.stringMatching(/^[0-9]$/), json, { maxKeys: 2 }),
});

const sessionId = fc.stringMatching(/^[0-9a-f]{12}$/);

const sessionOf = (count: number): fc.Arbitrary<Session> =>
  fc.record({
    id: sessionId,
    title: text,
    createdMs: time,
    usedMs: time,
    pinned: fc.boolean(),
    headId: count === 0 ? fc.constant(null) : optional(fc.integer({ min: 1, max: count })),
    messages: fc.tuple(
      ...Array.from({ length: count }, (_, index) =>
        fc.record({
          id: fc.constant(index + 1),
          parentId: index === 0 ? fc.constant(null) : optional(fc.integer({ min: 1, max: index })),
          role: fc.constantFrom(...ROLES),
          atMs: time,
          text,
          reasoning: text,
          refusal: text,
          toolCalls: fc.array(fc.record({ id: text, name: text, arguments: text }), { maxLength: 2 }),
          carried: optional(carried),
          toolCallId: optional(text),
          attachments: fc.array(attachment, { maxLength: 2 }),
          status: fc.constantFrom(...MESSAGE_STATUSES.filter((status) => status !== 'streaming')),
          finishReason: optional(text),
          endpoint: optional(text),
          model: optional(text),
        }),
      ),
    ),
    exchanges: fc.array(
      fc.record({
        id: fc.constant(0),
        questionId: count === 0 ? fc.constant(null) : optional(fc.integer({ min: 1, max: count })),
        answerId: count === 0 ? fc.constant(null) : optional(fc.integer({ min: 1, max: count })),
        atMs: time,
        endpoint: text,
        url,
        model: text,
        outcome: text,
        error: optional(
          fc.record({
            class: text,
            message: text,
            hop: optional(text),
            statusCode: optional(fc.integer({ min: 0, max: 999 })),
          }),
        ),
        request: object,
        metrics: object,
        timeline: json,
        http: fc.constant(null),
        events: json,
      }),
      { maxLength: 3 },
    ),
  });
// Made once: an arbitrary of text or addresses takes longer to make than its values.
const byCount = Array.from({ length: 7 }, (_, count) => sessionOf(count));

/** Any session that could be in the file. */
export const sessions: fc.Arbitrary<Session> = fc.constantFrom(...byCount).chain((session) => session);

export function withTools(): Session {
  const store = openedStore(undefined, { clock: fakeClock() });
  const { id } = store.create('tools');
  const image = { name: 'a [dot].png', type: 'image/png', size: 3, data: 'AQID', url: null };
  const parentId = store.append(id, { role: 'user', text: 'q', parentId: null, attachments: [image] });
  const call = store.beginAnswer(id, { parentId, endpoint: 'openai', model: 'm' });
  const toolCalls = [{ id: 'call_1', name: 'look', arguments: '{"at":"```"}' }];
  const metrics = { finishReason: 'tool_calls' };
  store.finishAnswer(call, {
    text: '',
    reasoning: 'I should\nlook.',
    toolCalls,
    status: 'complete',
    exchange: exchange({ metrics, request: { model: 'm' } }),
  });
  const result = { role: 'tool', text: 'a dot', parentId: call, toolCallId: 'call_1' } as const;
  const last = store.beginAnswer(id, {
    parentId: store.append(id, result),
    endpoint: 'openai',
    model: 'm',
  });
  store.finishAnswer(last, {
    text: '',
    refusal: 'No.',
    status: 'empty',
    exchange: exchange({ metrics: { finishReason: 'content_filter' }, request: { model: 'm' } }),
  });
  return store.load(id);
}
