import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  draftText,
  type Editor,
  type EditorEvent,
  EMPTY_EDITOR,
  edit,
  type Motion,
  selectionOf,
} from '../../../src/state/editor/editor.js';
import { foldPlaces } from '../../../src/state/editor/folds.js';
import { cursorPlace } from '../../../src/state/text/motion.js';

/** The draft's text with `|` at the cursor. */
function at(marked: string, history: readonly string[] = []): Editor {
  const cursor = marked.indexOf('|');
  return { text: marked.replace('|', ''), cursor, history };
}

function shown({ text, cursor }: Editor): string {
  return `${text.slice(0, cursor)}|${text.slice(cursor)}`;
}

function typed(marked: string, ...events: EditorEvent[]): string {
  return shown(events.reduce(edit, at(marked)));
}

describe('one key', () => {
  test.each<[string, EditorEvent, string]>([
    ['a|b', { type: 'insert', text: 'xy' }, 'axy|b'],
    ['a👩‍👩‍👧|b', { type: 'backspace' }, 'a|b'],
    ['a|👩‍👩‍👧b', { type: 'delete' }, 'a|b'],
    ['e\u0301|', { type: 'backspace' }, '|'],
    ['|', { type: 'backspace' }, '|'],
    ['a|', { type: 'delete' }, 'a|'],
    ['世界|', { type: 'left' }, '世|界'],
    ['世|界', { type: 'right' }, '世界|'],
    ['one two, three|', { type: 'word-left' }, 'one two, |three'],
    ['one two, |three', { type: 'word-left' }, 'one |two, three'],
    ['one| two', { type: 'word-right' }, 'one two|'],
    ['one\ntwo th|ree\nfour', { type: 'line-start' }, 'one\n|two three\nfour'],
    ['one\ntwo th|ree\nfour', { type: 'line-end' }, 'one\ntwo three|\nfour'],
    ['one two|', { type: 'kill-word' }, 'one |'],
    ['one\ntwo th|ree', { type: 'kill-to-start' }, 'one\n|ree'],
    ['one\ntw|o\nthree', { type: 'kill-to-end' }, 'one\ntw|\nthree'],
    ['one|\ntwo', { type: 'kill-to-end' }, 'one|two'],
  ])('in %j, %j gives %j', (before, event, expected) => {
    expect(typed(before, event)).toBe(expected);
  });

  test('a typed combining mark leaves the cursor after the combined character', () => {
    expect(typed('a|b', { type: 'insert', text: '\u0301' })).toBe('a\u0301|b');
    expect(typed('|\u0301b', { type: 'insert', text: 'a' })).toBe('a\u0301|b');
  });
});

describe('up and down move by the rows on the screen', () => {
  const up: EditorEvent = { type: 'up', width: 10 };
  const down: EditorEvent = { type: 'down', width: 10 };

  test('within a wrapped line', () => {
    expect(typed('one two three four|', up)).toBe('one two| three four');
    expect(typed('o|ne two three four', down)).toBe('one two t|hree four');
  });
  test('keeping to the column over a shorter row', () => {
    expect(typed('abcdefg|\nx\nabcdefg', down)).toBe('abcdefg\nx|\nabcdefg');
    expect(typed('abcdefg|\nx\nabcdefg', down, down)).toBe('abcdefg\nx\nabcdefg|');
  });
  test('by cells, so that wide characters count as two', () => {
    expect(typed('世界|\nabcdef', down)).toBe('世界\nabcd|ef');
  });
});

describe('the history', () => {
  const up: EditorEvent = { type: 'up', width: 40 };
  const down: EditorEvent = { type: 'down', width: 40 };

  test('is reached from the first and last row, and the draft is kept', () => {
    const start = at('draft|', ['first', 'second']);
    const once = edit(start, up);
    const twice = edit(once, up);
    expect([shown(once), shown(twice), shown(edit(twice, up))]).toEqual(['second|', 'first|', 'first|']);
    expect(shown(edit(edit(twice, down), down))).toBe('draft|');
  });

  test('is not entered from the middle of a draft', () => {
    expect(shown(edit(at('one\ntwo|', ['old']), up))).toBe('one|\ntwo');
  });

  test('keeps a cleared draft, once', () => {
    const cleared = edit(at('a thought|'), { type: 'clear' });
    expect(cleared).toEqual({ text: '', cursor: 0, history: ['a thought'] });
    expect(edit(edit(cleared, { type: 'insert', text: 'a thought' }), { type: 'clear' }).history).toEqual([
      'a thought',
    ]);
    expect(edit(at('  |'), { type: 'clear' }).history).toEqual([]);
  });
});

test('a pasted megabyte can be edited like any other draft', () => {
  const paste = 'a long line of pasted text 世界\n'.repeat(35_000);
  let editor = edit(EMPTY_EDITOR, { type: 'insert', text: paste });
  for (let step = 0; step < 50; step += 1) {
    editor = edit(editor, { type: 'insert', text: 'x' });
    editor = edit(editor, { type: 'up', width: 80 });
    cursorPlace(editor, 80);
  }
  expect(editor.text.length).toBe(paste.length + 50);
});

// A simple model of the editor: a list of graphemes, the cursor, and the start of the selection.
interface Model {
  graphemes: string[];
  place: number;
  anchor?: number | undefined;
  killed?: string | undefined;
}
const graphemesOf = (text: string): string[] =>
  [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment);
const isWord = (grapheme: string | undefined): boolean =>
  grapheme !== undefined && /[\p{L}\p{N}\p{M}_]/u.test(grapheme);

/** The cursor after a motion. */
function target({ graphemes, place }: Model, motion: Motion): number {
  const line = graphemes.slice(0, place).lastIndexOf('\n') + 1;
  const end = graphemes.indexOf('\n', place);
  let to = place;
  switch (motion) {
    case 'left':
      return Math.max(0, place - 1);
    case 'right':
      return Math.min(graphemes.length, place + 1);
    case 'line-start':
      return line;
    case 'line-end':
      return end < 0 ? graphemes.length : end;
    case 'word-left':
      while (to > 0 && !isWord(graphemes[to - 1])) to -= 1;
      while (to > 0 && isWord(graphemes[to - 1])) to -= 1;
      return to;
    case 'word-right':
      while (to < graphemes.length && !isWord(graphemes[to])) to += 1;
      while (to < graphemes.length && isWord(graphemes[to])) to += 1;
      return to;
  }
}

/** Replaces the graphemes between two places by `by`. */
function spliced({ graphemes, killed }: Model, from: number, to: number, by: string): Model {
  const before = graphemes.slice(0, from).join('') + by;
  const all = graphemesOf(before + graphemes.slice(to).join(''));
  // The cursor is after the grapheme that the preceding text ends in.
  let length = 0;
  const next = all.findIndex((grapheme) => {
    length += grapheme.length;
    return length >= before.length;
  });
  return { graphemes: all, place: before === '' ? 0 : next + 1, killed };
}

function model(now: Model, event: EditorEvent): Model {
  const { graphemes, place, anchor = place } = now;
  const from = Math.min(anchor, place);
  const to = Math.max(anchor, place);
  const selected = from !== to;
  const kill = (until: number): Model => {
    const [start, end] = selected ? [from, to] : [Math.min(place, until), Math.max(place, until)];
    const killed = start === end ? now.killed : graphemes.slice(start, end).join('');
    return { ...spliced(now, start, end, ''), killed };
  };
  switch (event.type) {
    case 'insert':
      return spliced(now, from, to, event.text);
    case 'yank':
      return now.killed === undefined ? { ...now, anchor: undefined } : spliced(now, from, to, now.killed);
    case 'backspace':
      return spliced(now, selected ? from : target(now, 'left'), to, '');
    case 'delete':
      return spliced(now, from, selected ? to : target(now, 'right'), '');
    case 'kill-word':
      return kill(target(now, 'word-left'));
    case 'kill-to-start':
      return kill(target(now, 'line-start'));
    case 'kill-to-end': {
      const end = target(now, 'line-end');
      return kill(end === place ? Math.min(end + 1, graphemes.length) : end);
    }
    case 'select-all':
      return { ...now, place: graphemes.length, anchor: 0 };
    case 'left':
    case 'right':
      if (selected && event.select !== true)
        return { ...now, place: event.type === 'left' ? from : to, anchor: undefined };
      break;
  }
  if (!isMotion(event)) throw new Error(`the model does not know ${event.type}`);
  return { ...now, place: target(now, event.type), anchor: event.select === true ? anchor : undefined };
}

const MOTIONS = ['left', 'right', 'word-left', 'word-right', 'line-start', 'line-end'] as const;
const isMotion = (event: EditorEvent): event is Extract<EditorEvent, { type: Motion }> =>
  MOTIONS.some((motion) => motion === event.type);

const event: fc.Arbitrary<EditorEvent> = fc.oneof(
  fc.record({
    type: fc.constant('insert' as const),
    text: fc.constantFrom('a', 'b ', '\n', '世', '👩', '\u200d', '👧', '\u0301', '🇩', '🇪', 'word word'),
  }),
  fc.record({ type: fc.constantFrom<Motion>(...MOTIONS), select: fc.boolean() }),
  fc.constantFrom<EditorEvent>(
    { type: 'backspace' },
    { type: 'delete' },
    { type: 'kill-to-start' },
    { type: 'kill-to-end' },
    { type: 'kill-word' },
    { type: 'yank' },
    { type: 'select-all' },
  ),
);

test('random keys change the draft like a list of graphemes', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      let editor = EMPTY_EDITOR;
      let expected: Model = { graphemes: [], place: 0 };
      const offset = (place: number): number => expected.graphemes.slice(0, place).join('').length;
      for (const next of events) {
        editor = edit(editor, next);
        expected = model(expected, next);
        expect(editor.text).toBe(expected.graphemes.join(''));
        expect(editor.cursor).toBe(offset(expected.place));
        const ends = [expected.place, expected.anchor ?? expected.place].map(offset).sort((a, b) => a - b);
        const selected = selectionOf(editor) ?? { start: editor.cursor, end: editor.cursor };
        expect([selected.start, selected.end]).toEqual(ends);
      }
    }),
    { numRuns: 2000 },
  );
});

test('typing replaces a selection made by rows', () => {
  const down: EditorEvent = { type: 'down', width: 20, select: true };
  expect(typed('on|e\ntwo\nthree', down, { type: 'insert', text: '-' })).toBe('on-|o\nthree');
  expect(typed('one\ntw|o', down, { type: 'backspace' })).toBe('one\ntw|');
  const up: EditorEvent = { type: 'up', width: 20, select: true };
  expect(typed('on|e', up, { type: 'kill-to-end' }, { type: 'line-end' }, { type: 'yank' })).toBe('eon|');
});

test('up and down never change the text and keep the cursor between graphemes, at any width', () => {
  const moves = fc.array(fc.constantFrom<'up' | 'down'>('up', 'down'), { maxLength: 12 });
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.nat(),
      moves,
      fc.integer({ min: 2, max: 20 }),
      (text, seed, ups, width) => {
        const graphemes = graphemesOf(text);
        const cursor = graphemes.slice(0, seed % (graphemes.length + 1)).join('').length;
        let editor: Editor = { text, cursor, history: [] };
        for (const type of ups) editor = edit(editor, { type, width });
        expect(editor.text).toBe(text);
        const places = new Set([
          0,
          ...graphemes.map((_, index) => graphemes.slice(0, index + 1).join('').length),
        ]);
        expect(places).toContain(editor.cursor);
      },
    ),
    { numRuns: 500 },
  );
});

const anyChange: fc.Arbitrary<EditorEvent> = fc.oneof(
  event,
  fc.constantFrom<EditorEvent>(
    { type: 'unfold' },
    { type: 'up', width: 9 },
    { type: 'paste', text: 'long\n'.repeat(20) },
    { type: 'paste', text: 'x'.repeat(5000) },
    { type: 'paste', text: 'more\nand more', more: true },
    { type: 'set', text: 'other words' },
  ),
);

test('undo steps back through earlier drafts to the start, and redo steps forward to the last one', () => {
  fc.assert(
    fc.property(fc.array(anyChange, { maxLength: 40 }), (events) => {
      const drafts = [EMPTY_EDITOR];
      for (const next of events) drafts.push(edit(drafts.at(-1) ?? EMPTY_EDITOR, next));
      const last = drafts.at(-1) ?? EMPTY_EDITOR;
      const texts = new Set(drafts.map(({ text }) => text));
      let editor = last;
      for (let step = 0; step <= events.length; step += 1) {
        editor = edit(editor, { type: 'undo' });
        expect(texts).toContain(editor.text);
      }
      expect(editor.text).toBe('');
      for (let step = 0; step <= events.length; step += 1) editor = edit(editor, { type: 'redo' });
      expect(draftText(editor)).toBe(draftText(last));
    }),
    { numRuns: 500 },
  );
});

test('folding changes the shown text, not the draft', () => {
  const long = 'line\n'.repeat(20);
  const folded = typed('a|b', { type: 'paste', text: long }, { type: 'paste', text: long });
  expect(folded).toBe('a[pasted 20 lines][pasted 20 lines]|b');
  const twice = [long, long].reduce<Editor>((draft, text) => edit(draft, { type: 'paste', text }), at('a|b'));
  expect(draftText(twice)).toBe(`a${long}${long}b`);
  fc.assert(
    fc.property(fc.array(anyChange, { maxLength: 40 }), (events) => {
      const editor = events.reduce(edit, EMPTY_EDITOR);
      for (const { start, end } of foldPlaces(editor.text, editor.folds)) {
        expect(editor.cursor <= start || editor.cursor >= end).toBe(true);
      }
    }),
  );
});

test('the last change of a huge draft can be undone', () => {
  const huge = 'a line of many\n'.repeat(400_000);
  let draft = edit(edit(EMPTY_EDITOR, { type: 'insert', text: huge }), { type: 'backspace' });
  expect(draft.text).toHaveLength(huge.length - 1);
  draft = edit(draft, { type: 'undo' });
  expect(draft.text).toHaveLength(huge.length);
});

test('a paste that comes in many reads is one label and one step to undo', () => {
  const parts = Array.from({ length: 200 }, (_, part) => `${part}\nline\n`.repeat(10));
  const draft = parts.reduce<Editor>(
    (before, text, part) => edit(before, { type: 'paste', text, ...(part > 0 && { more: true }) }),
    at('a|b'),
  );
  expect(draft.text).toBe('a[pasted 4,000 lines]b');
  expect(draftText(draft)).toBe(`a${parts.join('')}b`);
  expect(draft.folds).toHaveLength(1);
  expect(edit(draft, { type: 'undo' }).text).toBe('ab');
});

test('more of a paste gets its own label when an equal label is elsewhere in the draft', () => {
  const long = 'line\n'.repeat(20);
  const draft = [undefined, undefined, true as const].reduce<Editor>(
    (before, more) => edit(before, { type: 'paste', text: long, ...(more && { more }) }),
    at('a|b'),
  );
  expect(draft.text).toBe('a[pasted 20 lines][pasted 20 lines][pasted 20 lines]b');
  expect(draftText(draft)).toBe(`a${long.repeat(3)}b`);
});

test('yank inserts the killed text; a word and the spaces after it are one undo step', () => {
  expect(typed('one two|', { type: 'kill-word' }, { type: 'line-start' }, { type: 'yank' })).toBe('two|one ');
  const words = [...'one two'].map((text): EditorEvent => ({ type: 'insert', text }));
  expect(typed('|', ...words, { type: 'undo' })).toBe('one |');
  expect(typed('|', ...words, { type: 'undo' }, { type: 'redo' })).toBe('one two|');
});
