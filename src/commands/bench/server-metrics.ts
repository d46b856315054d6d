import { setTimeout as sleep } from 'node:timers/promises';
import type { Endpoint } from '../../config/endpoints/endpoint.js';
import { metricsRequest } from '../../config/endpoints/endpoint-request.js';
import { type Scrape, scrape } from '../../connector/scrape.js';
import { createServerRecorder, type ServerRecord } from '../../loadtest/server-metrics/record.js';
import { printMessage } from '../support/output/print-message.js';
import { openDirect } from './direct.js';
import type { ServerMetricsFlags } from './flags/server-metrics-flags.js';

/** A server's metrics page, which tests read one after another. */
export interface ServerPage {
  /** Begins to read the page, over connections that the tests do not use. */
  watch(): ServerWatch;
  close(): Promise<void>;
}

/** Reads a server's metrics page while one test runs. */
interface ServerWatch {
  /** Resolves after the first read, successful or not, and after three seconds at the latest. */
  readonly begun: Promise<void>;
  /** Reads the page a last time and returns the record. */
  stop(): Promise<ServerRecord>;
}

const INTERVAL_MS = 1000;
const TIMEOUT_MS = 5000;
/** Longest wait for a page at the start and at the end of a test. A server under load may need seconds for it. */
const LONGEST_WAIT_MS = 3000;

/**
 * Opens the page that the flag or the endpoint names. It is read once a second. An unreadable page does not fail the
 * test: the first failure is reported.
 * @returns undefined when neither names a page
 */
export async function openServerPage(
  endpoint: Endpoint,
  { serverMetrics, serverMetricsHeader }: ServerMetricsFlags,
): Promise<ServerPage | undefined> {
  const page = metricsRequest(endpoint, serverMetrics);
  if (page === undefined) return undefined;
  const headers = { ...page.headers, ...Object.fromEntries(serverMetricsHeader ?? []) };
  const streamer = await openDirect(process.env);
  let warned = false;
  return {
    watch: () =>
      watchPage(page.url, async (signal) => {
        const found = await scrape(streamer, page.url, { headers, timeoutMs: TIMEOUT_MS, signal });
        if (!found.ok && !warned)
          printMessage(`warning: --server-metrics ${page.url} could not be read: ${found.problem}`);
        warned ||= !found.ok;
        return found;
      }),
    close: () => streamer.close(),
  };
}

function watchPage(url: string, scraped: (signal: AbortSignal) => Promise<Scrape>): ServerWatch {
  const recorder = createServerRecorder();
  const ended = new AbortController();
  const cut = new AbortController();
  const read = async (): Promise<void> => {
    const found = await scraped(cut.signal);
    if (found.ok) recorder.add(wallMs(), found.samples, found.leftOut);
    else recorder.fail(found.problem);
  };
  const first = read();
  const reading = (async () => {
    await first;
    for (
      let due = wallMs() + INTERVAL_MS;
      !ended.signal.aborted;
      due = Math.max(due, wallMs()) + INTERVAL_MS
    ) {
      await sleep(Math.max(0, due - wallMs()), undefined, { signal: ended.signal }).catch(() => {});
      await read();
    }
  })();
  return {
    begun: Promise.race([first, sleep(LONGEST_WAIT_MS, undefined, { ref: false })]),
    async stop() {
      ended.abort();
      const timer = setTimeout(() => cut.abort(), LONGEST_WAIT_MS);
      await reading;
      clearTimeout(timer);
      return recorder.record(url);
    },
  };
}

const wallMs = (): number => performance.timeOrigin + performance.now();
