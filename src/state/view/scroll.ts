/** A place in the conversation that doesn't depend on the width: a message and an offset in its text. */
export interface Anchor {
  readonly message: number;
  readonly offset: number;
}

/**
 * `follow` keeps the conversation's end in view. `held` keeps `top` as the first row; `seen` is the place where the
 * conversation ended when scrolling began.
 */
export type Scroll =
  | { readonly kind: 'follow' }
  | { readonly kind: 'held'; readonly top: Anchor; readonly seen: Anchor };

/** A cell of the conversation: a part of a message's block, a row of the part and a column in it, all from 0. */
export interface Point {
  readonly message: number;
  readonly part: number;
  readonly row: number;
  readonly column: number;
}

/** The mouse's selection: both end cells belong to it, and they can be in either order. */
export interface Selected {
  readonly from: Point;
  readonly to: Point;
}
