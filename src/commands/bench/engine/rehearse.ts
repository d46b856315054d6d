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

const ROUNDS = 4;
/** The longest time for a rehearsal of one protocol, in ms. */
const LIMIT_MS = 1000;

/**
 * Runs exchanges with a server in this thread, so that Node compiles the code before the first request of a test. The
 * first requests would otherwise take up to 20 ms longer, as if the provider needed them. Nothing is sent elsewhere.
 * Requests through a proxy are not rehearsed. Never rejects.
 * @returns the number of complete answers; nothing depends on it
 */
export async function rehearse(target: LoadTarget): Promise<number> {
  let server: RehearsalServer | undefined;
  let complete = 0;
  try {
    if (target.endpoint.baseUrl.startsWith('http:')) {
      server = await startRehearsalServer(RESPONSE);
      return await rehearseWith(target, `http://127.0.0.1:${server.port}/v1`, {}, 8);
    }
    const { ANONYMOUS, startTlsRehearsalServer } = await import('../../../runtime/rehearsal-server-tls.js');
    server = await startTlsRehearsalServer(EVENTS);
    for (const http2 of [true, false]) {
      const tls = { verify: false, ciphers: ANONYMOUS, http2 };
      complete += await rehearseWith(target, `https://127.0.0.1:${server.port}/v1`, tls, 2);
    }
  } catch {
    // Without a rehearsal, only the first requests are slower, and the test reports its own delays.
  } finally {
    server?.close();
  }
  return complete;
}

/** @param tls the settings of the connections to the rehearsal's server */
async function rehearseWith(
  target: LoadTarget,
  baseUrl: string,
  tls: NonNullable<Parameters<typeof openDirect>[1]>,
  atATime: number,
): Promise<number> {
  const { url: _url, ...access } = target.endpoint.access;
  const endpoint = { ...target.endpoint, baseUrl, access };
  // Without an environment there is no proxy.
  const streamer = await openDirect({}, tls);
  const exchanges = new LoadExchanges(
    { ...target, endpoint, streamer, adaptations: new Map(), onNotice() {} },
    atATime,
  );
  const limit = new AbortController();
  let complete = 0;
  const ask = async (): Promise<void> => {
    const messages = [{ role: 'user', content: 'a' }] as const;
    const { outcome } = await exchanges.ask({ messages, onSent() {}, onGap() {} });
    if (outcome === 'complete') complete += 1;
  };
  const all = async (): Promise<void> => {
    for (let round = 0; round < ROUNDS; round += 1) await Promise.all(Array.from({ length: atATime }, ask));
  };
  try {
    await Promise.race([all(), sleep(LIMIT_MS, undefined, { signal: limit.signal }).catch(() => {})]);
  } finally {
    limit.abort();
    exchanges.abort();
    exchanges.close();
    await streamer.close();
  }
  return complete;
}
