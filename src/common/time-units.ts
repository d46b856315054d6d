/** The milliseconds of each unit of time that flags, conditions and searches accept. Each of them accepts a part. */
export const UNIT_MS: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
};
