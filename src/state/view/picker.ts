import type { ModeInfo } from '../ports.js';
import { fuzzyScore } from './fuzzy.js';

/** An item to choose. Sanitize its texts to single lines before you show them. */
export interface PickerItem {
  readonly id: string;
  readonly label: string;
  readonly hint?: string | undefined;
}

export type PickerPurpose = 'action' | 'mode' | 'compare' | 'model' | 'history' | 'branch' | 'code';

/** A list that the user filters by typing. */
export interface Picker {
  readonly kind: 'picker';
  readonly purpose: PickerPurpose;
  readonly items: readonly PickerItem[];
  readonly query: string;
  /** The index of the chosen item among the matching ones. */
  readonly index: number;
  /** The ids of the marked items; undefined when only one item can be chosen. */
  readonly marked?: readonly string[] | undefined;
}

/** Returns a newly opened picker. */
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

/** Marks the chosen item or removes its mark, then chooses the next one. */
export function toggled(picker: Picker): Picker {
  const item = matching(picker)[picker.index];
  const { marked } = picker;
  if (marked === undefined || item === undefined) return picker;
  const others = marked.filter((id) => id !== item.id);
  return movedBy({ ...picker, marked: others.length < marked.length ? others : [...marked, item.id] }, 1);
}

/** Returns the modes as items. Modes that can't be used now come last, with the reason. */
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

/** Returns the items that match the query, best first. Without a query, returns all in their order. */
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

/** Moves the choice by `steps`, clamped to the list. */
export function movedBy(picker: Picker, steps: number): Picker {
  const last = Math.max(0, matching(picker).length - 1);
  return { ...picker, index: Math.min(last, Math.max(0, picker.index + steps)) };
}
