// Measures opening, listing and searching a file with 100,000 exchanges, and opening a conversation of 10,000 messages
// up to its rows on the screen. Also measures the cost of saving while an answer streams. Medians of 5.
// Run: tsx bench/sessions.ts [exchanges]
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FinishedExchange } from '../src/sessions/exchange-table.js';
import { openSessions, type SessionStore } from '../src/sessions/store.js';
import { initialState } from '../src/state/app-state.js';
import { restored } from '../src/state/sessions/saved.js';
import { createViewport } from '../src/ui/transcript/viewport.js';
import { seededRandom } from '../test/support/run/random.js';
import { median } from './support/figures.js';

const EXCHANGES = Number(process.argv[2] ?? 100_000);
const PER_SESSION = 20;
const RUNS = 5;
const ENDPOINT = { name: 'openai', url: 'https://api.openai.com', model: 'gpt-4o' };
const random = seededRandom(1);
const WORDS = Array.from({ length: 4000 }, (_, index) => `w${index.toString(36)}${'aeiou'[index % 5]}`);
// Word frequencies decrease as in real language: the first words are in nearly every text.
const words = (count: number): string =>
  Array.from({ length: count }, () => WORDS[Math.floor(WORDS.length * random() ** 3)]).join(' ');

// The same for a script without spaces. The fourth character never follows the third.
const SIGNS = Array.from({ length: 2000 }, (_, index) =>
  String.fromCodePoint((index < 80 ? 0x3042 : 0x4e00) + index),
);
const sign = (index: number): string => SIGNS[index] ?? '';
const signs = (count: number): string =>
  Array.from({ length: count }, () => sign(Math.floor(SIGNS.length * random() ** 4)))
    .join('')
    .replace(new RegExp(`${sign(2)}${sign(3)}+`, 'g'), sign(2));

const dir = mkdtempSync(join(tmpdir(), 'vastar-bench-'));
const path = join(dir, 'sessions.db');
try {
  fill();
  const size = (statSync(path).size / 1024 / 1024).toFixed(0);
  process.stdout.write(`${EXCHANGES} exchanges in ${EXCHANGES / PER_SESSION} sessions, ${size} MB\n`);
  measure('open', 50, () => openSessions(path).close());
  const store = openSessions(path);
  measure('list 200', 50, () => store.list());
  measure('list all', 50, () => store.list({ limit: EXCHANGES }));
  const queries = [
    'w0a',
    'w0a w1e',
    '"w0a w1e"',
    'w2si',
    'wombat',
    'ttft>2s',
    'w0a ttft>2s',
    'w2si ttft>2s',
    'w0a error:429',
    'w0a model:o3',
    'w0a model:none',
    'model:none',
    'error:429 ttft>4s',
    'w0a after:1d',
    'tokens>498',
    'before:2020-01-01',
    sign(0),
    sign(0) + sign(1),
    sign(2) + sign(3),
    signs(3),
    sign(1500),
    sign(1500) + sign(1600),
    `${sign(2)}${sign(3)} ttft>2s`,
  ];
  for (const query of queries) measure(`search ${query}`, 100, () => store.search(`${query} `));
  for (const typed of ['w', 'w0', 'w0a', 'wom'])
    measure(`search ${typed} (typing)`, 100, () => store.search(typed));
  const [session] = store.list({ limit: 1 });
  if (session !== undefined) measure('read one session', 50, () => store.load(session.id));
  const long = longConversation(store);
  measure('open 10,000 messages', 300, () => shownConversation(store, long));
  measureSaving(store);
  store.close();
} finally {
  rmSync(dir, { recursive: true, force: true });
}

function fill(): void {
  const store = openSessions(path);
  for (let index = 0; index < EXCHANGES / PER_SESSION; index += 1) {
    // Half of the texts use a script without spaces.
    const [short, long] =
      index % 2 === 0 ? [() => words(15), () => words(60)] : [() => signs(30), () => signs(300)];
    store.together(() => {
      const { id } = store.create(words(5));
      let parentId: number | null = null;
      for (let turn = 0; turn < PER_SESSION; turn += 1) {
        const question = store.append(id, { role: 'user', text: short(), parentId });
        parentId = store.beginAnswer(id, { parentId: question, endpoint: 'openai', model: 'gpt-4o' });
        const failed = random() < 0.01;
        store.finishAnswer(parentId, {
          text: failed ? '' : long(),
          status: failed ? 'error' : 'complete',
          exchange: finished(failed),
        });
      }
    });
  }
  store.close();
}

function finished(failed: boolean): FinishedExchange {
  return {
    atMs: Date.now(),
    endpoint: 'openai',
    url: 'https://api.openai.com/v1/chat/completions',
    model: random() < 0.1 ? 'o3' : 'gpt-4o',
    outcome: failed ? 'error' : 'complete',
    ...(failed && {
      error: { class: 'RateLimited', message: 'slow down', hop: null, statusCode: 429 },
    }),
    request: { model: 'gpt-4o', stream: true },
    metrics: {
      ttftMs: 200 + 5000 * random() ** 4,
      e2eMs: 4000,
      outputTokens: Math.floor(500 * random()),
    },
  };
}

/** Saves a conversation of 5,000 questions and answers. Returns its id. */
function longConversation(store: SessionStore): string {
  return store.together(() => {
    const { id } = store.create('long');
    let parentId: number | null = null;
    for (let turn = 0; turn < 5000; turn += 1) {
      const question = store.append(id, { role: 'user', text: words(15), parentId });
      parentId = store.beginAnswer(id, { parentId: question, endpoint: 'openai', model: 'gpt-4o' });
      store.finishAnswer(parentId, { text: words(60), status: 'complete', exchange: finished(false) });
    }
    return id;
  });
}

/** Does the work between choosing a session and showing its last rows. */
function shownConversation(store: SessionStore, id: string): number {
  const { state } = restored(initialState({ status: 'idle' }, ENDPOINT, 0), store.open(id));
  const viewport = createViewport();
  return viewport.window({ ...state, width: 84, height: 34 }).rows.length;
}

function measureSaving(store: SessionStore): void {
  const { id } = store.create('streaming');
  measure('a question', 5, () => store.append(id, { role: 'user', text: words(15), parentId: null }));
  for (const [size, aimMs] of [
    [1000, 2],
    [10_000, 2],
    [100_000, 5],
  ] as const) {
    const answer = store.beginAnswer(id, { parentId: null, endpoint: 'openai', model: 'gpt-4o' });
    const text = words(size / 5).slice(0, size);
    measure(`checkpoint of ${size / 1000} kB`, aimMs, () => store.checkpoint(answer, { text }));
  }
}

function measure(what: string, aimMs: number, work: () => unknown): void {
  const times = Array.from({ length: RUNS }, () => {
    const startMs = performance.now();
    work();
    return performance.now() - startMs;
  });
  const worst = Math.max(...times);
  process.stdout.write(
    `${what.padEnd(26)} median ${median(times).toFixed(1).padStart(7)} ms   worst ${worst.toFixed(1).padStart(7)} ms   aim ${aimMs} ms\n`,
  );
}
