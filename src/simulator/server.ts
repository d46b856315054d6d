import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { messageOf } from '../errors.js';
import { VERSION } from '../version.js';
import { type Clock, systemClock } from './clock.js';
import { DEFAULT_HOST, DEFAULT_PORT, DEFAULT_TOKENS_PER_SECOND, DEFAULT_TTFT_MS } from './defaults.js';
import { type ExchangeObserver, type ExchangeRecord, serveExchange } from './exchange.js';
import { createRandom } from './random.js';
import type { Surroundings } from './routes.js';
import { checkLimits, typicalTiming } from './timing.js';

export type { ExchangeRecord };

/** `name` in the body of `GET /health`: how a simulator is told from another server at its address. */
export const SIMULATOR_NAME = 'vastar-tui simulator';

export interface SimulatorOptions {
  /**
   * The address to listen on [127.0.0.1]. Any other is allowed, for containers: the simulator holds no
   * secrets and looks at no key. Who can reach it can use it, and cost it CPU.
   */
  host?: string;
  /** [4545]; 0: the system picks a free one. */
  port?: number;
  /** Mean time to first token in milliseconds [300]. */
  ttftMs?: number;
  /** Mean output tokens a second [80]. */
  tokensPerSecond?: number;
  /** Makes all that is random (jitter, ids, choice of words) the same in every run. */
  seed?: number;
  /** Told of every exchange once it is over. Must not throw. */
  onExchange?: (exchange: ExchangeRecord) => void;
  /** [the system's] */
  clock?: Clock;
}

export interface SimulatorStats {
  uptimeMs: number;
  /** Requests that have come so far. */
  requests: number;
  /** Chat completions being answered now, streamed or not. */
  streamsOpen: number;
  /** Output tokens sent so far. */
  tokensSent: number;
}

export interface Simulator {
  /** E.g. `http://127.0.0.1:4545`. */
  url: string;
  port: number;
  stats(): SimulatorStats;
  /** Ends every answer and connection, then the server. May be called more than once. */
  close(): Promise<void>;
}

/** The simulator cannot listen where it should; the message says what to do. */
export class SimulatorStartError extends Error {
  override readonly name = 'SimulatorStartError';
  /** The system's code, e.g. `EADDRINUSE`. */
  readonly code: string;

  constructor(message: string, code: string, cause: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

const NO_SUCH_ADDRESS = 'this machine has no such address. Leave --host out to listen on 127.0.0.1.';
const ADVICE: Record<string, string> = {
  EADDRINUSE: 'the port is in use. Choose another with --port, or --port 0 for any free one.',
  EACCES: 'this user may not use the port. Choose one above 1023 with --port.',
  EADDRNOTAVAIL: NO_SUCH_ADDRESS,
  ENOTFOUND: NO_SUCH_ADDRESS,
};

/** Longer than clients keep idle connections, so that it is theirs to close them. */
const KEEP_ALIVE_MS = 75_000;
/** A request that has not come in whole by then is given up. */
const REQUEST_LIMIT_MS = 60_000;

/**
 * Starts the simulator; resolves when it listens.
 * @param signal closes it, whenever it aborts
 * @throws {SimulatorStartError} when it cannot listen there
 * @throws {RangeError} when a number is outside its limits
 */
export async function startSimulator(
  options: SimulatorOptions = {},
  signal?: AbortSignal,
): Promise<Simulator> {
  signal?.throwIfAborted();
  const { host = DEFAULT_HOST, port = DEFAULT_PORT, clock = systemClock } = options;
  const { ttftMs = DEFAULT_TTFT_MS, tokensPerSecond = DEFAULT_TOKENS_PER_SECOND } = options;
  checkLimits('ttftMs', ttftMs);
  checkLimits('tokensPerSecond', tokensPerSecond);
  const timing = typicalTiming(ttftMs, tokensPerSecond);
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 32);

  const startedMs = clock.now();
  const startedS = Math.floor(Date.now() / 1000);
  const counts = { requests: 0, streamsOpen: 0, tokensSent: 0 };
  let answers = 0;
  const stats = (): SimulatorStats => ({ uptimeMs: clock.now() - startedMs, ...counts });
  const health = (): unknown => ({
    name: SIMULATOR_NAME,
    version: VERSION,
    uptime_ms: Math.round(clock.now() - startedMs),
    requests: counts.requests,
    streams_open: counts.streamsOpen,
    tokens_sent: counts.tokensSent,
  });
  const around: Surroundings = { timing, random: () => createRandom(seed, answers++), startedS, health };
  const observer: ExchangeObserver = {
    onAnswer() {
      counts.streamsOpen += 1;
      return () => {
        counts.streamsOpen -= 1;
      };
    },
    onTokens(count) {
      counts.tokensSent += count;
    },
  };

  const exchanges = new Set<AbortController>();
  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: REQUEST_LIMIT_MS },
    async (request, response) => {
      const exchange = new AbortController();
      exchanges.add(exchange);
      response.once('close', () => exchange.abort());
      counts.requests += 1;
      const record = await serveExchange(request, response, around, clock, exchange.signal, observer);
      exchanges.delete(exchange);
      options.onExchange?.(record);
    },
  );
  const boundPort = await listen(server, host, port);

  let closed: Promise<unknown> | undefined;
  const close = async (): Promise<void> => {
    signal?.removeEventListener('abort', close);
    if (closed === undefined) {
      closed = once(server, 'close');
      server.close();
      for (const exchange of exchanges) exchange.abort();
      server.closeAllConnections();
    }
    await closed;
  };
  signal?.addEventListener('abort', close);
  if (signal?.aborted) {
    await close();
    signal.throwIfAborted();
  }
  return { url: urlOf(host, boundPort), port: boundPort, stats, close };
}

/** Resolves with the port. */
async function listen(server: Server, host: string, port: number): Promise<number> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    throw startError(error, host, port);
  }
  // A connection that cannot be accepted (no file descriptors left) is lost; the others go on.
  server.on('error', () => {});
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

function startError(cause: unknown, host: string, port: number): SimulatorStartError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'UNKNOWN';
  const advice = ADVICE[code] ?? messageOf(cause);
  return new SimulatorStartError(`The simulator cannot listen on ${host}:${port}: ${advice}`, code, cause);
}

function urlOf(host: string, port: number): string {
  if (host === '0.0.0.0' || host === '::') return `http://localhost:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
