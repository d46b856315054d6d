import { REQUEST_ID_HEADERS } from '../common/headers.js';
import { isRateLimitHeader, type RateLimit, rateLimitsIn } from '../protocol/rate-limits.js';
import {
  type Reported,
  type ReportedTime,
  TIME_HEADERS,
  timesInEvent,
  timesInHeaders,
} from './provider-times.js';

/** What a provider's response says of itself. */
export interface ProviderReport {
  times: ReportedTime[];
  /** Headers and members whose value can't be a time. */
  refused: string[];
  /** By which the provider finds the request in its logs. */
  requestId?: string;
  /** Headers that name the region, the data centre or the deployment. */
  region: Record<string, string>;
  rateLimits: RateLimit[];
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
/** A server of one's own sends none of these, and a load test then reads nothing for each answer. */
const KNOWN: ReadonlySet<string> = new Set([...TIME_HEADERS, ...REQUEST_ID_HEADERS, ...REGIONS]);

/**
 * Collects what one response says of the provider. Later events replace earlier times of the same source.
 * @param nowMs Unix time at the headers
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
  return {
    /** An event of the answer, with its members as they came. */
    event(members: Readonly<Record<string, unknown>>): void {
      take(timesInEvent(members));
    },
    summary: (): ProviderReport => ({
      times: [...times.values()],
      refused: [...refused],
      ...(requestId !== undefined && { requestId: requestId.slice(0, LONGEST_VALUE) }),
      region,
      rateLimits,
    }),
  };
}
