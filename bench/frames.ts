// Compares the cost of a frame of a streaming answer below 10,000 messages and below one screenful of messages. Also
// measures opening such a conversation: computing its rows, and painting them to a terminal that accepts everything.
// Frames are measured in CPU time of the thread, which other programs disturb less than wall-clock time. Medians of 9.
// Run: tsx bench/frames.ts

import { Writable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Message } from '../src/state/messages.js';
import { sanitize } from '../src/state/text/sanitize.js';
import { createPainter } from '../src/ui/screen/painter.js';
import { colourTheme } from '../src/ui/style/theme.js';
import { createViewport } from '../src/ui/transcript/viewport.js';
import { metricsOf, SIMULATOR } from '../test/support/chat/chat-ports.js';
import { median } from './support/figures.js';

const RUNS = 9;
const FRAMES = 600;
const MESSAGES = 10_000;
/** Enough to fill the screen. */
const SCREENFUL = 20;
const SIZE = { width: 86, height: 35 };
const AIM_RATIO = 1.05;
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

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** A stand-in for a terminal of 120 x 40, with the members that the painter uses. */
function terminal(): NodeJS.WriteStream {
  const sink = new Writable({ write: (_chunk, _encoding, done) => done() });
  return Object.assign(sink, { columns: 120, rows: 40 }) as unknown as NodeJS.WriteStream;
}

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** Returns the ms for a frame, with one token of four characters in each frame. */
async function frameMs(count: number): Promise<number> {
  const messages = Array.from({ length: count }, (_, index) => message(index + 1));
  const viewport = createViewport();
  const painter = createPainter(terminal(), colourTheme);
  painter.begin();
  const paint = (): Promise<void> => {
    const { rows } = viewport.window({ messages, ...SIZE, scroll: { kind: 'follow' } });
    painter.show(viewport, {
      place: () => ({ x: 2, y: 2 }),
      rows: rows.map(({ line }) => line),
      width: SIZE.width,
    });
    return painter.painted();
  };
  const id = count + 2 - (count % 2);
  const source = ANSWER.repeat(Math.ceil((FRAMES * 4) / ANSWER.length));
  // Collect garbage now, so that the messages are not moved while frames are timed.
  collectGarbage();
  const startMs = cpuMs();
  for (let frame = 1; frame <= FRAMES; frame += 1) {
    messages[count] = message(id, source.slice(0, frame * 4), true);
    await paint();
  }
  return (cpuMs() - startMs) / FRAMES;
}

function openMs(): number {
  const messages = Array.from({ length: MESSAGES }, (_, index) => message(index + 1));
  const startMs = performance.now();
  createViewport().window({ messages, ...SIZE, scroll: { kind: 'follow' } });
  return performance.now() - startMs;
}

await frameMs(SCREENFUL);
await frameMs(MESSAGES);
const screenful: number[] = [];
const full: number[] = [];
const opened: number[] = [];
for (let run = 0; run < RUNS; run += 1) {
  screenful.push(await frameMs(SCREENFUL));
  full.push(await frameMs(MESSAGES));
  opened.push(openMs());
}
const ratio = median(full) / median(screenful);
process.stdout.write(
  [
    `a frame, 20 messages              ${median(screenful).toFixed(3).padStart(8)} ms`,
    `a frame, 10,000 messages          ${median(full).toFixed(3).padStart(8)} ms   ratio ${ratio.toFixed(2)}   aim ${AIM_RATIO}`,
    `rows of 10,000 messages, opened   ${median(opened).toFixed(1).padStart(8)} ms   aim ${AIM_OPEN_MS} ms`,
    '',
  ].join('\n'),
);
