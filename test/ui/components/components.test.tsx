import { cleanup, render } from 'ink-testing-library';
import type { ReactElement } from 'react';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createActions } from '../../../src/state/actions.js';
import type { AppState } from '../../../src/state/app-state.js';
import { createAppStore } from '../../../src/state/store.js';
import { Footer, Header, StatusBar } from '../../../src/ui/components/bars.js';
import { SharedContext } from '../../../src/ui/components/context.js';
import { Side } from '../../../src/ui/components/side.js';
import { createKeymap } from '../../../src/ui/keys/bindings.js';
import { compose, type Region } from '../../../src/ui/screen/frame.js';
import type { Painter } from '../../../src/ui/screen/painter.js';
import { fill, plainText } from '../../../src/ui/style/line.js';
import { createViewport } from '../../../src/ui/transcript/viewport.js';
import { NO_SCREEN } from '../../support/chat/acting-chat.js';
import {
  CONNECTED,
  createMemoryChat,
  createMemoryConnection,
  createMemoryModes,
  metricsOf,
  SIMULATOR,
} from '../../support/chat/chat-ports.js';
import { createFakeClock } from '../../support/clocks/clock.js';

// The library's stdout has no number of rows. Ink then starts `tput` twice for each frame, unless these variables are set.
beforeEach(() => {
  vi.stubEnv('COLUMNS', '100');
  vi.stubEnv('LINES', '24');
});

afterEach(() => {
  cleanup();
  vi.unstubAllEnvs();
});

/** A component's text in this state, without trailing spaces. */
function shown(component: ReactElement, state: Partial<AppState> = {}): string {
  const connection = createMemoryConnection();
  const modes = createMemoryModes();
  const clock = createFakeClock(0);
  const store = createAppStore({ connection, modes, clock });
  store.setState(state);
  let regions: readonly Region[] = [];
  const painter: Painter = {
    show: (_owner, ...shownBy) => {
      regions = [...regions, ...shownBy];
    },
    remove() {},
    begin() {},
    pause() {},
    restyle() {},
    painted: async () => {},
  };
  const actions = createActions(store, {
    connection,
    chat: createMemoryChat(),
    modes,
    screen: NO_SCREEN,
    clock,
  });
  const shared = {
    store,
    actions,
    keymap: createKeymap().keymap,
    viewport: createViewport(),
    version: '0.1.0',
    painter,
    keyboard: { open: () => () => {}, leave: async () => {}, resume() {}, reportMouse() {} },
    onTerminal: () => {},
  };
  render(<SharedContext value={shared}>{component}</SharedContext>);
  actions.dispose();
  return compose(regions, { columns: 200, rows: 50 })
    .rows.map((row) =>
      row
        .reduce((text, { left, line, width }) => text.padEnd(left) + plainText(fill(line, width)), '')
        .trimEnd(),
    )
    .join('\n')
    .trimEnd();
}

const FOREIGN: AppState['connection'] = {
  status: 'connected',
  sinceMs: 0,
  daemon: { kind: 'foreign', rttMs: 0.4 },
};
const WAITING: AppState['connection'] = {
  status: 'waiting',
  attempt: 3,
  retryAtMs: 2100,
  error: 'connection refused',
};

describe('the connection pane', () => {
  const side = <Side width={30} height={20} />;
  test.each<[string, AppState['connection'], string[]]>([
    ['not connected', { status: 'idle' }, ['○ not connected', 'ctrl+r connects']],
    ['connecting', { status: 'connecting', attempt: 2 }, ['◌ connecting to the daemon', 'attempt 2']],
    [
      'waiting to reconnect',
      WAITING,
      ['○ reconnecting in 2.1 s', 'connection refused', 'attempt 3', 'ctrl+r: now'],
    ],
    [
      "connected, before the daemon's health",
      { status: 'connected', sinceMs: 0 },
      ['● connected', 'localhost:4545'],
    ],
    [
      'connected',
      CONNECTED,
      ['● connected', 'ping 0.2 ms', 'daemon 0.1.0', 'up 3 m', 'connections 8', '1 busy'],
    ],
    [
      'connected to a daemon that does not answer',
      { status: 'connected', sinceMs: 0, silentSinceMs: -2300 },
      ['◌ no answer', 'from the daemon for 2.3 s', 'localhost:4545', 'ctrl+r reconnects'],
    ],
    ['connected to a daemon that does not stream', FOREIGN, ['public daemon: buffered,', 'does not stream']],
  ])('shows the state %s', (_name, connection, words) => {
    const pane = shown(side, { connection, nowMs: 0 });
    for (const word of words) expect(pane).toContain(word);
  });

  test('counts a wait of more than ten seconds in whole seconds', () => {
    expect(shown(side, { connection: { ...WAITING, retryAtMs: 24_300 }, nowMs: 0 })).toContain(
      'reconnecting in 25 s',
    );
  });
});

test.each([40, 21])('the connection pane shows a whole retry notice of a screen of %i rows', (height) => {
  const retry = {
    attempt: 2,
    maxAttempts: 3,
    atMs: 64_000,
    statusCode: 429,
    reason: 'https://a.example answered 429',
  };
  const pane = shown(<Side width={30} height={height} />, { retry, nowMs: 0 });
  expect(pane).toContain('retry 2/3 in 64 s');
  expect(pane).toContain('answered 429 ');
});

describe('the request pane', () => {
  const side = <Side width={30} height={36} />;
  const running = (values: Parameters<typeof metricsOf>[0]): Partial<AppState> => ({
    request: { kind: 'running', metrics: metricsOf({ phase: 'streaming', ...values }) },
  });

  test('says that there is no request yet', () => {
    expect(shown(side)).toContain('no request yet');
  });

  test('leaves out unknown figures and marks estimates', () => {
    const pane = shown(side, running({ outputTokens: 12, tokensEstimated: true }));
    expect(pane).toMatch(/first token \(TTFT\) +–/);
    expect(pane).toMatch(/gaps p50\/p95 +–/);
    expect(pane).toMatch(/tokens +~12/);
  });

  test('shows a stall, attempts, and an answer that arrives in one piece', () => {
    expect(shown(side, running({ phase: 'stalled', stalledMs: 4200 }))).toContain('stalled 4.2 s');
    expect(shown(side, running({ attempts: 3 }))).toMatch(/attempts +3/);
    expect(shown(side, running({ buffered: true }))).toContain('buffered: does not stream');
  });

  test('draws the steps in order, each by its share; if not all fit, it draws the longest', () => {
    const hops = { client_to_daemon: 0.3, queue: 0.1, send: 50, wait: 100, paint: 25 };
    const pane = shown(side, running({ hops }));
    const steps = pane
      .split('\n')
      .flatMap(
        (row) => /(to daemon|daemon queue|send request|to 1st byte|draw) +[▏█].*\d/.exec(row)?.[0] ?? [],
      );
    expect(steps.map((step) => step.replace(/ +/g, ' '))).toEqual([
      'to daemon ▏ 0.3',
      'daemon queue ▏ 0.1',
      'send request ███ 50.0',
      'to 1st byte ██████ 100',
      'draw █▌ 25.0',
    ]);
    const low = shown(<Side width={30} height={21} />, running({ hops }));
    expect(low).toContain('to 1st byte');
    expect(low).not.toContain('daemon queue');
  });

  test('shows the unit of the steps once, and where most of the time passed', () => {
    const hops = { client_to_daemon: 0.3, send: 10, wait: 100, first_token: 1, paint: 4 };
    const pane = shown(side, running({ hops }));
    expect(pane).toMatch(/steps to first token +ms/);
    expect(pane).toContain('the provider took 88 %');
  });

  test('shows a quick failure in ms', () => {
    const metrics = metricsOf({ elapsedMs: 31 });
    expect(shown(side, { request: { kind: 'done', outcome: 'error', metrics } })).toMatch(/failed +31 ms/);
  });

  test('draws the output over time, with a few bars on a small screen', () => {
    const outputOverTime = { binMs: 1000, amounts: [0, 30, 60, 120], pauses: [] };
    const metrics = metricsOf({ phase: 'streaming', elapsedMs: 4000 });
    const request = { kind: 'running' as const, metrics, outputOverTime };
    expect(shown(<Side width={30} height={21} />, { request })).toContain('speed  ▃▃▃▅▅▇██');
    expect(shown(<Side width={30} height={37} />, { request })).toContain('│ ······▁▂▂▂▂▂▂▄▄▄▄▄▄▆██████ ');
  });
});

describe('the bars', () => {
  test('name the program, the conversation, the mode and the model', () => {
    const messages = [{ role: 'user' as const, id: 1, atMs: 0, text: 'What is a\nqubit?' }];
    expect(shown(<Header width={60} />, { messages })).toBe(
      ' vastar-tui   What is a            simulator  gpt-3.5-turbo',
    );
    expect(shown(<Header width={44} />, { messages })).toBe(' vastar-tui   Wh…  simulator  gpt-3.5-turbo');
  });

  test('show toasts with and without a footer', () => {
    const toast = { text: 'mode openai: gpt-4o-mini', untilMs: 1 };
    expect(shown(<Footer width={80} />, { toast })).toMatch(/^ mode openai: gpt-4o-mini .*\? help/);
    expect(shown(<StatusBar width={30} withMessages={true} />, { toast })).toBe('mode openai: gpt-4o-mini');
    expect(shown(<StatusBar width={40} withMessages={false} />, { toast })).toContain('● connected');
    expect(shown(<Footer width={80} />, { toast, quitArmedUntilMs: 1 })).toContain('ctrl+c again quits');
    const cleared = { text: 'cleared; ctrl+c again quits', untilMs: 1 };
    expect(shown(<Footer width={80} />, { toast: cleared, quitArmedUntilMs: 1 })).toContain('cleared;');
  });

  test('show as much of the request as fits, and a running request before the connection', () => {
    const metrics = metricsOf({
      phase: 'streaming',
      elapsedMs: 1400,
      ttftMs: 312,
      chunks: 3,
      outputTokens: 3,
      bytes: 99,
    });
    const request = { kind: 'running' as const, metrics };
    expect(shown(<StatusBar width={90} withMessages={false} />, { request })).toContain(
      'TTFT 312 ms      3 tok',
    );
    expect(shown(<StatusBar width={24} withMessages={false} />, { request })).toContain('streaming  1.4 s');
    expect(
      shown(<StatusBar width={24} withMessages={false} />, { request, connection: WAITING, nowMs: 0 }),
    ).toContain('retry in 2.1 s');
  });

  test('show a model with control sequences in its name as plain text', () => {
    const endpoint = { ...SIMULATOR, model: 'evil\x1b]0;title\x07 model' };
    expect(shown(<Header width={60} />, { endpoint })).toContain('evil model');
  });
});
