import { setTimeout as sleep } from 'node:timers/promises';
import { LoadExchanges } from '../../../connector/load-exchanges.js';
import type { LoadTarget } from '../../../connector/load-types.js';
import { type RehearsalServer, startRehearsalServer } from '../../../runtime/rehearsal-server.js';
import { openDirect } from '../direct.js';

const EVENTS = [
  '{"choices":[{"index":0,"delta":{"role":"assistant","content":"a"}}]}',
  '{"choices":[{"index":0,"delta":{"content":"b"},"finish_reason":"stop"}]}',
  '{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}',
  '[DONE]',
].map((data) => `data: ${data}\n\n`);

const RESPONSE = [
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n',
  ...EVENTS.map((event) => `${event.length.toString(16)}\r\n${event}\r\n`),
  '0\r\n\r\n',
];

const AT_A_TIME = 8;
const ROUNDS = 4;
/** The longest time for a rehearsal, in ms. */
const LIMIT_MS = 1000;

/**
 * Runs exchanges with a server in this thread, so that Node compiles the code before the first request of a test. The
 * first requests would otherwise take up to 20 ms longer, as if the provider needed them. Nothing is sent elsewhere.
 * Only bare connections are rehearsed. Never rejects.
 * @returns the number of complete answers; nothing depends on it
 */
export async function rehearse(target: LoadTarget): Promise<number> {
  const { baseUrl, access } = target.endpoint;
  let complete = 0;
  if (!baseUrl.startsWith('http:')) return complete;
  // Without an environment there is no proxy.
  const streamer = await openDirect({});
  let server: RehearsalServer | undefined;
  let exchanges: LoadExchanges | undefined;
  const limit = new AbortController();
  try {
    server = await startRehearsalServer(RESPONSE);
    const { url: _url, ...others } = access;
    const endpoint = { ...target.endpoint, baseUrl: `http://127.0.0.1:${server.port}/v1`, access: others };
    const running = new LoadExchanges(
      { ...target, endpoint, streamer, adaptations: new Map(), onNotice() {} },
      AT_A_TIME,
    );
    exchanges = running;
    const ask = async (): Promise<void> => {
      const messages = [{ role: 'user', content: 'a' }] as const;
      const { outcome } = await running.ask({ messages, onSent() {}, onGap() {} });
      if (outcome === 'complete') complete += 1;
    };
    const all = async (): Promise<void> => {
      for (let round = 0; round < ROUNDS; round += 1)
        await Promise.all(Array.from({ length: AT_A_TIME }, ask));
    };
    await Promise.race([all(), sleep(LIMIT_MS, undefined, { signal: limit.signal }).catch(() => {})]);
  } catch {
    // Without a rehearsal, only the first requests are slower, and the test reports its own delays.
  } finally {
    limit.abort();
    exchanges?.abort();
    exchanges?.close();
    server?.close();
    await streamer.close();
  }
  return complete;
}
