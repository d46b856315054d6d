// The client process of a benchmark. Its first argument is the daemon's socket.
import OpenAI from 'openai';
import { Agent } from 'undici';
import { createChatStream, RuntimeClient } from '../../src/sdk/index.js';
import { answer } from './answers.js';
import { monotonicUs, percentile } from './figures.js';

/** The client library that reads the streams. */
export type Way = 'undici' | 'openai' | 'sdk';

export interface StreamTask {
  way: Way;
  base: string;
  count: number;
  /** Whether lags are measured. Default: true. */
  lags?: boolean;
}

/** The result of one stream. */
export interface StreamFigures {
  deltas: number;
  /** Deltas that arrived whole, once and in order. */
  inOrder: number;
  lagP50Us: number;
  lagP99Us: number;
  cpuUs: number;
  wallMs: number;
}

const [, , socketPath = ''] = process.argv;
const BODY = JSON.stringify({ model: 'bench', stream: true, messages: [{ role: 'user', content: 'go' }] });
const HEADERS = { 'content-type': 'application/json', authorization: 'Bearer sk-bench' };
const HEAD = { statusCode: 200, contentType: 'text/event-stream' };

const agent = new Agent();
const clients: RuntimeClient[] = [];
const clientAt = (index: number): RuntimeClient => {
  clients[index] ??= new RuntimeClient({ socketPath, useTcp: false });
  return clients[index];
};

type OnText = (text: string) => void;

/** Reads one chat completion and reports each delta's text. */
const READ: Record<Way, (base: string, onText: OnText) => Promise<unknown>> = {
  undici: (base, onText) =>
    new Promise<void>((resolve, reject) => {
      const url = new URL(`${base}/chat/completions`);
      const chat = createChatStream(HEAD, (event) => event.type === 'text' && onText(event.text));
      agent.dispatch(
        { origin: url.origin, path: url.pathname, method: 'POST', headers: HEADERS, body: BODY },
        {
          onRequestStart() {},
          onResponseStart() {},
          onResponseData: (_controller, bytes) => chat.feed(bytes),
          onResponseEnd: () => resolve(),
          onResponseError: (_controller, error) => reject(error),
        },
      );
    }),
  async openai(base, onText) {
    const client = new OpenAI({ baseURL: base, apiKey: 'sk-bench', maxRetries: 0 });
    const stream = await client.chat.completions.create({
      model: 'bench',
      stream: true,
      messages: [{ role: 'user', content: 'go' }],
    });
    for await (const piece of stream) {
      const text = piece.choices[0]?.delta.content;
      if (text) onText(text);
    }
  },
  sdk(base, onText) {
    const chat = createChatStream(HEAD, (event) => event.type === 'text' && onText(event.text));
    return clientAt(0).streamHTTP(
      { method: 'POST', url: `${base}/chat/completions`, headers: HEADERS, body: BODY, timeoutMs: 600_000 },
      {
        onEvent: (event) => {
          if (event.type === 'chunk') chat.feed(event.data);
        },
      },
    );
  },
};

/** Checks that each delta arrives whole, once and in order. Also collects lags, which costs a little. */
function collector(expected: number, timed = true) {
  const lags = new Float64Array(expected);
  let deltas = 0;
  let inOrder = 0;
  return {
    lags: () => lags.subarray(0, deltas),
    onText(text: string): void {
      const colon = text.indexOf(':');
      if (text === `${text.slice(0, colon)}:${deltas} `) inOrder += 1;
      if (timed && deltas < expected) lags[deltas] = monotonicUs() - Number(text.slice(0, colon));
      deltas += 1;
    },
    counts: () => ({ deltas, inOrder }),
  };
}

const cpuUs = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

answer('stream', async ({ way, base, count, lags = true }: StreamTask): Promise<StreamFigures> => {
  const collected = collector(count, lags);
  const before = cpuUs();
  const startMs = performance.now();
  await READ[way](base, collected.onText);
  const wallMs = performance.now() - startMs;
  const used = cpuUs() - before;
  return {
    ...collected.counts(),
    lagP50Us: percentile(collected.lags(), 0.5),
    lagP99Us: percentile(collected.lags(), 0.99),
    cpuUs: used,
    wallMs,
  };
});

interface StreamsTask {
  way: Way;
  base: string;
  count: number;
  streams: number;
}

answer('streams', async ({ way, base, count, streams }: StreamsTask) => {
  const collected = Array.from({ length: streams }, () => collector(count));
  await Promise.all(collected.map(({ onText }) => READ[way](base, onText)));
  const lags = Float64Array.from(collected.flatMap((one) => [...one.lags()]));
  let deltas = 0;
  let inOrder = 0;
  for (const one of collected) {
    deltas += one.counts().deltas;
    inOrder += one.counts().inOrder;
  }
  return { deltas, inOrder, lagP50Us: percentile(lags, 0.5), lagP99Us: percentile(lags, 0.99) };
});

/**
 * Sends requests one after the other on each of `lanes` at once. A lane has its own connection, or shares the first.
 */
answer('requests', async (options: { base: string; count: number; lanes: number; shared: boolean }) => {
  const startMs = performance.now();
  let left = options.count;
  const lane = async (index: number): Promise<void> => {
    const client = clientAt(options.shared ? 0 : index);
    while (left > 0) {
      left -= 1;
      const response = await client.executeHTTP({ method: 'GET', url: `${options.base}/small` });
      if (response.statusCode !== 200) throw new Error(`status ${response.statusCode}`);
    }
  };
  await Promise.all(Array.from({ length: options.lanes }, (_, index) => lane(index)));
  return { wallMs: performance.now() - startMs };
});

/** Starts readers that read the first chunk and then stop until the process ends. */
answer('stall', async ({ base, bytes, readers }: { base: string; bytes: number; readers: number }) => {
  const first = Array.from({ length: readers }, () => {
    const stopped = Promise.withResolvers<void>();
    const never = new Promise<void>(() => {});
    clientAt(1)
      .streamHTTP(
        { method: 'GET', url: `${base}/flood/${bytes}`, timeoutMs: 600_000 },
        {
          onEvent(event) {
            if (event.type !== 'chunk') return undefined;
            stopped.resolve();
            return never;
          },
        },
      )
      .catch(stopped.reject);
    return stopped.promise;
  });
  await Promise.all(first);
});

/** Runs one round of all kinds of requests at once, including faults. Counts unexpected failures. */
answer('mixed', async ({ base }: { base: string }) => {
  let unexpected = 0;
  let done = 0;
  const expectOk = async (work: Promise<unknown>): Promise<void> => {
    await work.then(
      () => {
        done += 1;
      },
      () => {
        unexpected += 1;
      },
    );
  };
  const get = (path: string, tenantId = 'default'): Promise<unknown> =>
    clientAt(0).executeHTTP({ method: 'GET', url: `${base}${path}`, tenantId });
  // The faulty tenant's failures open its own circuit, so its requests may be refused without an attempt.
  const expectRefusal = (error: unknown): void => {
    if (!/the circuit for .* is open/.test(String(error))) throw error;
  };
  const leaving = async (): Promise<void> => {
    const client = new RuntimeClient({ socketPath, useTcp: false });
    const begun = Promise.withResolvers<void>();
    const stream = client.streamHTTP(
      { method: 'GET', url: `${base}/rate/20/count/1000` },
      { onEvent: () => begun.resolve() },
    );
    stream.catch(begun.reject);
    await begun.promise;
    await client.close();
  };
  const cancelled = async (): Promise<void> => {
    const stop = new AbortController();
    const { outcome } = await clientAt(0).streamHTTP(
      { method: 'GET', url: `${base}/rate/20/count/1000` },
      {
        signal: stop.signal,
        onEvent: (event) => {
          if (event.type === 'chunk') stop.abort();
        },
      },
    );
    if (outcome !== 'cancelled') throw new Error(outcome);
  };
  const cut = async (): Promise<void> => {
    const failed = await clientAt(0)
      .streamHTTP({ method: 'GET', url: `${base}/fault/cut`, tenantId: 'faulty' })
      .then(
        () => false,
        () => true,
      );
    if (!failed) throw new Error('a cut stream was taken for whole');
  };
  await Promise.all([
    ...Array.from({ length: 20 }, () => expectOk(READ.sdk(`${base}/rate/50/count/100`, () => {}))),
    ...Array.from({ length: 100 }, () => expectOk(get('/small'))),
    ...Array.from({ length: 5 }, () => expectOk(get('/fault/500', 'faulty').catch(expectRefusal))),
    ...Array.from({ length: 5 }, () => expectOk(cancelled())),
    ...Array.from({ length: 5 }, () => expectOk(cut())),
    ...Array.from({ length: 5 }, () => expectOk(leaving())),
  ]);
  return { done, unexpected };
});
