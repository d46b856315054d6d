import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ConnectorException, ErrorClass } from '../../../src/common/errors.js';
import { createMemoryModes, metricsOf, OPENAI, requestOf, SIMULATOR } from '../../support/chat/chat-ports.js';
import type { Screen } from '../../support/screen/screen.js';
import { startTui } from '../../support/screen/tui.js';
import { ANSWER, ask, end, STREAMING, WHOLE } from '../../support/screen/tui-question.js';

/** The longest wait for the expected screen. A changed screen fails after it. */
const GOLDEN_LIMIT_MS = 3000;

async function shows(screen: Screen, golden: string): Promise<void> {
  await screen.settled();
  const file = new URL(golden, import.meta.url);
  const expected = existsSync(file) ? readFileSync(file, 'utf8') : '';
  // A busy machine may draw the last change only after a pause.
  await screen.until((text) => `${text}\n` === expected, GOLDEN_LIMIT_MS).catch(() => {});
  await expect(`${screen.text()}\n`).toMatchFileSnapshot(golden);
}

describe.each([
  [120, 40],
  [80, 24],
  [50, 15],
  [20, 5],
])('at %dx%d', (columns, rows) => {
  const golden = (name: string): string => `./${columns}x${rows}-${name}.txt`;

  test('an empty conversation', async () => {
    const { screen } = await startTui({ columns, rows });
    await shows(screen, golden('empty'));
  });

  test('an answer that streams', async () => {
    const running = await startTui({ columns, rows });
    await ask(running);
    await shows(running.screen, golden('streaming'));
  });

  test('an answer that failed, with a draft of two lines', async () => {
    const running = await startTui({ columns, rows });
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
    const running = await startTui({ columns, rows });
    await ask(running);
    await end(running);
    await shows(running.screen, golden('done'));
  });

  test('a request that is tried again', async () => {
    const running = await startTui({ columns, rows });
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
    const running = await startTui({ columns, rows });
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
    const running = await startTui({ columns, rows });
    await ask(running);
    await end(running);
    const { screen } = running;
    screen.type('\t\t');
    await screen.until((text) => /› Request|^ ?Request$/m.test(text));
    screen.type('?');
    await screen.until((text) => /How long you|^first token \(TTFT\)$/m.test(text));
    await shows(screen, golden('explain'));
  });

  test('the palette, narrowed', async () => {
    const { screen } = await startTui({ columns, rows });
    screen.type('\x10');
    await screen.until((text) => text.includes('Actions >'));
    screen.type('co');
    await screen.until((text) => text.includes('> co'));
    await shows(screen, golden('palette'));
  });

  test('the picker of models', async () => {
    const { screen } = await startTui({
      columns,
      rows,
      models: async () => ['gpt-3.5-turbo', 'gpt-4o', 'gpt-4o-mini', 'o4-mini'],
    });
    screen.type('\x0f');
    await screen.until((text) => text.includes('Models >'));
    await shows(screen, golden('picker'));
  });

  test('the search', async () => {
    const running = await startTui({ columns, rows });
    const { screen } = running;
    await ask(running);
    await end(running);
    screen.type('\x06');
    await screen.until((text) => text.includes('search'));
    screen.type('qubit');
    await screen.until((text) => columns === 20 || /qubit▏ .*[0-9]\/[0-9]/.test(text));
    await shows(screen, golden('search'));
  });

  test('the inspector: the exchanges, and one of them', async () => {
    const running = await startTui({ columns, rows });
    const { screen, chat } = running;
    await ask(running);
    const headers = { 'content-type': 'text/event-stream', 'x-request-id': 'req-7' };
    chat.latest.emit({ type: 'headers', tMs: 300, statusCode: 200, headers, buffered: false });
    await end(running);
    screen.type('\x04');
    await screen.until((text) => text.includes('› #1'));
    await shows(screen, golden('exchanges'));
    screen.type('\r');
    await screen.until((text) => text.includes('Exchange #1') && !text.includes('open'));
    await shows(screen, golden('inspector'));
  });

  test('the differences between two exchanges', async () => {
    const running = await startTui({ columns, rows });
    const { screen, chat, clock } = running;
    for (const [index, [ttftMs, wait]] of [
      [312, 301],
      [320, 308],
      [902, 890],
    ].entries()) {
      await ask(running, `Question ${index}.`);
      chat.latest.emit(requestOf({ model: 'm', temperature: index / 10, messages: [] }));
      const headers = { 'content-type': 'text/event-stream', 'x-request-id': `req-${index}` };
      chat.latest.emit({ type: 'headers', tMs: 300, statusCode: 200, headers, buffered: false });
      const hops = { ...STREAMING.hops, wait: wait ?? 0 };
      await end(running, { metrics: { ...WHOLE, ttftMs: ttftMs ?? 0, hops } });
    }
    screen.type('\x04');
    await screen.until((text) => text.includes('› #3'));
    screen.type('\r');
    await screen.until((text) => text.includes('Exchange #3') && !text.includes('open'));
    await shows(screen, golden('median'));
    screen.type('n');
    screen.type('p');
    screen.type('m');
    await screen.until((text) => rows < 9 || text.includes('#2 is marked'));
    clock.advance(5000);
    screen.type('n');
    await screen.until((text) => text.includes('#3 against #2') && !text.includes('is marked'));
    await shows(screen, golden('difference'));
  });

  test('two answers compared', async () => {
    const running = await startTui({ columns, rows });
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

  test('the panes, one after the other', async () => {
    const running = await startTui({ columns, rows });
    const { screen } = running;
    await ask(running);
    await end(running);
    screen.type('\t\t');
    await screen.until((text) => /› Request|^Request|^ Request/m.test(text));
    await shows(screen, golden('panes'));
  });

  test('the help', async () => {
    const { screen } = await startTui({ columns, rows });
    screen.type('?');
    await screen.until((text) => text.includes('Keys and commands'));
    await shows(screen, golden('help'));
  });
});

test("the list of modes says why one of them can't be used", async () => {
  const problem = 'OPENAI_API_KEY is not set: export OPENAI_API_KEY=sk-… and start again';
  const modes = createMemoryModes([SIMULATOR, { ...OPENAI, problem }]);
  const { screen } = await startTui({ columns: 60, rows: 20, modes });
  screen.type('/modes\r');
  await screen.until((text) => /openai +OPENAI_API_KEY is not set: export OPENAI.*…/.test(text));
});
