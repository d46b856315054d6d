import { describe, expect, test } from 'vitest';
import { metricsOf } from '../../support/chat/chat-ports.js';
import { type RunningTui, type RunOptions, startTui } from '../../support/screen/tui.js';

async function answered(text: string, options: RunOptions = {}, reasoning = ''): Promise<RunningTui> {
  const tui = await startTui(options);
  const { screen, chat, clock } = tui;
  screen.type('why');
  screen.type('\r');
  await screen.until((shown) => /answering|connecting|waiting/.test(shown));
  chat.latest.start();
  if (reasoning !== '') chat.latest.emit({ type: 'reasoning', text: reasoning, tMs: 1 });
  clock.advance(40);
  chat.latest.text(text);
  clock.advance(40);
  return tui;
}

describe('search', () => {
  const LONG = Array.from(
    { length: 120 },
    (_, index) => `line ${index}${index % 50 === 7 ? ' needle' : ''}`,
  ).join('\n\n');

  test.each([
    [120, 40],
    [80, 24],
    [50, 15],
    [20, 5],
  ])('at %dx%d brings each match into view', async (columns, rows) => {
    const { screen, chat } = await answered(LONG, { columns, rows });
    await chat.latest.end({ metrics: metricsOf({ ttftMs: 300 }) });
    screen.type('\x06');
    await screen.until((shown) => shown.includes('search'));
    screen.type('Needle');
    // The count doesn't fit on the narrowest screen.
    const counted = (shown: string, at: string): boolean => columns === 20 || shown.includes(at);
    await screen.until((shown) => shown.includes('107 needle') && counted(shown, '3/3'));
    screen.type('\x1b[A');
    await screen.until((shown) => shown.includes('57 needle') && counted(shown, '2/3'));
    screen.type('\r');
    await screen.until((shown) => shown.includes('107 needle'));
    screen.type('\x1b');
    await screen.until((shown) => !shown.includes('search'));
  });

  test('typed text goes to the search, and after closing it to the draft', async () => {
    const { screen } = await answered('text');
    screen.type('\x06');
    await screen.until((shown) => shown.includes('search'));
    screen.type('zzz');
    await screen.until((shown) => shown.includes('nothing found'));
    screen.type('\x7f\x7f');
    await screen.until((shown) => /search z▏/.test(shown));
    screen.type('\x1b');
    await screen.until((shown) => !shown.includes('search'));
    screen.type('draft');
    await screen.until((shown) => shown.includes('> draft'));
  });
});

describe('the question of a long answer', () => {
  const LONG = Array.from({ length: 60 }, (_, index) => `line ${index}`).join('\n\n');
  const top = (shown: string): string => shown.split('\n')[2]?.slice(2, 40).trim() ?? '';

  test('stays as one line at the top while the answer streams below it', async () => {
    const { screen, chat, clock } = await answered('line 0');
    await screen.until((shown) => shown.includes('line 0'));
    expect(screen.text()).not.toContain('you ↑');
    chat.latest.text(`\n\n${LONG}`);
    clock.advance(1000);
    await screen.until((shown) => shown.includes('line 59'));
    expect(top(screen.text())).toBe('you ↑ why');
  });

  test('stays after the answer has ended, until the question itself is in view', async () => {
    const { screen, chat } = await answered(LONG);
    await chat.latest.end({ metrics: metricsOf({ ttftMs: 300 }) });
    await screen.until((shown) => shown.includes('TTFT 300 ms') || shown.includes('line 59'));
    expect(top(screen.text())).toBe('you ↑ why');
    screen.type('\x1b[H');
    await screen.until((shown) => shown.includes('line 0'));
    expect(top(screen.text())).toMatch(/^you {2}\d\d:\d\d$/);
  });

  test("leaves its row to an ended answer's heading, which has the figures", async () => {
    const { screen, chat } = await answered(LONG);
    await chat.latest.end({ metrics: metricsOf({ ttftMs: 300 }) });
    await screen.until((shown) => shown.includes('line 59'));
    screen.type('\x1b[H');
    await screen.until((shown) => shown.includes('line 0'));
    for (const expected of [/^why/, /^$/, /^assistant/, /^you ↑ why/]) {
      screen.type('\x1b[1;5B');
      await screen.until((shown) => expected.test(top(shown)));
    }
  });

  test('takes no row on a low screen', async () => {
    const { screen } = await answered(LONG, { columns: 50, rows: 9 });
    await screen.until((shown) => shown.includes('line 59'));
    expect(screen.text()).not.toContain('you ↑');
  });
});

test('reasoning is one line until the user opens it', async () => {
  const { screen } = await answered('The answer.', {}, 'First this.\nThen that.');
  await screen.until((shown) => shown.includes('The answer.'));
  expect(screen.text()).toMatch(/▸ reasoning .*~6 tokens/);
  expect(screen.text()).not.toContain('First this');
  screen.type('/reasoning\r');
  await screen.until((shown) => shown.includes('First this.') && shown.includes('Then that.'));
  screen.type('/reasoning\r');
  await screen.until((shown) => !shown.includes('First this.'));
});

test('text becomes reasoning when a closing tag shows that it was', async () => {
  const { screen, chat, clock } = await answered('First this.\n</think>');
  await screen.until((shown) => shown.includes('First this.'));
  chat.latest.text('The ');
  chat.latest.emit({ type: 'split', reasoning: 'First this.\n', text: 'The ', tMs: 90 });
  chat.latest.text('answer.');
  clock.advance(100);
  await screen.until((shown) => shown.includes('The answer.') && shown.includes('▸ reasoning'));
  expect(screen.text()).not.toContain('First this');
  expect(screen.text()).not.toContain('</think>');
  await chat.latest.end();
  screen.type('/reasoning\r');
  await screen.until((shown) => shown.includes('First this.') && shown.includes('The answer.'));
});

describe('the source of an answer', () => {
  const SOURCE = '## Head\n\n**bold** and `code`, [link](https://e.example/a)\n\n```js\nf()\n```';

  test('is shown by one key, with all Markdown marks', async () => {
    const { screen } = await answered(SOURCE);
    await screen.until((shown) => shown.includes('link (e.example)'));
    screen.type('\x1bs');
    await screen.until((shown) => shown.includes('**bold** and `code`, [link](https://e.example/a)'));
    expect(screen.text()).toContain('```js');
    await screen.until((shown) => shown.includes('alt+s renders them'));
    screen.type('\x1bs');
    await screen.until((shown) => shown.includes('link (e.example)'));
  });

  test('keeps the scroll position', async () => {
    const text = Array.from({ length: 300 }, (_, index) => `- item ${index}`).join('\n');
    const { screen } = await answered(text, { columns: 80, rows: 24 });
    await screen.until((shown) => shown.includes('item 299'));
    for (let page = 0; page < 3; page += 1) screen.type('\x1b[5~');
    await screen.until((shown) => shown.includes('↓ end'));
    const seen = /item (\d+)/.exec(screen.text())?.[1];
    screen.type('\x1bs');
    await screen.until((shown) => shown.includes('- item '));
    expect(/item (\d+)/.exec(screen.text())?.[1]).toBe(seen);
  });

  test('is copied, whether shown or not', async () => {
    const { screen } = await answered(SOURCE);
    const copied = `clipboard c;${Buffer.from(SOURCE).toString('base64')}`;
    for (const keys of ['\x19', '\x1bs\x19']) {
      const before = screen.events.length;
      screen.type(keys);
      await screen.until(() => screen.events.slice(before).includes(copied));
    }
  });
});

test('a usual finish_reason is in the inspector, not above the answer', async () => {
  const { screen, chat } = await answered('Some text.');
  chat.latest.emit({ type: 'headers', tMs: 3, statusCode: 200, headers: {}, buffered: false });
  await chat.latest.end({ finishReason: 'stop', metrics: metricsOf() });
  await screen.until((shown) => shown.includes('assistant   2.1 s'));
  expect(screen.text()).not.toContain('2.1 s   stop');
  screen.type('\x04');
  await screen.until((shown) => shown.includes('› #1'));
  screen.type('\r');
  await screen.until((shown) => shown.includes('Exchange #1'));
  screen.type('\x1b[F');
  await screen.until((shown) => shown.includes('finish_reason: stop'));
});

test('unreadable events are reported below the answer and in the inspector', async () => {
  const { screen, chat } = await answered('Some text.');
  chat.latest.emit({ type: 'headers', tMs: 3, statusCode: 200, headers: {}, buffered: false });
  await chat.latest.end({ finishReason: 'stop', malformedEvents: 2, metrics: metricsOf() });
  await screen.until((shown) => shown.includes('2 events, or parts of them, could not be read'));
  screen.type('\x04');
  await screen.until((shown) => shown.includes('› #1'));
  screen.type('\r');
  await screen.until((shown) => shown.includes('Exchange #1'));
  screen.type('\x1b[F');
  await screen.until((shown) => shown.includes('could not be read: 2 events or parts of them'));
});

describe('an answer shows how it ended', () => {
  const metrics = metricsOf({
    ttftMs: 312,
    speed: { kind: 'measured', tokensPerSecond: 84, tpotMs: 1000 / 84 },
    outputTokens: 118,
    tokensEstimated: false,
    e2eMs: 1400,
    attempts: 2,
  });
  test.each([
    [
      { outcome: 'complete', finishReason: 'stop' },
      'assistant   TTFT 312 ms   84 tok/s   118 tok   1.4 s   2 attempts',
    ],
    [{ outcome: 'complete', finishReason: 'tool_calls' }, 'assistant   calls a tool   TTFT 312 ms'],
    [{ outcome: 'complete', finishReason: 'length' }, 'assistant   cut at the limit   TTFT 312 ms'],
    [{ outcome: 'complete', finishReason: 'content_filter' }, 'assistant   filtered   TTFT 312 ms'],
    [{ outcome: 'truncated' }, 'assistant   cut off   TTFT 312 ms'],
    [{ outcome: 'cancelled' }, 'assistant   stopped   TTFT 312 ms'],
    [{ outcome: 'stalled' }, 'assistant   stalled   TTFT 312 ms'],
    [{ outcome: 'error' }, 'assistant   failed   TTFT 312 ms'],
  ] as const)('%j', async (ending, line) => {
    const { screen, chat } = await answered('Some text.');
    await chat.latest.end({ ...ending, metrics });
    await screen.until((shown) => shown.includes(line));
  });

  test('buffered, without a time to first token', async () => {
    const { screen, chat } = await answered('Some text.');
    await chat.latest.end({ outcome: 'complete', metrics: metricsOf({ buffered: true, e2eMs: 900 }) });
    await screen.until((shown) => shown.includes('assistant   buffered   0.9 s'));
  });
});

test('a retry is shown with its reason until text arrives', async () => {
  const { screen, chat, clock } = await answered('');
  chat.latest.emit({
    type: 'retry',
    tMs: 5,
    attempt: 2,
    maxAttempts: 3,
    delayMs: 500,
    reason: 'busy\x1b[2J',
  });
  clock.advance(40);
  await screen.until((shown) => shown.includes('retry 2/3 in 0.5 s: busy'));
  chat.latest.text('text');
  clock.advance(40);
  await screen.until((shown) => shown.includes('text') && !shown.includes('retry'));
});
