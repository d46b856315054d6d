// What a frame of a streaming answer costs with 10,000 messages above it, against an empty conversation; and opening
// such a conversation. Rows only, ready to be written. Medians of 5. Run: tsx bench/frames.ts

import type { Message } from '../src/state/messages.js';
import { sanitize } from '../src/state/sanitize.js';
import { colourTheme } from '../src/ui/theme.js';
import { createViewport } from '../src/ui/transcript/viewport.js';
import { metricsOf, SIMULATOR } from '../test/support/chat-ports.js';
import { median } from './support/figures.js';

const RUNS = 5;
const FRAMES = 600;
const MESSAGES = 10_000;
const SIZE = { width: 86, height: 35 };
const AIM_RATIO = 1.2;
const AIM_OPEN_MS = 300;

const ANSWER = sanitize(`## Steps

A **short** answer with \`code\`, a [link](https://docs.example/a) and a list:

1. first, a sentence that is long enough to wrap at the width of the conversation pane, which is common
2. second
3. third

| name | value |
|------|------:|
| a    |     1 |
| b    |    22 |

\`\`\`ts
const answer = await ask('why'); // a line of code
\`\`\`
`);

const message = (id: number, text = ANSWER, streaming = false): Message =>
  id % 2 === 1
    ? { role: 'user', id, atMs: 0, text: `question ${id}` }
    : {
        role: 'assistant',
        id,
        atMs: 0,
        text,
        reasoning: '',
        endpoint: SIMULATOR,
        status: streaming
          ? { kind: 'streaming' }
          : { kind: 'complete', metrics: metricsOf({ ttftMs: 300 }), remarks: [] },
      };

/** ms a frame, at a rate of a token of four characters a frame. */
function frameMs(count: number): number {
  const messages = Array.from({ length: count }, (_, index) => message(index + 1));
  const viewport = createViewport(colourTheme);
  const id = count + 2 - (count % 2);
  const source = ANSWER.repeat(Math.ceil((FRAMES * 4) / ANSWER.length));
  const startMs = performance.now();
  for (let frame = 1; frame <= FRAMES; frame += 1) {
    messages[count] = message(id, source.slice(0, frame * 4), true);
    viewport.window({ messages, ...SIZE, scroll: { kind: 'follow' } });
  }
  return (performance.now() - startMs) / FRAMES;
}

function openMs(): number {
  const messages = Array.from({ length: MESSAGES }, (_, index) => message(index + 1));
  const startMs = performance.now();
  createViewport(colourTheme).window({ messages, ...SIZE, scroll: { kind: 'follow' } });
  return performance.now() - startMs;
}

frameMs(0);
frameMs(MESSAGES);
const empty: number[] = [];
const full: number[] = [];
const opened: number[] = [];
for (let run = 0; run < RUNS; run += 1) {
  empty.push(frameMs(0));
  full.push(frameMs(MESSAGES));
  opened.push(openMs());
}
const ratio = median(full) / median(empty);
process.stdout.write(
  [
    `rows of a frame, empty            ${median(empty).toFixed(3).padStart(8)} ms`,
    `rows of a frame, 10,000 messages  ${median(full).toFixed(3).padStart(8)} ms   ratio ${ratio.toFixed(2)}   aim ${AIM_RATIO}`,
    `opening 10,000 messages           ${median(opened).toFixed(1).padStart(8)} ms   aim ${AIM_OPEN_MS} ms`,
    '',
  ].join('\n'),
);
