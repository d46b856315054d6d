import { expect, test } from 'vitest';
import type { ChatMessage } from '../../../src/connector/messages.js';
import { createExchangeLog, type ExchangeLog } from '../../../src/state/exchange/exchange-log.js';
import { DEFAULT_HINTS } from '../../../src/state/view/key-hints.js';
import { inspectorLines } from '../../../src/ui/panes/inspector/detail.js';
import { exchangeListLines } from '../../../src/ui/panes/inspector/list.js';
import { plainText } from '../../../src/ui/style/line.js';
import { answerOf, requestOf, SIMULATOR } from '../../support/chat/chat-ports.js';

const user = (content: string): ChatMessage => ({ role: 'user', content });

/** Logs an ended exchange with this many events of ten characters. */
function exchange(log: ExchangeLog, messages: readonly ChatMessage[], events = 1): void {
  const recorder = log.begin({ atMs: 0, endpoint: SIMULATOR });
  recorder.take(requestOf({ model: 'm', messages }));
  for (let event = 0; event < events; event += 1)
    recorder.take({ type: 'text', tMs: event, text: 'ten chars.' });
  recorder.end(answerOf());
}

function size(log: ExchangeLog): number {
  return log
    .all()
    .reduce(
      (sum, { request, events }) => sum + (request?.body.length ?? 0) + events.length * 'ten chars.'.length,
      0,
    );
}

test('a request of ordinary length is kept unchanged', () => {
  const log = createExchangeLog();
  const body = { model: 'm', temperature: 0.5, messages: [user('one'), user('two')] };
  const recorder = log.begin({ atMs: 0, endpoint: SIMULATOR });
  expect(log.all()[0]?.request).toBeUndefined();
  const { method, url, headers } = requestOf(body);
  recorder.take(requestOf(body));
  expect(log.all()[0]?.request).toMatchObject({ method, url, headers });
  expect(JSON.parse(log.all()[0]?.request?.body ?? '')).toEqual(body);
});

test.each([
  ['an image', { type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(5000)}` } }],
  ["Anthropic's image", { type: 'image', source: { type: 'base64', data: 'A'.repeat(5000) } }],
])('%s is replaced by its length; the text beside it is kept', (_what, part) => {
  const log = createExchangeLog();
  const content = [{ type: 'text', text: 'See' }, part];
  log.begin({ atMs: 0, endpoint: SIMULATOR }).take(requestOf({ messages: [{ role: 'user', content }] }));
  const request = log.all()[0]?.request?.body ?? '';
  expect(request).toMatch(/"(data:image\/png;base64,)?… 5000 characters"/);
  expect(request).toContain('"See"');
});

test('a long conversation is cut to its newest messages and the number of earlier ones', () => {
  const log = createExchangeLog();
  const messages = Array.from({ length: 100 }, (_, index) => user(`${index} ${'x'.repeat(9000)}`));
  exchange(log, messages);
  const request = log.all()[0]?.request?.body ?? '';
  expect(request).toContain('"99 xxx');
  expect(request).toContain('"model": "m"');
  expect(request).not.toContain('"50 xxx');
  expect(request).toMatch(/and 92 earlier messages, which are not kept here$/);
  expect(request.length).toBeLessThan(80_000);
});

test('a long message is cut to its beginning', () => {
  const log = createExchangeLog();
  exchange(log, [user('y'.repeat(1_000_000))]);
  const request = log.all()[0]?.request?.body ?? '';
  expect(request).toContain('… and 934464 more');
  expect(request.length).toBeLessThan(70_000);
});

test('the log is bounded: the newest exchanges are whole, and older ones say that they were dropped', () => {
  const log = createExchangeLog();
  for (let count = 0; count < 200; count += 1) exchange(log, [user('z'.repeat(60_000))], 2000);
  const all = log.all();
  expect(all).toHaveLength(50);
  expect(size(log)).toBeLessThan(1_200_000);
  expect(all[0]).toMatchObject({ number: 200, dropped: false });
  expect(all[0]?.events.length).toBeGreaterThan(1000);
  const [oldest] = all.slice(-1);
  expect(oldest).toMatchObject({ number: 151, dropped: true, events: [], left: 2000 });
  expect(oldest?.request).toBeUndefined();
  if (oldest === undefined) return;
  const shown = inspectorLines(oldest, all, DEFAULT_HINTS, 80).map(plainText).join('\n');
  expect(shown).toContain('were dropped to make room for later exchanges');
  expect(shown).toContain('Events: 2,000');
  expect(exchangeListLines(all, { chosen: 200 }, DEFAULT_HINTS, 80, 20).map(plainText)[0]).toContain(
    'the last 50 of 200',
  );
});

test('a running exchange keeps its request and events when many others follow', () => {
  const log = createExchangeLog();
  const running = log.begin({ atMs: 0, endpoint: SIMULATOR });
  running.take(requestOf({ messages: [user('kept')] }));
  for (let count = 0; count < 40; count += 1) exchange(log, [user('z'.repeat(60_000))]);
  running.take({ type: 'text', tMs: 1, text: 'late' });
  const entry = log.all().at(-1);
  expect(entry?.request?.body).toContain('kept');
  expect(entry?.events).toHaveLength(1);
});

test('a long conversation called `input` in its wire format is cut to its newest items too', () => {
  const log = createExchangeLog();
  const recorder = log.begin({ atMs: 0, endpoint: SIMULATOR });
  const input = [{ type: 'function_call_output', output: 'x'.repeat(70_000) }, user('newest')];
  recorder.take(requestOf({ model: 'm', instructions: 'Be brief.', input }));
  const body = log.all()[0]?.request?.body ?? '';
  expect(body).toContain('newest');
  expect(body).toContain('Be brief.');
});
