import type { Judged } from './criteria.js';
import type { Level, Verdict } from './level.js';

/** Loads whose natural logarithms differ by less than this are judged together. */
const REACH = 0.1;
/** Keeps the slope finite when every request meets a condition at one load, and none at the next. */
const RIDGE = 1e-3;
const MOST_STEPS = 50;

/** The share of good requests at a load. */
interface Point {
  /** Distance of the load, in units of `REACH`. */
  readonly x: number;
  readonly share: number;
  readonly weight: number;
}

/**
 * Judges each load by all loads within 10 % of it. Requests fail in bursts, so one test can miss all bursts, or have
 * too many. The share of good requests changes smoothly with the load: a logistic curve through several tests is more
 * exact than one test.
 */
export function judgedTogether<One extends Pick<Level, 'load' | 'verdict'>>(levels: readonly One[]): One[] {
  const judging = levels.filter(({ verdict }) => verdict?.fellBehind === false);
  return levels.map((level) => {
    const { verdict, load } = level;
    if (verdict === undefined || verdict.fellBehind) return level;
    const near = judging.flatMap((other) => {
      const x = Math.log(other.load / load) / REACH;
      return Math.abs(x) < 1 && other.verdict !== undefined ? [{ x, verdict: other.verdict }] : [];
    });
    const conditions = verdict.conditions.map((one, number): Judged => {
      if (one.share === undefined || one.needed === undefined) return one;
      const curve = shareAmong(near.flatMap(({ x, verdict: other }) => pointOf(x, other, number)));
      return { ...one, curve, kept: curve >= one.needed };
    });
    const kept = conditions.every((one) => one.kept);
    return {
      ...level,
      verdict: { ...verdict, conditions, kept, clear: verdict.clear && kept === verdict.kept },
    };
  });
}

function pointOf(x: number, { conditions }: Verdict, number: number): Point[] {
  const { share, of } = conditions[number] ?? {};
  if (share === undefined || of === undefined) return [];
  return [{ x, share: share.value, weight: of * (1 - Math.abs(x) ** 3) ** 3 }];
}

/** Returns the share at `x` = 0 on the logistic curve of highest likelihood that does not rise with the load. */
function shareAmong(points: readonly Point[]): number {
  const total = points.reduce((sum, { weight }) => sum + weight, 0);
  const mean = points.reduce((sum, { share, weight }) => sum + weight * share, 0) / total;
  if (points.length < 2 || mean === 0 || mean === 1) return mean;
  let height = Math.log(mean / (1 - mean));
  let slope = 0;
  for (let step = 0; step < MOST_STEPS; step += 1) {
    // Newton's method: the gradient and the negative Hessian of the logarithm of the likelihood.
    let byHeight = 0;
    let bySlope = -RIDGE * slope;
    let [hh, hs, ss] = [1e-9, 0, RIDGE];
    for (const { x, share, weight } of points) {
      const expected = 1 / (1 + Math.exp(-height - slope * x));
      const variance = weight * expected * (1 - expected);
      byHeight += weight * (share - expected);
      bySlope += weight * (share - expected) * x;
      hh += variance;
      hs += variance * x;
      ss += variance * x * x;
    }
    const determinant = hh * ss - hs * hs;
    const up = (byHeight * ss - bySlope * hs) / determinant;
    const turn = (bySlope * hh - byHeight * hs) / determinant;
    const shorter = Math.min(1, 2 / Math.max(Math.abs(up), Math.abs(turn)));
    height += up * shorter;
    slope += turn * shorter;
    if (Math.abs(up) + Math.abs(turn) < 1e-6) break;
  }
  return slope > 0 ? mean : 1 / (1 + Math.exp(-height));
}
