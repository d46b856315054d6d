import { createTimeline } from '../metrics/timeline.js';
import { createChatStream } from '../sdk/index.js';

const SAMPLE = Buffer.from(
  [
    '{"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}',
    '{"choices":[{"index":0,"delta":{"content":"a"}}]}',
    '{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}',
    '[DONE]',
  ]
    .map((data) => `data: ${data}\n\n`)
    .join(''),
);

/** Parses a small built-in answer, so that Node compiles the code before the first real answer. Sends nothing. */
export function rehearse(): void {
  const timeline = createTimeline(0);
  const chat = createChatStream({ statusCode: 200, contentType: 'text/event-stream' }, (event) => {
    if (event.type === 'text')
      timeline.content({ kind: 'text', text: event.text, arrivedMs: 1, decodedMs: 1 });
  });
  chat.feed(SAMPLE);
  chat.end({ kind: 'closed' });
  timeline.end(2);
  timeline.snapshot(2);
}
