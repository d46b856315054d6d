import { ConnectorException, ErrorClass, messageOf } from '../common/errors.js';
import { createExposition, type MetricSample } from '../metrics/server/exposition.js';
import { isKnownSample } from '../metrics/server/reading.js';
import { decodeEvents } from './decoded-events.js';
import type { HttpStreamer } from './types.js';

/** The samples of a metrics page, or the reason why there are none, for the user. */
export type Scrape =
  | { readonly ok: true; readonly samples: readonly MetricSample[]; readonly leftOut: number }
  | { readonly ok: false; readonly problem: string };

export interface ScrapeOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** Time limit for the whole page, in ms. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Samples above this number are only counted, except those of the known figures. */
const MAX_SAMPLES = 20_000;
const MAX_BYTES = 16 * 1024 * 1024;

/** No retry and no circuit: after a failure, the caller reads the page again at its next interval. */
const POLICY = { maxAttempts: 1, circuit: false } as const;

/** Several servers have a metrics page only when a flag turns it on. */
const NO_PAGE_ADVICE =
  '; check the address, or start llama.cpp with --metrics, SGLang with --enable-metrics, LiteLLM with the callback prometheus';
const NO_KEY_ADVICE =
  "; the page needs a key: use --server-metrics-header 'Authorization: Bearer KEY' of bench";
const ADVICE: Readonly<Record<number, string>> = {
  401: NO_KEY_ADVICE,
  403: NO_KEY_ADVICE,
  404: NO_PAGE_ADVICE,
  501: NO_PAGE_ADVICE,
};

/** Reads a metrics page once. Never rejects. */
export async function scrape(
  streamer: HttpStreamer,
  url: string,
  { headers, timeoutMs, signal }: ScrapeOptions,
): Promise<Scrape> {
  const samples: MetricSample[] = [];
  let leftOut = 0;
  let bytes = 0;
  let status = 0;
  const stop = new AbortController();
  const page = createExposition((sample) => {
    if (samples.length < MAX_SAMPLES || isKnownSample(sample.name)) samples.push(sample);
    else leftOut += 1;
  });
  const decoded = decodeEvents((event) => {
    if (event.type === 'start') status = event.statusCode;
    if (event.type !== 'chunk' || status !== 200) return;
    bytes += event.data.length;
    if (bytes > MAX_BYTES) stop.abort();
    else page.feed(event.data);
  });
  const accept = 'text/plain;version=0.0.4,application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.1';
  try {
    const { outcome } = await streamer.streamHTTP(
      {
        method: 'GET',
        url,
        headers: { accept, 'accept-encoding': 'identity', ...headers },
        timeoutMs,
        answerMs: timeoutMs,
        policy: POLICY,
      },
      { onEvent: decoded.onEvent, signal: AbortSignal.any([signal, stop.signal]) },
    );
    await decoded.end();
    if (stop.signal.aborted) return problem(`the page is larger than ${MAX_BYTES / 1024 / 1024} MiB`);
    if (outcome !== 'complete') return problem('the transfer was interrupted');
  } catch (error) {
    // The exception's advice is about the limits of a request for an answer.
    const late = error instanceof ConnectorException && error.errorClass === ErrorClass.Timeout;
    return problem(late ? `the server did not send it within ${timeoutMs / 1000} s` : messageOf(error));
  } finally {
    decoded.close();
  }
  if (status !== 200) return problem(`the server answered ${status}${ADVICE[status] ?? ''}`);
  if (page.end().samples === 0) return problem('the answer is not a Prometheus metrics page');
  return { ok: true, samples, leftOut };
}

const problem = (text: string): Scrape => ({ ok: false, problem: text });
