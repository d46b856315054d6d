/** The result of one check. */
export type Finding =
  | { status: 'ok'; check: string; detail: string }
  /** `advice`: what to do about it. */
  | { status: 'warning' | 'problem'; check: string; detail: string; advice: string };

export function ok(check: string, detail: string): Finding {
  return { status: 'ok', check, detail };
}

/** Returns a finding that is worth knowing; the program works. */
export function warning(check: string, detail: string, advice: string): Finding {
  return { status: 'warning', check, detail, advice };
}

/** Returns a finding that something will not work. */
export function problem(check: string, detail: string, advice: string): Finding {
  return { status: 'problem', check, detail, advice };
}
