import { existsSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { ConnectorException, ErrorClass } from '../../src/common/errors.js';
import type { ChatAnswer } from '../../src/connector/types.js';
import { createMemoryModes, metricsOf, OPENAI, SIMULATOR } from '../support/chat-ports.js';
import type { Screen } from '../support/screen.js';
import { type RunningTui, type RunOptions, startTui } from '../support/tui.js';

let tui: RunningTui | undefined;
afterEach(async () => {
  tui?.abort();
  await tui?.ended;
  tui = undefined;
});

async function start(options: RunOptions = {}): Promise<RunningTui> {
  tui = await startTui(options);
  return tui;
}

async function shows(screen: Screen, golden: string): Promise<void> {
  await screen.settled();
  await expect(`${screen.text()}\n`).toMatchFileSnapshot(golden);
}

const ANSWER = `# In short

A qubit is a weighted mix of 0 and 1 until it is measured; 量子コンピュータ work with many of them.

- Superposition: all inputs are worked on at once, in a way
- Interference: wrong results cancel each other out

\`\`\`ts
const qubit = [Math.SQRT1_2, Math.SQRT1_2];
\`\`\`
`;

const STREAMING = metricsOf({
  phase: 'streaming',
  elapsedMs: 1400,
  ttftMs: 312,
  outputTokens: 118,
  speed: { kind: 'measured', tokensPerSecond: 117_000 / 1078, tpotMs: 1078 / 117 },
  chunks: 118,
  arrivals: 118,
  bytes: 12_340,
  gaps: { p50: 11, p95: 18, p99: 30, max: 44 },
  paints: { p50: 4, p99: 9 },
  hops: {
    client_to_daemon: 0.3,
    queue: 0.1,
    send: 0.4,
    wait: 301,
    first_token: 9,
    daemon_to_client: 0.2,
    decode: 0.1,
    paint: 4,
  },
});

/** A question is asked and its answer streams, with `figures` as they are 1.4 s later. */
async function ask(
  { screen, chat, clock }: RunningTui,
  question = 'Explain quantum computing.',
): Promise<void> {
  screen.type(question);
  screen.type('\r');
  await screen.until(
    (text) => text.includes('answering') || text.includes('waiting') || text.includes('connecting'),
  );
  chat.latest.start();
  chat.latest.metrics = STREAMING;
  chat.latest.text(ANSWER);
  clock.advance(1400);
  await screen.until((text) => text.includes('1.4 s'));
}

const WHOLE = { ...STREAMING, phase: 'done', e2eMs: 1390 } as const;

/** The answer ends; what was said about it has gone. */
async function end(
  { screen, chat, clock }: RunningTui,
  answer: Partial<ChatAnswer> = { metrics: WHOLE },
): Promise<void> {
  await chat.latest.end(answer);
  await screen.until((text) => !/answering|streaming|reading/.test(text));
  clock.advance(5000);
}

describe.each([
  [120, 40],
  [80, 24],
  [50, 15],
  [20, 5],
])('at %dx%d', (columns, rows) => {
  const golden = (name: string): string => `./screens/${columns}x${rows}-${name}.txt`;

  test('an empty conversation', async () => {
    const { screen } = await start({ columns, rows });
    await shows(screen, golden('empty'));
  });

  test('an answer that streams', async () => {
    const running = await start({ columns, rows });
    await ask(running);
    await shows(running.screen, golden('streaming'));
  });

  test('an answer that failed, with a draft of two lines', async () => {
    const running = await start({ columns, rows });
    await ask(running);
    await running.chat.latest.end({
      outcome: 'error',
      metrics: { ...STREAMING, phase: 'done', e2eMs: 1390 },
      error: new ConnectorException('the daemon ended while it answered', ErrorClass.Transient, 1, {
        hop: 'daemon',
      }),
    });
    running.connection.become({
      status: 'waiting',
      attempt: 3,
      retryAtMs: running.clock.unixMs() + 9600,
      error: 'connect ENOENT /run/user/1000/vastar.sock: no daemon listens there',
    });
    running.screen.type('what now\nand then');
    await running.screen.until((text) => text.includes('and then'));
    running.clock.advance(4500);
    await running.screen.until((text) => !/connection to/.test(text));
    await shows(running.screen, golden('failed'));
  });

  test('an answer that is whole', async () => {
    const running = await start({ columns, rows });
    await ask(running);
    await end(running);
    await shows(running.screen, golden('done'));
  });

  test('a request that is tried again', async () => {
    const running = await start({ columns, rows });
    const { screen, chat, clock } = running;
    screen.type('Explain quantum computing.\r');
    await screen.until((text) => /connecting/.test(text));
    chat.latest.start();
    chat.latest.metrics = metricsOf({ phase: 'waiting', elapsedMs: 700, attempts: 1 });
    const reason = 'http://localhost:4545 answered 503';
    const retry = { attempt: 2, maxAttempts: 3, delayMs: 2400, reason, statusCode: 503 };
    chat.latest.emit({ type: 'retry', tMs: 700, ...retry });
    clock.advance(700);
    await screen.until((text) => /retry 2\/3 in 1\.7/.test(text));
    await shows(screen, golden('retrying'));
  });

  test('a daemon that does not stream', async () => {
    const running = await start({ columns, rows });
    const { screen, connection } = running;
    connection.become({
      status: 'connected',
      sinceMs: 0,
      daemon: {
        kind: 'foreign',
        rttMs: 0.4,
      },
    });
    await ask(running);
    const metrics = metricsOf({
      phase: 'done',
      elapsedMs: 2100,
      e2eMs: 2090,
      buffered: true,
      outputTokens: 118,
      chunks: 1,
      bytes: 900,
    });
    await end(running, { metrics });
    await shows(screen, golden('buffered'));
  });

  test('the figures of a pane explained', async () => {
    const running = await start({ columns, rows });
    await ask(running);
    await end(running);
    const { screen } = running;
    screen.type('\t\t');
    await screen.until((text) => /› Request|^ ?Request$/m.test(text));
    screen.type('?');
    await screen.until((text) => /^.?.?first token( \(|$)/m.test(text));
    await shows(screen, golden('explain'));
  });

  test('the palette, narrowed', async () => {
    const { screen } = await start({ columns, rows });
    screen.type('\x10');
    await screen.until((text) => text.includes('Actions >'));
    screen.type('co');
    await screen.until((text) => text.includes('> co'));
    await shows(screen, golden('palette'));
  });

  test('the picker of models', async () => {
    const { screen } = await start({
      columns,
      rows,
      models: async () => ['gpt-3.5-turbo', 'gpt-4o', 'gpt-4o-mini', 'o4-mini'],
    });
    screen.type('\x0f');
    await screen.until((text) => text.includes('Models >'));
    await shows(screen, golden('picker'));
  });

  test('the search', async () => {
    const running = await start({ columns, rows });
    const { screen } = running;
    await ask(running);
    await end(running);
    screen.type('\x06');
    await screen.until((text) => text.includes('search'));
    screen.type('qubit');
    await screen.until((text) => /[0-9]\/[0-9]/.test(text));
    await shows(screen, golden('search'));
  });

  test('the inspector: the exchanges, and one of them', async () => {
    const running = await start({ columns, rows });
    const { screen, chat } = running;
    await ask(running);
    const headers = { 'content-type': 'text/event-stream', 'x-request-id': 'req-7' };
    chat.latest.emit({ type: 'headers', tMs: 300, statusCode: 200, headers, buffered: false });
    await end(running);
    screen.type('\x04');
    await screen.until((text) => text.includes('› #1'));
    await shows(screen, golden('exchanges'));
    screen.type('\r');
    await screen.until((text) => text.includes('Exchange #1'));
    await shows(screen, golden('inspector'));
  });

  test('two answers compared', async () => {
    const running = await start({ columns, rows });
    const { screen, chat, clock } = running;
    screen.type('Explain quantum computing.');
    await screen.until((text) => text.includes('computing.'));
    screen.type('\x02');
    await screen.until(() => chat.exchanges.length === 2);
    const [one, other] = chat.exchanges;
    for (const exchange of [one, other]) exchange?.start();
    one?.text(ANSWER);
    other?.text('A qubit is 0 and 1 at once.');
    clock.advance(1400);
    await one?.end({ metrics: WHOLE });
    await other?.end({ metrics: { ...WHOLE, ttftMs: 95, elapsedMs: 610, e2eMs: 600, outputTokens: 9 } });
    await screen.until((text) => text.includes('› simul') && !/answering|streaming/.test(text));
    await shows(screen, golden('compare'));
  });

  test('the panes, looked at one after the other', async () => {
    const running = await start({ columns, rows });
    const { screen } = running;
    await ask(running);
    await end(running);
    screen.type('\t\t');
    await screen.until((text) => /› Request|^Request|^ Request/m.test(text));
    await shows(screen, golden('panes'));
  });

  test('the help', async () => {
    const { screen } = await start({ columns, rows });
    screen.type('?');
    await screen.until((text) => text.includes('Keys and commands'));
    await shows(screen, golden('help'));
  });
});

test('the inspector shows what the server said, and nothing of it commands the terminal or tells a key', async () => {
  const running = await start({ columns: 80, rows: 24 });
  const { screen, chat } = running;
  await ask(running);
  chat.latest.emit({
    type: 'headers',
    tMs: 300,
    statusCode: 200,
    headers: { 'x-hostile': 'a\x1b]0;title\x07b', authorization: 'secret' },
    buffered: false,
  });
  chat.latest.text('\x1b]52;c;aGk=\x07text');
  await end(running);
  screen.type('\x04');
  await screen.until((text) => text.includes('› #1'));
  screen.type('\r');
  await screen.until((text) => text.includes('POST http'));
  screen.type('\x1b[F');
  await screen.until((text) => text.includes('Events: 2') && text.includes('x-hostile: ab'));
  expect(screen.text()).not.toContain('secret');
  expect(screen.events).toEqual([]);
});

test('in the inspector the key that looks at the panes keeps the place, and says what helps', async () => {
  const running = await start({ columns: 80, rows: 24 });
  const { screen } = running;
  await ask(running);
  await end(running);
  screen.type('\x04');
  await screen.until((text) => text.includes('› #1'));
  screen.type('\t');
  await screen.until(
    (text) => text.includes('› #1') && text.split('\n').at(-1)?.includes('enter opens') === true,
  );
  screen.type('\r');
  await screen.until((text) => text.includes('Exchange #1'));
  screen.type('\t');
  await screen.until((text) => text.includes('Exchange #1') && text.includes('esc goes back'));
});

test('the list of modes says why one of them can not be used', async () => {
  const problem = 'OPENAI_API_KEY is not set: export OPENAI_API_KEY=sk-… and start again';
  const modes = createMemoryModes([SIMULATOR, { ...OPENAI, problem }]);
  const { screen } = await start({ columns: 60, rows: 20, modes });
  screen.type('/modes\r');
  await screen.until((text) => /openai +OPENAI_API_KEY is not set: export OPENAI.*…/.test(text));
});

test('a terminal that is too small says so, and comes back', async () => {
  const { screen } = await start({ columns: 80, rows: 24 });
  screen.type('kept');
  await screen.until((text) => text.includes('kept'));
  for (const [columns, words] of [
    [19, 'terminal too small'],
    [12, 'too small'],
    [5, 'small'],
    [3, '…'],
  ] as const) {
    screen.resize(columns, 3);
    await screen.until((text) => text.trim() === words);
  }
  screen.resize(80, 24);
  await screen.until((text) => text.includes('> kept'));
});

test('resizing leaves no residue: the screen is as if started at that size', async () => {
  const running = await start({ columns: 120, rows: 40 });
  await ask(running);
  const sizes = [
    '80x24',
    '20x5',
    '119x21',
    '120x40',
    '50x15',
    '100x39',
    '20x5',
    '12x3',
    '80x24',
    '50x15',
    '120x40',
  ];
  for (const size of sizes) {
    const [columns = 0, rows = 0] = size.split('x').map(Number);
    running.screen.resize(columns, rows);
    const golden = new URL(`./screens/${size}-streaming.txt`, import.meta.url);
    if (!existsSync(golden)) continue;
    const expected = readFileSync(golden, 'utf8');
    await running.screen.until((text) => `${text}\n` === expected);
  }
});

test('the cursor stands where the next character goes, also behind wide ones', async () => {
  const { screen } = await start({ columns: 80, rows: 24 });
  const draft = (): { x: number; y: number } => screen.cursor();
  expect(draft()).toEqual({ x: 3, y: 22 });
  screen.type('ab世👩‍👧');
  await screen.until((text) => text.includes('ab世'));
  expect(draft()).toEqual({ x: 9, y: 22 });
  screen.type('\x1b[D');
  screen.type('\x1b[D');
  await new Promise((resolve) => setImmediate(resolve));
  screen.type('!');
  await screen.until((text) => text.includes('ab!世'));
  expect(draft()).toEqual({ x: 6, y: 22 });
});
