/** A place in the conversation that stays when the width changes: a message, and an offset in its text. */
export interface Anchor {
  readonly message: number;
  readonly offset: number;
}

/** `follow`: the end stays in view. `held`: `top` is the first row; `seen` was the end when it was held. */
export type Scroll =
  | { readonly kind: 'follow' }
  | { readonly kind: 'held'; readonly top: Anchor; readonly seen: Anchor };

/** A cell of the conversation: a row of a message's block, and the cell in it, from 0. */
export interface Point {
  readonly message: number;
  readonly row: number;
  readonly column: number;
}

/** What the mouse selects in the conversation: both cells are in it, in either order. */
export interface Selected {
  readonly from: Point;
  readonly to: Point;
}
