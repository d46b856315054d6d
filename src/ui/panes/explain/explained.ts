import type { Figure } from '../../../metrics/figures.js';
import { duration } from '../../style/format.js';

/** A figure, its current value, and what the value means. */
export interface Explained {
  readonly figure: Figure;
  readonly value: string;
  /** One sentence on the value; absent without a value. */
  readonly verdict?: string | undefined;
  /** The figure's parts. Each gets a row. */
  readonly parts?: readonly { readonly label: string; readonly value: string; readonly what: string }[];
}

/** Compares a time with an objective. */
export function againstObjective(ms: number, objectiveMs: number): string {
  return ms <= objectiveMs
    ? `within the objective of ${duration(objectiveMs)}`
    : `over the objective of ${duration(objectiveMs)}`;
}
