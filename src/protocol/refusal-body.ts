import { parseDecimal } from '../common/text/decimal.js';
import { decimal, waitOf } from './wait.js';

/** What the body of an error response shows about a further attempt. */
export interface RefusalBody {
  /**
   * Why a further attempt would fail too. `unpaid`: quota, credit or billing. `used up`: a limit that renews after hours
   * or days. `too large`: the request alone exceeds the limit.
   */
  final?: 'unpaid' | 'used up' | 'too large';
  /** The wait that the server requests, in ms. */
  retryAfterMs?: number;
}

/** Error codes that always mean quota or billing. */
const UNPAID_CODE =
  /\b(insufficient_quota|insufficient_balance|insufficient_credits?|exceeded_current_quota_error|billing_hard_limit_reached|billing_not_active|credits?(_balance)?_exhausted|(organization|project)_(spend|usage)_limit_exceeded|cost_limit_exceeded|arrearage|budget_exceeded|pre_consume_token_quota_failed|not_enough_balance|AccountOverdueError|SetLimitExceeded)\b|\bFreeTierOnly\b/i;
const UNPAID_WORDS =
  /credit balance|not enough (?:balance|credits?|funds)|do(?:es)?(?: not|n['’]t) have (?:any|enough|sufficient) (?:credits?|balance|funds)|requires a (?:paid )?subscription|insufficient (balance|funds|credits?|quota)|balance (is |was )?(insufficient|overdue|too low|not enough)|overdue balance|past invoices|update billing|plan and billing|billing (hard |soft )?limit|spend(ing)? (limit|cap)|(out of|no more|not enough|ha(?:s|ve) no) credits?|requires more credits|included credits|credits? (are |is |have )?(exhausted|expired|depleted|used up)|free (tier|quota)[^.]{0,40}(exhausted|used up)|extra usage is required|payment required|budget (has been |is |was )?exceeded|欠费|余额不足|额度(?:不足|已用尽)/i;
/** Matches limits that renew after hours, days or months. */
const USED_UP =
  /\btoday['’]s (?:limit|quota|allowance)\b|try again tomorrow|\b(daily|weekly|monthly)\b[^.]{0,40}\b(limit|quota|allocation|allowance|cap)\b|\bper[- _](day|week|month)\b|billing cycle|\busage[_ ]limit|hit your limit|(allotted|call volume) quota|used up your/i;
/** Matches Google's error for an account without such a quota. It requests a wait, but waiting does not help. */
const NO_QUOTA = /quota[^\n]{0,200}\blimit: 0\b/i;
const TOO_LARGE = /\brequest too large\b|tokens must be reduced/i;
const LIMIT_AND_NEED = /\blimit:? (\d+)[^.\n]{0,40}\brequested:? (\d+)/i;
/** Matches a rate limit, which renews soon. Its text may mention plans too, so these words win over UNPAID_WORDS. */
const RENEWED = /rate.?limit (reached|exceeded)|(try again|retry) (in|after) \d/i;
const WAIT_MEMBERS =
  /"(retryDelay|retry_?after(?:_?(?:ms|milliseconds|s|seconds))?|retry-after(?:-ms)?|estimated_time|resets?_?(?:in|after)(?:_?(?:ms|s|seconds))?|resets?_?at|x-ratelimit-reset)"\s*:\s*"?([^",}\]]{1,40})/gi;
const WAIT_WORDS =
  /(?:(?:try again|retry|resets?|available(?: again)?|replenished|renewed) (?:in|after)|\bwait(?: for)?) (?:about |at least )?((?:\d+(?:\.\d+)? ?(?:ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)(?![a-z])(?:,? and )?,? ?)+|\d{1,3}:\d\d:\d\d\b)/i;

/**
 * Reads the start of an error response's body: quota and billing errors, and waits. Waits are Google's
 * `RetryInfo.retryDelay`, members such as `retry_after`, and texts such as "try again in 7.6s". JSON need not be whole.
 * @param nowMs Unix time, for dates
 */
export function readRefusal(body: string, nowMs: number): RefusalBody {
  const retryAfterMs = waitIn(body, nowMs);
  const words = body.replace(/https?:\/\/[^\s"]+/g, '');
  const final = finalIn(words, retryAfterMs !== undefined);
  return { ...(final !== undefined && { final }), ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

function finalIn(words: string, demandsWait: boolean): RefusalBody['final'] {
  if (UNPAID_CODE.test(words) || NO_QUOTA.test(words)) return 'unpaid';
  const [, limit, need] = LIMIT_AND_NEED.exec(words) ?? [];
  if (TOO_LARGE.test(words) || Number(need) > Number(limit)) return 'too large';
  if (demandsWait) return undefined;
  if (UNPAID_WORDS.test(words) && !RENEWED.test(words)) return 'unpaid';
  return USED_UP.test(words) ? 'used up' : undefined;
}

function waitIn(body: string, nowMs: number): number | undefined {
  const waits = [...body.matchAll(WAIT_MEMBERS)].flatMap(([, name = '', value = '']) => {
    const wait = waitOf(value.trim(), nowMs);
    if (wait === undefined) return [];
    return [/m(illi)?s(econds)?$/i.test(name) && !Number.isNaN(parseDecimal(value)) ? wait / 1000 : wait];
  });
  if (waits.length > 0) return Math.max(...waits);
  return spelledWait(WAIT_WORDS.exec(body)?.[1]);
}

const UNITS_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Reads `7.66s`, `1m2s`, `6 hours, 29 minutes` and `01:02:03`. */
function spelledWait(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [hours, minutes, seconds] = text.split(':').map((part) => decimal(part) ?? 0);
  if (hours !== undefined && minutes !== undefined && seconds !== undefined)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?) ?(ms|milli|[smhd])/gi)];
  return parts.reduce((sum, [, count = '', unit = '']) => {
    const name = unit.toLowerCase();
    return sum + Number(count) * (UNITS_MS[name] ?? 1);
  }, 0);
}
