import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Message } from '../../../src/state/messages.js';
import type { Scroll } from '../../../src/state/view/scroll.js';
import { plainText } from '../../../src/ui/style/line.js';
import { createBlockMaker } from '../../../src/ui/transcript/block.js';
import { plainHighlighter } from '../../../src/ui/transcript/markdown/highlight.js';
import { createViewport, type View, type Viewport } from '../../../src/ui/transcript/viewport.js';
import { metricsOf, SIMULATOR } from '../../support/chat/chat-ports.js';
import { blockRows } from '../../support/texts/block-rows.js';

const FOLLOW: Scroll = { kind: 'follow' };

const question = (id: number, text: string): Message => ({ role: 'user', id, atMs: 0, text });
const answer = (id: number, text: string, streaming = false): Message => ({
  role: 'assistant',
  id,
  atMs: 0,
  text,
  reasoning: '',
  endpoint: SIMULATOR,
  status: streaming
    ? { kind: 'streaming' }
    : { kind: 'complete', metrics: metricsOf(), remarks: ['a remark'] },
});

/** All rows of a conversation, made without a window. */
function allRows(messages: readonly Message[], width: number): string[] {
  return messages.flatMap((message) => {
    const make = createBlockMaker(message, { width, highlighter: plainHighlighter, reasoning: false });
    return blockRows(make(message)).map(({ line }) => plainText(line));
  });
}
const shown = (viewport: Viewport, view: View): string[] =>
  viewport.window(view).rows.map(({ line }) => plainText(line));

const conversation = fc
  .array(
    fc.array(fc.constantFrom('word ', '\n', 'longer words here ', '世界', '- item\n'), { maxLength: 12 }),
    {
      minLength: 1,
      maxLength: 8,
    },
  )
  .map((texts) =>
    texts.map((parts, index) =>
      index % 2 === 0 ? question(index + 1, parts.join('')) : answer(index + 1, parts.join('')),
    ),
  );
const sizes = { width: fc.integer({ min: 20, max: 40 }), height: fc.integer({ min: 1, max: 12 }) };

test('while following, the window shows the last rows', () => {
  fc.assert(
    fc.property(conversation, sizes.width, sizes.height, (messages, width, height) => {
      const view = { messages, width, height, scroll: FOLLOW };
      expect(shown(createViewport(), view)).toEqual(allRows(messages, width).slice(-height));
    }),
    { numRuns: 300 },
  );
});

test('at any scroll position, the window is a slice of all rows', () => {
  fc.assert(
    fc.property(
      conversation,
      sizes.width,
      sizes.height,
      fc.array(fc.integer({ min: -9, max: 9 }), { maxLength: 8 }),
      (messages, width, height, steps) => {
        const viewport = createViewport();
        const all = allRows(messages, width);
        const lowest = Math.max(0, all.length - height);
        let top = lowest;
        let scroll: Scroll = FOLLOW;
        for (const step of steps) {
          const next = viewport.scrolledBy({ messages, width, height, scroll }, step);
          top = Math.min(lowest, Math.max(0, top + step));
          scroll = next ?? scroll;
          expect(shown(viewport, { messages, width, height, scroll })).toEqual(all.slice(top, top + height));
        }
      },
    ),
    { numRuns: 300 },
  );
});

describe('of a message that is too long to be laid out in a frame', () => {
  const lines = Array.from(
    { length: 1500 },
    (_, index) => `Line ${index} has **some** words that are wrapped.`,
  );
  const paragraphs = lines.join('\n\n');
  const long = [
    question(1, 'first'),
    answer(2, `${paragraphs}\n\`\`\`\n${lines.join('\n')}\n\`\`\`\n- end`),
    question(3, lines.join('\n')),
  ];
  const [width, height] = [36, 11];

  test.each(['answer', 'question'])('only the rows that are read are laid out (%s)', (kind) => {
    const message = kind === 'answer' ? answer(1, paragraphs) : question(1, paragraphs);
    const make = createBlockMaker(message, { width, highlighter: plainHighlighter, reasoning: false });
    const block = make(message);
    const parts = Array.from({ length: block.parts }, (_, index) => block.part(index));
    expect(parts.length).toBeGreaterThan(10);
    expect(parts.filter(({ isLaidOut }) => isLaidOut).length).toBeLessThan(5);
    const estimated = parts.reduce((sum, { count }) => sum + count, 0);
    expect(estimated / blockRows(block).length).toBeCloseTo(1, 0);
  });

  test('the window is a slice of all rows, also after jumps and changes of the width', () => {
    for (const wide of [width, width + 20]) {
      const all = allRows(long, wide);
      const viewport = createViewport();
      let scroll: Scroll = FOLLOW;
      let top = all.length - height;
      for (const step of [-5, -500, 3, -4000, 11, 900, -20_000, 7, 30_000, -1]) {
        scroll = viewport.scrolledBy({ messages: long, width: wide, height, scroll }, step) ?? scroll;
        top = Math.max(0, Math.min(all.length - height, top + step));
        const view = { messages: long, width: wide, height, scroll };
        expect(shown(viewport, view)).toEqual(all.slice(top, top + height));
        expect(shown(createViewport(), view)).toEqual(all.slice(top, top + height));
      }
    }
  });

  test('text that arrives after a change of the width is counted and shown', () => {
    const viewport = createViewport();
    const view = (text: string, scroll: Scroll) => ({
      messages: [answer(1, text, true)],
      width,
      height,
      scroll,
    });
    const scroll = viewport.toTop(view(paragraphs, FOLLOW));
    const more = `${paragraphs}\n\none\n\ntwo\n\nthree`;
    expect(viewport.window(view(more, scroll)).newRows).toBe(6);
    expect(
      shown(viewport, view(more, FOLLOW))
        .filter((row) => row !== '')
        .slice(-3),
    ).toEqual(['one', 'two', 'three▌']);
  });
});

describe('after scrolling away from the end, the window', () => {
  const messages = Array.from({ length: 20 }, (_, index) => question(index + 1, `question ${index + 1}`));
  const height = 9;

  test('stays in place while text arrives, and counts the new rows', () => {
    const viewport = createViewport();
    const scroll = viewport.scrolledBy({ messages, width: 40, height, scroll: FOLLOW }, -6) ?? FOLLOW;
    const before = shown(viewport, { messages, width: 40, height, scroll });
    const more = [...messages, answer(21, 'one\ntwo', true)];
    const after = viewport.window({ messages: more, width: 40, height, scroll });
    expect(after.rows.map(({ line }) => plainText(line))).toEqual(before);
    expect(after).toMatchObject({ newRows: 4, atEnd: false });
  });

  test('stays at the same words when the width changes', () => {
    const long = [question(1, `${'some words '.repeat(40)}HERE ${'more words '.repeat(80)}`)];
    const viewport = createViewport();
    let scroll = viewport.toTop({ messages: long, width: 60, height: 4, scroll: FOLLOW });
    while (!shown(viewport, { messages: long, width: 60, height: 1, scroll })[0]?.includes('HERE')) {
      scroll = viewport.scrolledBy({ messages: long, width: 60, height: 1, scroll }, 1) ?? scroll;
    }
    for (const width of [30, 45, 60]) {
      expect(shown(viewport, { messages: long, width, height: 4, scroll }).join(' ')).toContain('HERE');
    }
  });

  test('counts no row as new that only a narrower window makes', () => {
    const one = [question(1, `${'line\n'.repeat(20)}some words that fit into a row`)];
    const viewport = createViewport();
    const scroll = viewport.toTop({ messages: one, width: 40, height, scroll: FOLLOW });
    expect(viewport.window({ messages: one, width: 12, height, scroll }).newRows).toBe(0);
  });

  test('follows again from the end', () => {
    const viewport = createViewport();
    const up = viewport.scrolledBy({ messages, width: 40, height, scroll: FOLLOW }, -6) ?? FOLLOW;
    expect(viewport.scrolledBy({ messages, width: 40, height, scroll: up }, 6)).toEqual(FOLLOW);
  });

  test('stays when there are no more matches', () => {
    const viewport = createViewport();
    const top = viewport.toTop({ messages, width: 40, height, scroll: FOLLOW });
    expect(viewport.scrolledBy({ messages, width: 40, height, scroll: top }, -1)).toBeUndefined();
    expect(viewport.scrolledBy({ messages, width: 40, height, scroll: FOLLOW }, 1)).toBeUndefined();
  });
});

test.each(['', 'Text:\n', 'Text:\n\n', `${'word '.repeat(20_000)}\n`])(
  'the beginning of code is in the first row of the code, not in its edge',
  (before) => {
    const messages = [answer(1, `${before}\`\`\`js\nconst a = 1;\nconst b = 2;\n\`\`\`\n`)];
    const anchor = { message: 1, offset: messages[0]?.text.indexOf('const a') ?? 0 };
    const viewport = createViewport();
    const view: View = { messages, width: 40, height: 12, scroll: FOLLOW };
    const row = viewport.rowOf(view, anchor) ?? -1;
    expect(shown(viewport, view)[row]).toContain('const a');
  },
);

test('messages beyond the cache limit are shown like single ones', () => {
  const messages = Array.from({ length: 20 }, (_, index) => question(index + 1, `${index}\n`.repeat(1000)));
  const seen = { message: 20, offset: 0 };
  const viewport = createViewport();
  const view = { messages, width: 40, height: 9 };
  const places: Scroll[] = messages.map(({ id }) => {
    return { kind: 'held', top: { message: id, offset: 1000 }, seen };
  });
  const all = [FOLLOW, ...places, ...places.toReversed(), FOLLOW];
  for (const scroll of all) {
    expect(shown(viewport, { ...view, scroll })).toEqual(shown(createViewport(), { ...view, scroll }));
  }
});

test('a frame does not wrap messages outside of the window', () => {
  const count = 10_000;
  const words = 'some words to wrap '.repeat(20);
  const messages = Array.from({ length: count }, (_, index) => question(index + 1, words));
  const viewport = createViewport();
  let text = '';
  // Wrapping ten thousand messages a thousand times would exceed the test's time limit; bench/frames.ts measures it.
  for (let frame = 0; frame < 1000; frame += 1) {
    text += 'some more words ';
    messages[count] = answer(count + 1, text, true);
    const { rows } = viewport.window({ messages, width: 80, height: 36, scroll: FOLLOW });
    expect(rows.length).toBeGreaterThan(30);
  }
});
