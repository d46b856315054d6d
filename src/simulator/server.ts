import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { codeOf } from '../common/error-code.js';
import { messageOf } from '../common/errors.js';
import { VERSION } from '../common/program/version.js';
import type { Sources } from './content/content.js';
import { createCounters, type SimulatorStats } from './http/counters.js';
import { serveExchange } from './http/exchange.js';
import type { ExchangeRecord } from './http/exchange-record.js';
import type { Surroundings } from './http/surroundings.js';
import { refuseUnreadable } from './http/unreadable-request.js';
import { SIMULATOR_NAME } from './name.js';
import { createRecorder, type RecorderOptions } from './recordings/record-proxy.js';
import type { Replay } from './recordings/replay.js';
import { DEFAULT_SETTINGS } from './settings/default-settings.js';
import { DEFAULT_HOST, DEFAULT_PORT } from './settings/defaults.js';
import { createRunningSettings } from './settings/request-settings.js';
import type { Settings } from './settings/settings.js';
import type { Clock } from './timing/clock.js';
import { createSystemClock } from './timing/system-clock.js';

export interface SimulatorOptions {
  /**
   * The address to listen on. Default: 127.0.0.1. Other addresses are allowed, e.g. for containers: the simulator holds
   * no secrets and reads no keys. Everyone who can reach it can use it.
   */
  host?: string;
  /** Default: 4545. With 0 the system picks a free port. */
  port?: number;
  /** The settings that differ from `DEFAULT_SETTINGS`. With a seed, random values are the same in every run. */
  settings?: Partial<Settings>;
  /** The files that answers can come from. */
  sources?: Sources;
  /** Answers chat completions with recordings instead. */
  replay?: Replay;
  /** Passes chat completions on to `upstream`, e.g. `https://api.openai.com/v1`, and records the answers in `file`. */
  record?: RecorderOptions;
  /** Called after every exchange. Must not throw. */
  onExchange?: (exchange: ExchangeRecord) => void;
  /** Default: the system's clock. */
  clock?: Clock;
}

export interface Simulator {
  /** E.g. `http://127.0.0.1:4545`. */
  url: string;
  port: number;
  stats(): SimulatorStats;
  /** Requests being answered now, including holds. */
  readonly busy: number;
  /** Ends all answers and connections, then the server. Can be called more than once. */
  close(): Promise<void>;
}

/** Thrown when the simulator can't listen at its address. The message says what to do. */
export class SimulatorStartError extends Error {
  override readonly name = 'SimulatorStartError';
  /** The system's code, e.g. `EADDRINUSE`. */
  readonly code: string;

  constructor(message: string, code: string, cause: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

const NO_SUCH_ADDRESS = [
  'omit --host, or name an address of this machine',
  'it does not have that address',
] as const;
/** What to do, and what is wrong. */
const ADVICE: Record<string, readonly [advice: string, what: string]> = {
  EADDRINUSE: ['choose another port with --port, or --port 0 for any free one', 'the port is in use'],
  EACCES: ['choose a port above 1023 with --port', 'this user may not use the port'],
  EADDRNOTAVAIL: NO_SUCH_ADDRESS,
  ENOTFOUND: NO_SUCH_ADDRESS,
};

/** Longer than clients keep idle connections, so that the client closes them first and no request is lost, in ms. */
const KEEP_ALIVE_MS = 75_000;
/** Longest time for a request to arrive completely, in ms. */
const REQUEST_LIMIT_MS = 60_000;

/**
 * Starts the simulator. Resolves when it listens.
 * @param signal closes the simulator when it is aborted
 * @throws {SimulatorStartError} when it can't listen at the address
 */
export async function startSimulator(
  options: SimulatorOptions = {},
  signal?: AbortSignal,
): Promise<Simulator> {
  signal?.throwIfAborted();
  const { host = DEFAULT_HOST, port = DEFAULT_PORT, clock = createSystemClock(), record, replay } = options;
  const counters = createCounters(clock.now);
  let answers = 0;
  const around: Surroundings = {
    settings: createRunningSettings({ ...DEFAULT_SETTINGS, ...options.settings }),
    sources: options.sources ?? {},
    counters,
    seed: Math.floor(Math.random() * 2 ** 32),
    nextAnswer: () => answers++,
    ...(replay !== undefined && { replay }),
    ...(record !== undefined && { recorder: createRecorder(record, clock) }),
    startedS: Math.floor(Date.now() / 1000),
    health() {
      const { uptimeMs, requests, streamsOpen, tokensSent } = counters.stats();
      return {
        name: SIMULATOR_NAME,
        version: VERSION,
        uptime_ms: Math.round(uptimeMs),
        requests,
        streams_open: streamsOpen,
        tokens_sent: tokensSent,
      };
    },
  };

  const exchanges = new Set<AbortController>();
  const server = createServer(
    { keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: REQUEST_LIMIT_MS },
    async (request, response) => {
      const exchange = new AbortController();
      exchanges.add(exchange);
      response.once('close', () => exchange.abort());
      counters.onRequest();
      const over = await serveExchange(request, response, around, clock, exchange.signal);
      exchanges.delete(exchange);
      counters.onExchange(over);
      options.onExchange?.(over);
    },
  );
  server.on('clientError', refuseUnreadable);
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
  return {
    url: urlOf(host, boundPort),
    port: boundPort,
    stats: counters.stats,
    get busy() {
      return exchanges.size;
    },
    close,
  };
}

/** Resolves to the port. */
async function listen(server: Server, host: string, port: number): Promise<number> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    throw startError(error, host, port);
  }
  // If a connection can't be accepted (no file descriptors left), only that connection is lost.
  server.on('error', () => {});
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

function startError(cause: unknown, host: string, port: number): SimulatorStartError {
  const code = codeOf(cause) || 'UNKNOWN';
  const [advice, what] = ADVICE[code] ?? ['check the address', messageOf(cause)];
  const text = `${advice}: the simulator cannot listen on ${host}:${port}, because ${what}`;
  return new SimulatorStartError(text, code, cause);
}

function urlOf(host: string, port: number): string {
  if (host === '0.0.0.0' || host === '::') return `http://localhost:${port}`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
