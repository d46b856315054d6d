/** A period with a constant rate or a linear ramp. */
export interface Stage {
  /** Arrivals per second at the start. */
  readonly from: number;
  /** Arrivals per second at the end. */
  readonly to: number;
  /** Length; infinity for a stage without end. */
  readonly ms: number;
}

export const STAGES_SYNTAX = 'comma-separated stages RATE@SECONDS or FROM-TO@SECONDS, e.g. 1-20@60,20@30';
const MAX_RATE = 10_000;
const MAX_SECONDS = 86_400;
const STAGE = /^(\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))?@(\d+(?:\.\d+)?)s?$/;

/** Parses stages; undefined when the text does not match `STAGES_SYNTAX`, is out of range or has no arrivals. */
export function parseStages(text: string): readonly Stage[] | undefined {
  const stages: Stage[] = [];
  for (const part of text.split(',')) {
    const [, from, to = from, seconds] = STAGE.exec(part.trim()) ?? [];
    const stage = { from: Number(from), to: Number(to), ms: Number(seconds) * 1000 };
    if (!(stage.from <= MAX_RATE && stage.to <= MAX_RATE && stage.ms > 0 && stage.ms <= MAX_SECONDS * 1000)) {
      return undefined;
    }
    stages.push(stage);
  }
  return stages.some(({ from, to }) => from + to > 0) ? stages : undefined;
}

/** Formats stages, e.g. `1 to 20/s in 60 s, 20/s for 30 s`. */
export function describeStages(stages: readonly Stage[]): string {
  return stages
    .map(({ from, to, ms }) =>
      from === to ? `${from}/s for ${ms / 1000} s` : `${from} to ${to}/s in ${ms / 1000} s`,
    )
    .join(', ');
}

/** Returns the length of all stages together, in ms. */
export function lengthOf(stages: readonly Stage[]): number {
  return stages.reduce((sum, { ms }) => sum + ms, 0);
}
