import type { ModeInfo } from '../ports.js';
import { fuzzyScore } from './fuzzy.js';

/** One thing to choose. Its texts are harmless single lines when shown. */
export interface PickerItem {
  readonly id: string;
  readonly label: string;
  readonly hint?: string | undefined;
}

export type PickerPurpose = 'action' | 'mode' | 'compare' | 'model' | 'history' | 'branch';

/** A list that typing narrows. */
export interface Picker {
  readonly kind: 'picker';
  readonly purpose: PickerPurpose;
  readonly items: readonly PickerItem[];
  readonly query: string;
  /** The chosen one, among those that match. */
  readonly index: number;
  /** Ids of those that are taken together; undefined where only one can be. */
  readonly marked?: readonly string[] | undefined;
}

/** A picker that has just been opened. */
export function pick(purpose: PickerPurpose, items: readonly PickerItem[]): Picker {
  return {
    kind: 'picker',
    purpose,
    items,
    query: '',
    index: 0,
    ...(purpose === 'compare' && { marked: [] }),
  };
}

/** With the chosen item marked, or not marked any more, and the next one chosen. */
export function toggled(picker: Picker): Picker {
  const item = matching(picker)[picker.index];
  const { marked } = picker;
  if (marked === undefined || item === undefined) return picker;
  const others = marked.filter((id) => id !== item.id);
  return movedBy({ ...picker, marked: others.length < marked.length ? others : [...marked, item.id] }, 1);
}

/** Modes to choose from; those that can't be used now come last, and say why. */
export function modeItems(modes: readonly ModeInfo[]): readonly PickerItem[] {
  const items = (usable: boolean): PickerItem[] =>
    modes
      .filter(({ problem }) => (problem === undefined) === usable)
      .map(({ name, model, problem, found }) => ({
        id: name,
        label: name,
        hint: problem ?? (found ? `found: ${model}` : model),
      }));
  return [...items(true), ...items(false)];
}

/** The items that match what was typed, best first; without a query, as they are. */
export function matching({ items, query }: Pick<Picker, 'items' | 'query'>): readonly PickerItem[] {
  if (query.trim() === '') return items;
  return items
    .flatMap((item) => {
      const score = fuzzyScore(query, `${item.label} ${item.hint ?? ''}`);
      return score === undefined ? [] : [{ item, score }];
    })
    .sort((one, other) => other.score - one.score)
    .map(({ item }) => item);
}

/** With another one chosen; stays in the list. */
export function movedBy(picker: Picker, steps: number): Picker {
  const last = Math.max(0, matching(picker).length - 1);
  return { ...picker, index: Math.min(last, Math.max(0, picker.index + steps)) };
}
