import { ROLES, type Role } from '../../metrics/server/known-servers.js';

/** A server's figure over a test. */
export type RoleFigure =
  | {
      readonly kind: 'gauge';
      readonly start: number;
      /** Over time: a value holds until the next one. */
      readonly mean: number;
      readonly max: number;
      readonly end: number;
    }
  | {
      readonly kind: 'counter';
      readonly start: number;
      readonly end: number;
      /** How much it grew; a counter that begins again, as after a restart, counts from zero. */
      readonly total: number;
      /** `total` over the time between the first and the last value; undefined with one value. */
      readonly perSecond: number | undefined;
      /** The highest rate between two values. */
      readonly peakPerSecond: number | undefined;
    };

/** Follows one figure. Times in ms. */
export interface RoleFollower {
  add(atMs: number, value: number): void;
  /** Undefined before the first value. */
  figure(): RoleFigure | undefined;
}

export function followRole(role: Role): RoleFollower {
  return ROLES[role].kind === 'gauge' ? followGauge() : followCounter();
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
