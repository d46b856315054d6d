import { describe, expect, test } from 'vitest';
import { FRAME_MS } from '../../../src/state/exchange/frames.js';
import { createKeymap } from '../../../src/ui/keys/bindings.js';
import { metricsOf } from '../../support/chat/chat-ports.js';
import { type RunningTui, type RunOptions, startTui } from '../../support/screen/tui.js';

const start = (options: RunOptions = {}): Promise<RunningTui> =>
  startTui({ columns: 80, rows: 24, ...options });

async function ask({ screen, chat }: RunningTui, question: string): Promise<void> {
  const before = chat.exchanges.length;
  screen.type(`${question}\r`);
  await screen.until(() => chat.exchanges.length > before);
  chat.latest.start();
}

describe('the terminal is restored', () => {
  const restored = ({ screen }: RunningTui): void => {
    expect(screen).toMatchObject({ alternate: false, rawMode: false });
    // The cursor is visible and bracketed paste is off.
    expect(screen.written.lastIndexOf('\x1b[?25h')).toBeGreaterThan(screen.written.lastIndexOf('\x1b[?25l'));
    expect(screen.written.lastIndexOf('\x1b[?2004l')).toBeGreaterThan(
      screen.written.lastIndexOf('\x1b[?2004h'),
    );
    expect(screen.text().trim()).toBe('');
  };

  test('after ctrl+c twice', async () => {
    const running = await start();
    expect(running.screen).toMatchObject({ alternate: true, rawMode: true });
    running.screen.type('\x03');
    await running.screen.until((text) => text.includes('ctrl+c again quits'));
    running.screen.type('\x03');
    await running.ended;
    restored(running);
  });

  test('after /quit, which also stops a running answer', async () => {
    const running = await start();
    await ask(running, 'hello');
    running.screen.type('/quit\r');
    await running.ended;
    expect(running.chat.latest.signal?.aborted).toBe(true);
    restored(running);
  });

  test('after a signal such as SIGTERM', async () => {
    const running = await start();
    running.abort();
    await running.ended;
    restored(running);
  });

  test('after an error while drawing, which is reported', async () => {
    const running = await start({ fails: true });
    // This state can only come from a defect.
    running.connection.become({ status: 'nonsense' } as never);
    await expect(running.ended).rejects.toThrow();
    restored(running);
  });

  test('while the program is suspended, and taken back afterwards', async () => {
    const states: boolean[] = [];
    const running = await start({
      stopJob: () => states.push(running.screen.alternate, running.screen.rawMode),
    });
    running.screen.type('a draft');
    await running.screen.until((text) => text.includes('a draft'));
    running.screen.type('\x1a');
    await running.screen.until(() => states.length > 0 && running.screen.rawMode);
    await running.screen.until((text) => text.includes('> a draft'));
    expect(states[1]).toBe(false);
    expect(running.screen).toMatchObject({ alternate: true, rawMode: true });
    expect(running.screen.written).toContain('\x1b[?1049l');
  });
});

describe('text from outside', () => {
  const HOSTILE =
    'a\x1b]0;title\x07b\x1b]52;c;aGk=\x07c\x1b]8;;http://evil\x1b\\d\x1b[2J\x1b[?1049le\x1b[6n\x1b[cf\x9b31mg\x90q\x9ch\x07i\u202ej\u{e0041}k';

  test('sends no control sequence at any place on the screen', async () => {
    const running = await start({
      columns: 120,
      rows: 40,
      notices: [{ level: 'warning', text: HOSTILE }],
    });
    const { screen, chat, connection } = running;
    await ask(running, 'question');
    // The worst way to cut it: each character is a chunk.
    for (const char of HOSTILE) chat.latest.text(char);
    await chat.latest.end({
      toolCalls: [{ id: '1', name: HOSTILE, arguments: HOSTILE }],
      metrics: metricsOf(),
    });
    connection.become({ status: 'waiting', attempt: 1, retryAtMs: 0, error: HOSTILE });
    screen.type(`\x1b[200~${HOSTILE}\x1b[201~`);
    await screen.until((text) => (text.match(/abcdefghi‹RLO›jk/g) ?? []).length >= 4);
    expect(screen.events).toEqual([]);
    expect(screen.alternate).toBe(true);
  });
});

test('a notice of the start stands above the welcome, which goes when a question is sent', async () => {
  const running = await start({ notices: [{ level: 'warning', text: 'the profile is left out' }] });
  const { screen } = running;
  await screen.until((text) => /the profile is left out.*Ask something.*all keys/s.test(text));
  await ask(running, 'question');
  await screen.until((text) => text.includes('the profile is left out') && !text.includes('Ask something'));
});

describe('typing', () => {
  test('a question and enter in one chunk sends it', async () => {
    const running = await start();
    await ask(running, 'hello');
    expect(running.chat.latest.messages).toEqual([{ role: 'user', content: 'hello' }]);
  });

  test('a paste with any content is never sent', async () => {
    const { screen, chat } = await start();
    screen.type('\x1b[200~one\r\ntwo\rthree\x1b[201~');
    await expect.poll(() => screen.rows().slice(-4, -1)).toEqual([' > one', '   two', '   three']);
    expect(chat.exchanges).toHaveLength(0);
  });

  test('while an answer streams is queued by enter, taken back by escape, and sent after the answer', async () => {
    const running = await start();
    const { screen, chat } = running;
    await ask(running, 'hello');
    chat.latest.text('some text');
    screen.type('the next question\r');
    await screen.until((text) => text.includes('   queued: the next question'));
    screen.type('\x1b');
    await screen.until((text) => text.includes(' > the next question'));
    screen.type('\r');
    await screen.until((text) => text.includes('   queued: the next question'));
    await chat.latest.end();
    await screen.until((text) => !text.includes('queued:'));
    expect(chat.latest.messages.at(-1)?.content).toBe('the next question');
    screen.type('\x1b');
    await screen.until((text) => text.includes('stopped'));
  });

  test('the name of a key is text', async () => {
    const { screen, chat } = await start();
    screen.type('enter');
    await screen.until((text) => text.includes('> enter'));
    expect(chat.exchanges).toHaveLength(0);
  });

  test('an unknown command shows an error and stays in the draft', async () => {
    const { screen } = await start();
    screen.type('/nonsense\r');
    await screen.until((text) => text.includes('there is no command /nonsense'));
    expect(screen.text()).toContain('> /nonsense');
    screen.type('\x15/sesions\r');
    await screen.until((text) => text.includes('did you mean /sessions?'));
  });

  test('? opens the help with an empty draft, else it is a character', async () => {
    const { screen } = await start();
    screen.type('?');
    await screen.until((text) => text.includes('Keys and commands'));
    screen.type('\x1b');
    await screen.until((text) => text.includes('Ask something'));
    screen.type('why');
    await screen.until((text) => text.includes('> why'));
    screen.type('?');
    await screen.until((text) => text.includes('> why?'));
  });
});

describe('a long paste', () => {
  const LONG = Array.from({ length: 1024 }, (_, index) => `row ${index}`).join('\n');

  test('is folded, edited as one unit, unfolded by a key, and sent whole', async () => {
    const { screen, chat } = await start();
    screen.type('look: ');
    screen.type(`\x1b[200~${LONG}\x1b[201~`);
    await screen.until((text) => text.includes('> look: [pasted 1,024 lines]'));
    screen.type('\x7f');
    await screen.until((text) => !text.includes('pasted'));
    screen.type('\x1bz');
    await screen.until((text) => text.includes('[pasted 1,024 lines]'));
    screen.type(' end\r');
    await expect.poll(() => chat.exchanges).toHaveLength(1);
    expect(chat.latest.messages).toEqual([{ role: 'user', content: `look: ${LONG} end` }]);
  });

  test('can be unfolded', async () => {
    const { screen } = await start();
    screen.type(`\x1b[200~${LONG}\x1b[201~`);
    await screen.until((text) => text.includes('[pasted 1,024 lines]'));
    screen.type('\x1be');
    await screen.until((text) => text.includes('row 1023'));
  });
});

test('the external editor gets the draft and the terminal, and its text is sanitized', async () => {
  const seen: unknown[] = [];
  const running = await start({
    editText: async (text) => {
      seen.push(text, running.screen.rawMode);
      return `${text} and more\x1b[2J\n`;
    },
  });
  running.screen.type('a draft');
  await running.screen.until((text) => text.includes('a draft'));
  running.screen.type('\x18');
  await running.screen.until((text) => text.includes('> a draft and more') && running.screen.alternate);
  expect(seen).toEqual(['a draft', false]);
});

test('a toast shows why the external editor failed; the draft stays', async () => {
  const running = await start({ editText: () => Promise.reject(new Error('vi ended with 1')) });
  running.screen.type('a draft\x18');
  await running.screen.until((text) => text.includes('vi ended with 1') && text.includes('> a draft'));
});

test('the palette finds an action by a part of its text and runs it', async () => {
  const { screen, connection } = await start();
  screen.type('\x10');
  await screen.until((text) => text.includes('Actions > '));
  screen.type('recon');
  await screen.until((text) => text.includes('› reconnect to the daemon'));
  screen.type('\r');
  await expect.poll(() => connection.reconnects).toBe(1);
  await screen.until((text) => !text.includes('Actions > '));
});

test('a palette action with an argument puts its command into the draft', async () => {
  const { screen } = await start();
  screen.type('\x10');
  screen.type('system');
  await screen.until((text) => text.includes('› set the system prompt'));
  screen.type('\r');
  await screen.until((text) => text.includes('> /system'));
});

test("a model is chosen from the endpoint's list, also one with a hostile name", async () => {
  const running = await start({ models: async () => ['small', 'big\x1b]0;title\x07', 'huge'] });
  const { screen, chat } = running;
  screen.type('\x0f');
  await screen.until((text) => text.includes('› small') && text.includes('  big'));
  screen.type('\x1b[B\x1b[B');
  screen.type('\r');
  await screen.until((text) => text.includes('model: '));
  await ask(running, 'hello');
  expect(chat.latest.options.model).toMatch(/huge|big/);
  expect(screen.events).toEqual([]);
});

test('a failed list of models is reported', async () => {
  const { screen } = await start({ models: () => Promise.reject(new Error('refused\x1b[2J')) });
  screen.type('\x0f');
  await screen.until((text) => text.includes('no list of models (/model NAME uses one): refused'));
});

test("closing a list removes the list's toast", async () => {
  const { screen } = await start({ models: async () => ['small'] });
  screen.type('\x0f');
  await screen.until((text) => text.includes('› small'));
  screen.type('zzz');
  screen.type('\r');
  await screen.until((text) => text.includes('nothing matches: backspace'));
  screen.type('\x1b');
  await screen.until((text) => !text.includes('Models >') && !text.includes('nothing matches'));
});

test('an earlier message is found by a part of its text', async () => {
  const running = await start();
  for (const question of ['about apples', 'about pears']) {
    await ask(running, question);
    await running.chat.latest.end();
  }
  running.screen.type('\x1br');
  await running.screen.until((text) => text.includes('› about pears'));
  running.screen.type('app');
  await running.screen.until((text) => text.includes('› about apples'));
  running.screen.type('\r');
  await running.screen.until((text) => text.includes(' > about apples'));
});

test('a key without an action shows a toast', async () => {
  const { screen } = await start();
  screen.type('\x1bq');
  await screen.until((text) => text.includes('alt+q does nothing here'));
});

test('tab completes a command', async () => {
  const { screen } = await start();
  screen.type('/tem');
  await screen.until((text) => text.includes('/temperature NUMBER: set the temperature'));
  screen.type('\t');
  await screen.until((text) => text.includes('> /temperature'));
});

test("the user's own key bindings work", async () => {
  const { keymap } = createKeymap(new Map([['reconnect', ['alt+c']]]));
  const { screen, connection } = await start({ keymap });
  screen.type('\x1bc');
  await expect.poll(() => connection.reconnects).toBe(1);
});

test('scrolling back shows earlier text and counts new lines; end returns', async () => {
  const running = await start();
  const { screen, chat, clock } = running;
  await ask(running, 'count');
  const lines = (from: number, to: number): string =>
    Array.from({ length: to - from }, (_, index) => `line ${from + index}\n`).join('');
  chat.latest.text(lines(0, 60));
  clock.advance(0);
  await screen.until((text) => text.includes('line 59'));
  screen.type('\x1b[5~');
  await screen.until((text) => text.includes('↓ end') && !text.includes('line 59'));
  chat.latest.text(lines(60, 65));
  clock.advance(FRAME_MS);
  await screen.until((text) => text.includes('5 new lines ↓ end'));
  expect(screen.text()).not.toContain('line 64');
  screen.type('\x1b[F');
  await screen.until((text) => text.includes('line 64') && !text.includes('↓ end'));
});

test('the first token is on the screen when the paint is reported', async () => {
  const running = await start();
  await ask(running, 'hello');
  running.chat.latest.text('FIRST');
  running.clock.advance(0);
  await expect.poll(() => running.chat.latest.paintedMs).toHaveLength(1);
  expect(running.screen.text()).toContain('FIRST');
});

test('an idle screen writes nothing', async () => {
  const { screen, clock } = await start();
  await screen.settled();
  const before = screen.written.length;
  clock.advance(60_000);
  await screen.settled();
  expect(screen.written.length).toBe(before);
  expect(clock.waiting).toBe(0);
});

test('the last answer is copied as Markdown source', async () => {
  const running = await start();
  await ask(running, 'hello');
  running.chat.latest.text('# Title\n\n**text** 世界');
  await running.chat.latest.end();
  running.screen.type('\x19');
  await running.screen.until((text) => text.includes('copied the last answer'));
  expect(running.screen.events).toContain(
    `clipboard c;${Buffer.from('# Title\n\n**text** 世界').toString('base64')}`,
  );
});

test('colours are used unless switched off', async () => {
  const coloured = await start({ noColor: false });
  expect(coloured.screen.written).toContain('\x1b[36m');
  coloured.abort();
  await coloured.ended;
  const plain = await start({ noColor: true });
  expect(plain.screen.written).not.toMatch(/\x1b\[[\d;]*m/);
});

describe('for a screen reader', () => {
  test('lines are only appended: question, answer, figures, events', async () => {
    const running = await start({ screenReader: true });
    const { screen, chat, connection } = running;
    await screen.until((text) => text.includes('Connected to the daemon.'));
    await ask(running, 'hello');
    expect(screen.alternate).toBe(false);
    chat.latest.emit({ type: 'retry', tMs: 1, attempt: 2, maxAttempts: 3, delayMs: 10, reason: 'busy' });
    chat.latest.text('the answer');
    await chat.latest.end({ metrics: metricsOf({ ttftMs: 312, e2eMs: 1400, outputTokens: 2 }) });
    await screen.until((text) => text.includes('You: hello') && /Assistant, \S+: the answer/.test(text));
    expect(screen.text()).toContain('The answer took 1.4 s, the first token 312 ms; 2 tokens.');
    connection.become({ status: 'waiting', attempt: 1, retryAtMs: 0, error: 'no daemon' });
    await screen.until((text) => text.includes('Not connected to the daemon, reconnecting: no daemon.'));
    expect(screen.text()).not.toMatch(/[│┌─]/);
  });

  test('a failure is read in sentences, and a repeated answer is read again', async () => {
    const running = await start({ screenReader: true });
    const { screen, chat } = running;
    await ask(running, 'hello');
    await chat.latest.end({ outcome: 'error' });
    await screen.until((text) => text.includes('The answer failed without a reason.'));
    await screen.until((text) => text.includes('Ctrl+g asks again.'));
    screen.type('\x07');
    await screen.until(() => chat.exchanges.length === 2);
    chat.latest.text('this time');
    await chat.latest.end();
    await screen.until((text) => /Assistant, \S+: this time/.test(text));
    screen.type('?');
    await screen.until((text) => text.includes('Keys and commands'));
    screen.type('\x1b[F');
    await screen.until((text) => text.includes('show or hide the panes'));
  });
});
