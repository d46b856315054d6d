// Wrote test/fixtures/sessions/v1.db, which stays as it is. Run: tsx test/sessions/make-v1.ts FILE
import { closeSync, openSync } from 'node:fs';
import { openDatabase } from '../../src/sessions/file/database.js';
import { migrate } from '../../src/sessions/file/open-file.js';

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error('give a file');
closeSync(openSync(path, 'wx', 0o600));
const database = openDatabase(path);
migrate(database, 1);
const atMs = Date.UTC(2026, 10, 1, 9);
database.run(
  `INSERT INTO sessions (id, title, preview, created_ms, used_ms, touched, head, model, tokens, messages, exchanges)
   VALUES ('00c0ffee0001', 'Why is the sky blue?', 'Because the', ?, ?, 1, 4, 'gpt-3.5-turbo', 120, 4, 2)`,
  atMs,
  atMs + 60_000,
);
const message = (role: string, text: string, parent: number | null, status: string): void => {
  database.run(
    `INSERT INTO messages (session, parent, role, at_ms, text, status, endpoint, model, writer, written_ms)
     VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[parent, role, atMs, text, status],
    ...(role === 'assistant' ? ['simulator', 'gpt-3.5-turbo'] : [null, null]),
    ...(status === 'streaming' ? [1, atMs] : [null, null]),
  );
};
message('user', 'Why is the sky blue?', null, 'complete');
message('assistant', 'Rayleigh scattering: short waves are scattered most.', 1, 'complete');
message('user', 'And why are sunsets red?', 2, 'complete');
message('assistant', 'Because the', 3, 'streaming');
for (const [question, answer, outcome] of [
  [1, 2, 'complete'],
  [3, null, 'error'],
] as const) {
  database.run(
    `INSERT INTO exchanges (session, question, answer, at_ms, endpoint, url, model, outcome, error, request, metrics)
     VALUES (1, ?, ?, ?, 'simulator', 'http://127.0.0.1:4545/v1/chat/completions', 'gpt-3.5-turbo', ?, ?, ?, ?)`,
    question,
    answer,
    atMs,
    outcome,
    outcome === 'error'
      ? JSON.stringify({ class: 'RateLimited', message: 'slow down', hop: 'provider', statusCode: 429 })
      : null,
    JSON.stringify({ model: 'gpt-3.5-turbo', stream: true }),
    JSON.stringify({ ttftMs: 312, e2eMs: 2100, promptTokens: 20, outputTokens: 40 }),
  );
}
database.close();
