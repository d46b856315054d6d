import type { Figure } from '../../../metrics/figures.js';
import { duration } from '../../style/format.js';

/** A figure as it is now, and what that means. */
export interface Explained {
  readonly figure: Figure;
  readonly value: string;
  /** One sentence on the value; absent where there is none yet. */
  readonly verdict?: string | undefined;
  /** Further rows: what the figure consists of. */
  readonly parts?: readonly { readonly label: string; readonly value: string; readonly what: string }[];
}

export const UNKNOWN = '–';

/** A time against an objective. */
export function againstObjective(ms: number, objectiveMs: number): string {
  return ms <= objectiveMs
    ? `within your objective of ${duration(objectiveMs)}`
    : `over your objective of ${duration(objectiveMs)}`;
}
