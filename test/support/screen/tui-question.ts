import type { ChatAnswer } from '../../../src/connector/types.js';
import { metricsOf } from '../chat/chat-ports.js';
import type { RunningTui } from './tui.js';

export const ANSWER = `# In short

A qubit is a weighted mix of 0 and 1 until it is measured; 量子コンピュータ work with many of them.

- Superposition: all inputs are worked on at once, in a way
- Interference: wrong results cancel each other out

\`\`\`ts
const qubit = [Math.SQRT1_2, Math.SQRT1_2];
\`\`\`
`;

export const STREAMING = metricsOf({
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

/** Sends a question whose answer streams, and advances the figures to 1.4 s later. */
export async function ask(
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

export const WHOLE = { ...STREAMING, phase: 'done', e2eMs: 1390 } as const;

/** Ends the answer, and removes the toasts about it. */
export async function end(
  { screen, chat, clock }: RunningTui,
  answer: Partial<ChatAnswer> = { metrics: WHOLE },
): Promise<void> {
  await chat.latest.end(answer);
  await screen.until((text) => !/answering|streaming|reading/.test(text));
  clock.advance(5000);
}
