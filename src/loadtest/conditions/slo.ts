import { type Check, checkOf } from './check.js';
import { parseCondition } from './condition.js';
import { type RequestLimit, requestLimitOf } from './request-limits.js';

/** Service level objectives. */
export interface Slo {
  /** The text that the user gave. */
  readonly text: string;
  /** Limits for each answer, for goodput; may be empty. */
  readonly limits: readonly RequestLimit[];
  /** Checks on the whole run; may be empty. */
  readonly checks: readonly Check[];
}

export const SLO_SYNTAX =
  'comma-separated conditions: ttft, tpot or e2e of each answer, e.g. ttft<500ms,e2e<=2s (also ttft=500 and ttft:500), or\n' +
  'a figure of the whole run in the form of --check, e.g. ttft.p95<500ms';

/** Parses an SLO; undefined when a part is not a condition, or two parts limit one figure in the same direction. */
export function parseSlo(text: string): Slo | undefined {
  const limits: RequestLimit[] = [];
  const checks: Check[] = [];
  for (const part of text.split(',')) {
    // vLLM and SGLang write `ttft:500`.
    const condition = parseCondition(part.replace(':', '='));
    const limit = condition && requestLimitOf(condition);
    const check = condition && checkOf(condition);
    if (limit !== undefined && limits.every((one) => !contradicts(one, limit))) limits.push(limit);
    else if (limit === undefined && check !== undefined) checks.push(check);
    else return undefined;
  }
  return { text: text.trim(), limits, checks };
}

function contradicts(one: RequestLimit, other: RequestLimit): boolean {
  return one.name === other.name && one.operator.charAt(0) === other.operator.charAt(0);
}
