import { waitOf } from './wait.js';

/** What the body of an error response says about another attempt. */
export interface RefusalBody {
  /** Quota, credit or billing is the reason: a later attempt fails too. */
  unpaid: boolean;
  /** How long the server asks the client to wait, in ms. */
  retryAfterMs?: number;
}

/** Error codes that always mean quota or billing. */
const UNPAID_CODE =
  /\b(insufficient_quota|insufficient_balance|insufficient_credits?|exceeded_current_quota_error|billing_hard_limit_reached|billing_not_active|credits_exhausted|arrearage|budget_exceeded)\b/i;
const UNPAID_WORDS =
  /credit balance|insufficient (balance|funds|credits?|quota)|plan and billing|billing (hard |soft )?limit|(out of|no more|not enough) credits?|credits? (are |is )?(exhausted|depleted|used up)|payment required|budget (has been |is |was )?exceeded|欠费|余额不足/i;
/** The text of a rate limit may mention plans too, so these words mean a limit that renews. */
const RENEWED = /rate.?limit (reached|exceeded)|(try again|retry) (in|after) \d/i;
const WAIT_MEMBERS =
  /"(retryDelay|retry_?after(?:_?(?:ms|milliseconds|s|seconds))?|retry-after(?:-ms)?)"\s*:\s*"?([^",}\]]{1,40})/gi;
const WAIT_WORDS =
  /(?:try again|retry) (?:in|after) (?:about )?((?:\d+(?:\.\d+)?(?:ms|[hms])\s?)+|\d+(?:\.\d+)?(?= ?seconds?))/i;

/**
 * Reads the start of an error response's body: quota and billing errors, Google's `RetryInfo.retryDelay`, members such as
 * `retry_after`, and "try again in 7.6s" in its text. JSON need not be whole.
 * @param nowMs Unix time, for dates
 */
export function readRefusal(body: string, nowMs: number): RefusalBody {
  const retryAfterMs = waitIn(body, nowMs);
  const words = body.replace(/https?:\/\/[^\s"]+/g, '');
  const unpaid =
    UNPAID_CODE.test(words) ||
    (retryAfterMs === undefined && UNPAID_WORDS.test(words) && !RENEWED.test(words));
  return { unpaid, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

function waitIn(body: string, nowMs: number): number | undefined {
  const waits = [...body.matchAll(WAIT_MEMBERS)].flatMap(([, name = '', value = '']) => {
    const wait = waitOf(value.trim(), nowMs);
    if (wait === undefined) return [];
    return [/m(illi)?s(econds)?$/i.test(name) && /^\d+(\.\d+)?$/.test(value.trim()) ? wait / 1000 : wait];
  });
  if (waits.length > 0) return Math.max(...waits);
  return waitOf(WAIT_WORDS.exec(body)?.[1]?.replaceAll(' ', ''), nowMs);
}
