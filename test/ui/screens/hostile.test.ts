import { expect, test } from 'vitest';
import { ConnectorException, ErrorClass } from '../../../src/common/errors.js';
import { CONNECTED, createMemoryModes, metricsOf, OPENAI, SIMULATOR } from '../../support/chat/chat-ports.js';
import { type RunningTui, type RunOptions, startTui } from '../../support/screen/tui.js';
import { ALL_HOSTILE, FORBIDDEN, HOSTILE, LAST_LINE } from '../../support/texts/hostile.js';

interface HostilePlace {
  options?: RunOptions;
  /** Puts the text into this place. */
  bring?: (running: RunningTui) => Promise<void> | void;
  /** A text that the screen shows then [the hostile text's last line]. */
  seen?: string;
}

async function ask({ screen, chat }: RunningTui): Promise<void> {
  screen.type('question\r');
  await screen.until(() => chat.exchanges.length > 0);
  chat.latest.start();
}

/** Opens the inspector at its end. */
async function inspect({ screen }: RunningTui): Promise<void> {
  await screen.until((text) => !/answering/.test(text));
  screen.type('\x04');
  await screen.until((text) => text.includes('› #1'));
  screen.type('\r');
  await screen.until((text) => text.includes('POST'));
  screen.type('\x1b[F');
}

/** A text on one line is only visible up to its width. */
const ANYTHING = 'vastar-tui';
const endpoint = { ...SIMULATOR, name: ALL_HOSTILE, model: ALL_HOSTILE, url: `http://x/${ALL_HOSTILE}` };
const each = Object.values(HOSTILE);

const PLACES: Record<string, HostilePlace> = {
  'an answer': {
    async bring(running) {
      await ask(running);
      running.chat.latest.text(ALL_HOSTILE);
      await running.chat.latest.end();
    },
  },
  'an answer cut at every character': {
    async bring(running) {
      await ask(running);
      for (const unit of ALL_HOSTILE.split('')) running.chat.latest.text(unit);
      running.clock.advance(100);
    },
  },
  'code in an answer, with a language and a link': {
    async bring(running) {
      await ask(running);
      const [title = ''] = each;
      running.chat.latest.text(
        `[a${title}](http://x/${title}) \`${title}\`\n\n| ${title} |\n|---|\n| ${title} |\n\n`,
      );
      running.chat.latest.text(`\`\`\`${title}\n${ALL_HOSTILE}\n\`\`\`\n`);
      await running.chat.latest.end();
    },
  },
  reasoning: {
    async bring(running) {
      await ask(running);
      running.chat.latest.emit({ type: 'reasoning', text: ALL_HOSTILE, tMs: 1 });
      await running.chat.latest.end();
      running.screen.type('/reasoning\r');
    },
  },
  'a refusal': {
    async bring(running) {
      await ask(running);
      running.chat.latest.emit({ type: 'refusal', text: ALL_HOSTILE, tMs: 1 });
      await running.chat.latest.end();
    },
  },
  'a call of a tool, and the finish reason': {
    async bring(running) {
      await ask(running);
      for (const [index, text] of each.entries()) {
        const call = { index, id: text, name: text, arguments: text };
        running.chat.latest.emit({ type: 'tool_call', ...call, tMs: 1 });
      }
      await running.chat.latest.end({
        toolCalls: each.map((text) => ({ id: text, name: text, arguments: text })),
        finishReason: ALL_HOSTILE,
      });
    },
    seen: 'calls ',
  },
  'an error': {
    async bring(running) {
      await ask(running);
      const error = new ConnectorException(ALL_HOSTILE.slice(0, 500), ErrorClass.Transient, 1);
      await running.chat.latest.end({ outcome: 'error', error });
    },
    seen: 'failed:',
  },
  'why a request is tried again': {
    async bring(running) {
      await ask(running);
      const retry = { attempt: 2, maxAttempts: 3, delayMs: 5000, reason: ALL_HOSTILE };
      running.chat.latest.emit({ type: 'retry', tMs: 1, ...retry });
      running.clock.advance(50);
    },
    seen: 'retry 2/3',
  },
  'headers in the inspector': {
    async bring(running) {
      await ask(running);
      const headers = Object.fromEntries(each.map((text, index) => [`x-${index}${text}`, text]));
      running.chat.latest.emit({ type: 'headers', tMs: 1, statusCode: 200, headers, buffered: false });
      await running.chat.latest.end();
      await inspect(running);
    },
    seen: 'x-19',
  },
  'events in the inspector': {
    async bring(running) {
      await ask(running);
      for (const text of each) {
        running.chat.latest.emit({ type: 'malformed', data: text, tMs: 1 });
        running.chat.latest.emit({
          type: 'tool_call',
          index: 0,
          id: text,
          name: text,
          arguments: text,
          tMs: 1,
        });
      }
      await running.chat.latest.end();
      await inspect(running);
    },
    seen: 'tool_call',
  },
  'why there is no connection': {
    bring: ({ connection }) =>
      connection.become({ status: 'waiting', attempt: 1, retryAtMs: 0, error: ALL_HOSTILE }),
    seen: 'reconnecting',
  },
  "the daemon's version and origins": {
    bring({ connection }) {
      if (CONNECTED.status !== 'connected' || CONNECTED.daemon?.kind !== 'vastar-tui') return;
      const { daemon } = CONNECTED;
      const origins = each.map((text) => ({
        ...daemon.health.origins[0],
        origin: `http://${text}`,
        circuit: text,
      }));
      const health = { ...daemon.health, version: ALL_HOSTILE, message: ALL_HOSTILE, origins };
      connection.become({ ...CONNECTED, daemon: { ...daemon, health } } as never);
    },
    seen: 'daemon',
  },
  'a notice': { options: { notices: [{ level: 'warning', text: ALL_HOSTILE }] } },
  'names of endpoint and model': {
    options: { modes: createMemoryModes([endpoint, { ...OPENAI, name: ALL_HOSTILE, problem: ALL_HOSTILE }]) },
    async bring({ screen }) {
      screen.type('/modes\r');
      await screen.until((text) => text.includes('Modes >'));
      screen.type('\x1b');
      await screen.until((text) => text.includes('Ask something'));
      screen.type('\x14');
    },
    seen: ANYTHING,
  },
  'both names while two are compared': {
    options: { modes: createMemoryModes([endpoint, { ...endpoint, name: `${ALL_HOSTILE}2` }]) },
    async bring({ screen, chat }) {
      screen.type('question');
      await screen.until((text) => text.includes('> question'));
      screen.type('\x02');
      await screen.until(() => chat.exchanges.length === 2);
      for (const exchange of chat.exchanges) exchange.text(ALL_HOSTILE);
      for (const exchange of chat.exchanges) await exchange.end({ metrics: metricsOf() });
    },
  },
  'the list of models': {
    options: { models: async () => each.map((text) => `model ${text}`) },
    async bring({ screen }) {
      screen.type('\x0f');
      await screen.until((text) => text.includes('Models >'));
      screen.type('\r');
    },
    seen: 'model:',
  },
  'why there is no list of models': {
    options: {
      models: () => Promise.reject(new Error(ALL_HOSTILE)),
    },
    bring: ({ screen }) => screen.type('\x0f'),
    seen: ANYTHING,
  },
  'the draft': {
    bring: ({ screen }) => screen.type(`\x1b[200~${each.slice(0, 3).join('')}drafted\x1b[201~`),
    seen: 'drafted',
  },
  'what an external editor saved': {
    options: { editText: async () => `${each.slice(0, 8).join('\n')}\nedited` },
    bring: ({ screen }) => screen.type('\x18'),
    seen: 'edited',
  },
  "the conversation's name and the system prompt": {
    async bring({ screen }) {
      // A command has one line.
      const { 'line breaks': _lines, ...others } = HOSTILE;
      const text = Object.values(others).join('');
      screen.type(`\x1b[200~/name named${text}\x1b[201~`);
      await screen.until((shown) => shown.includes('/name named'));
      screen.type('\r');
      await screen.until((shown) => !shown.includes('/name named'));
      screen.type(`\x1b[200~/system ${text}\x1b[201~`);
      await screen.until((shown) => shown.includes('/system'));
      screen.type('\r');
      await screen.until((shown) => shown.includes('system prompt set'));
      screen.type('/system\r');
    },
    seen: 'named',
  },
  'what is searched for': {
    async bring(running) {
      await ask(running);
      await running.chat.latest.end();
      running.screen.type('\x06');
      await running.screen.until((text) => text.includes('search'));
      running.screen.type(`\x1b[200~found${each.join('')}\x1b[201~`);
    },
    seen: 'search found',
  },
  'what narrows the palette': {
    async bring({ screen }) {
      screen.type('\x10');
      await screen.until((text) => text.includes('Actions >'));
      screen.type(`\x1b[200~narrow${each.join('')}\x1b[201~`);
    },
    seen: '> narrow',
  },
  'settings of the configuration': {
    options: { settings: { system: ALL_HOSTILE, body: { [ALL_HOSTILE]: ALL_HOSTILE } } },
    async bring({ screen }) {
      screen.type('/system\r');
      await screen.until((text) => text.includes('system prompt:'));
      screen.type('/set\r');
    },
    seen: ANYTHING,
  },
};

test.each(Object.entries(PLACES))(
  'hostile text sends no control sequence from %s',
  async (_place, hostile) => {
    const { options = {}, bring, seen = LAST_LINE } = hostile;
    const tui = await startTui({ columns: 120, rows: 60, ...options });
    await bring?.(tui);
    await tui.screen.until((text) => text.includes(seen));
    expect(tui.screen.events).toEqual([]);
    expect(tui.screen.text().replaceAll('\n', '')).not.toMatch(FORBIDDEN);
    expect(tui.screen).toMatchObject({ alternate: true, rawMode: true });
    // The frame is complete, so the text broke or overran no line.
    const rows = tui.screen.rows();
    expect(rows).toHaveLength(60);
    expect(rows.filter((row) => row.startsWith('└')).length).toBe(1);
    for (const row of rows.slice(1, -3)) expect(row.at(0) ?? '').toMatch(/[│┌├└ ]?/);
  },
);

test('hostile text sends no control sequence in plain lines for screen readers', async () => {
  const tui = await startTui({ screenReader: true, notices: [{ level: 'warning', text: ALL_HOSTILE }] });
  await ask(tui);
  tui.chat.latest.text(ALL_HOSTILE);
  const error = new ConnectorException(ALL_HOSTILE.slice(0, 300), ErrorClass.Transient, 1);
  await tui.chat.latest.end({ outcome: 'error', error });
  await tui.screen.until((text) => text.includes('failed'));
  expect(tui.screen.events).toEqual([]);
});
