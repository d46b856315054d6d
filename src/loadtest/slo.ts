import { type Check, checkOf } from './check.js';
import { parseCondition } from './condition.js';
import { type RequestLimit, requestLimitOf } from './request-limits.js';

/** What a service has to keep. */
export interface Slo {
  /** As it was given. */
  readonly text: string;
  /** What each answer has to keep, for goodput; may be empty. */
  readonly limits: readonly RequestLimit[];
  /** What the run as a whole has to keep; may be empty. */
  readonly checks: readonly Check[];
}

export const SLO_SYNTAX =
  'conditions with commas between them: ttft, tpot or e2e of each answer, e.g. ttft<500ms,e2e<=2s (also ttft=500), or\n' +
  'a figure of the whole run as --check has it, e.g. ttft.p95<500ms';

/** Undefined when a part is no condition, or two of them limit an answer's figure in the same direction. */
export function parseSlo(text: string): Slo | undefined {
  const limits: RequestLimit[] = [];
  const checks: Check[] = [];
  for (const part of text.split(',')) {
    const condition = parseCondition(part);
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
