import { ROLE_NAMES, ROLES, type Role } from '../../metrics/server/known-servers.js';

/** One of a server's figures over a whole test. */
export type RoleFigure =
  | {
      readonly kind: 'gauge';
      readonly start: number;
      /** Mean over time; each value counts until the next page. */
      readonly mean: number;
      readonly max: number;
      readonly end: number;
    }
  | {
      readonly kind: 'counter';
      readonly start: number;
      readonly end: number;
      /** Growth of the counter. After a reset, for example by a restart, it continues from zero. */
      readonly total: number;
      /** `total` divided by the time between the first and the last value; undefined with one value. */
      readonly perSecond: number | undefined;
      /** The highest rate between two values. */
      readonly peakPerSecond: number | undefined;
    };

/** Collects the values of one figure. Times in ms. */
export interface RoleFollower {
  add(atMs: number, value: number): void;
  /** Undefined before the first value. */
  figure(): RoleFigure | undefined;
}

export function followRole(role: Role): RoleFollower {
  return ROLES[role].kind === 'gauge' ? followGauge() : followCounter();
}

/** Values of the server's figures over time; null when a page lacked one. */
export interface FigurePoints {
  /** Unix time in ms of each page. */
  readonly atMs: readonly number[];
  readonly points: ReadonlyMap<Role, readonly (number | null)[]>;
}

/**
 * Computes the figures since a moment: from the last page before it, whose values count until the next page.
 * @param fromMs Unix time
 */
export function figuresSince({ atMs, points }: FigurePoints, fromMs: number): ReadonlyMap<Role, RoleFigure> {
  const first = Math.max(
    0,
    atMs.findLastIndex((at) => at <= fromMs),
  );
  const figures = new Map<Role, RoleFigure>();
  for (const role of ROLE_NAMES) {
    const follower = followRole(role);
    // At the moment, a gauge has its last earlier value. A counter's growth belongs to the whole time between two
    // pages.
    const least = ROLES[role].kind === 'gauge' ? fromMs : Number.NEGATIVE_INFINITY;
    for (const [index, value] of (points.get(role) ?? []).entries()) {
      if (index >= first && value !== null) follower.add(Math.max(atMs[index] ?? 0, least), value);
    }
    const figure = follower.figure();
    if (figure !== undefined) figures.set(role, figure);
  }
  return figures;
}

interface Point {
  readonly atMs: number;
  readonly value: number;
}

function followGauge(): RoleFollower {
  let first: Point | undefined;
  let last: Point | undefined;
  let area = 0;
  let max = Number.NEGATIVE_INFINITY;
  return {
    add(atMs, value) {
      if (last !== undefined) area += last.value * (atMs - last.atMs);
      last = { atMs, value };
      first ??= last;
      max = Math.max(max, value);
    },
    figure() {
      if (first === undefined || last === undefined) return undefined;
      const tookMs = last.atMs - first.atMs;
      const mean = tookMs > 0 ? area / tookMs : last.value;
      return { kind: 'gauge', start: first.value, mean, max, end: last.value };
    },
  };
}

function followCounter(): RoleFollower {
  let first: Point | undefined;
  let last: Point | undefined;
  let total = 0;
  let peakPerSecond: number | undefined;
  return {
    add(atMs, value) {
      if (last !== undefined && atMs > last.atMs) {
        const grown = value >= last.value ? value - last.value : value;
        total += grown;
        peakPerSecond = Math.max(peakPerSecond ?? 0, (1000 * grown) / (atMs - last.atMs));
      }
      last = { atMs, value };
      first ??= last;
    },
    figure() {
      if (first === undefined || last === undefined) return undefined;
      const tookMs = last.atMs - first.atMs;
      return {
        kind: 'counter',
        start: first.value,
        end: last.value,
        total,
        perSecond: tookMs > 0 ? (1000 * total) / tookMs : undefined,
        peakPerSecond,
      };
    },
  };
}
