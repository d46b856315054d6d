import { REQUEST_ID_HEADERS } from '../common/http/headers.js';
import { isRateLimitHeader, type RateLimit, rateLimitsIn } from '../protocol/rate-limits.js';
import { COST_HEADER, costIn, type ReportedCost } from './provider-cost.js';
import {
  type Reported,
  type ReportedTime,
  TIME_HEADERS,
  timesInEvent,
  timesInHeaders,
} from './provider-times.js';

/** The provider's times, limits and names in a response. */
export interface ProviderReport {
  times: ReportedTime[];
  /** Names of headers and JSON members whose value is not a valid time. */
  refused: string[];
  /** Identifies the request in the provider's logs. */
  requestId?: string;
  /** Headers that name the region, the data centre or the deployment. */
  region: Record<string, string>;
  rateLimits: RateLimit[];
  /** The request's cost as the provider reports it. */
  cost?: ReportedCost;
}

const REGIONS = [
  'x-ms-region',
  'x-groq-region',
  'azureml-model-deployment',
  'openai-version',
  'cf-ray',
  'x-served-by',
  'via',
];
const LONGEST_VALUE = 200;
/** When a response has none of these headers, a load test skips their parsing. Self-hosted servers send none. */
const KNOWN: ReadonlySet<string> = new Set([...TIME_HEADERS, ...REQUEST_ID_HEADERS, ...REGIONS, COST_HEADER]);

/**
 * Collects the provider's report from one response. Later events replace earlier times of the same source.
 * @param nowMs Unix time at which the headers arrived
 */
export function createProviderReport(headers: Readonly<Record<string, string>>, nowMs: number) {
  const says = Object.keys(headers).some((name) => KNOWN.has(name) || isRateLimitHeader(name));
  const times = new Map<string, ReportedTime>();
  const refused = new Set<string>();
  const take = (reported: Reported): void => {
    for (const time of reported.times) times.set(time.source, time);
    for (const source of reported.refused) refused.add(source);
  };
  if (says) take(timesInHeaders(headers));
  const requestId = REQUEST_ID_HEADERS.map((name) => headers[name]).find(
    (id) => id !== undefined && id !== '',
  );
  const region = Object.fromEntries(
    REGIONS.flatMap((name) => (headers[name] ? [[name, headers[name].slice(0, LONGEST_VALUE)]] : [])),
  );
  const rateLimits = says ? rateLimitsIn(headers, nowMs) : [];
  let cost = costIn(headers);
  return {
    /** Takes the JSON members of one event of the answer. */
    event(members: Readonly<Record<string, unknown>>): void {
      take(timesInEvent(members));
      cost = costIn(members) ?? cost;
    },
    summary: (): ProviderReport => ({
      times: [...times.values()],
      refused: [...refused],
      ...(requestId !== undefined && { requestId: requestId.slice(0, LONGEST_VALUE) }),
      region,
      rateLimits,
      ...(cost !== undefined && { cost }),
    }),
  };
}
