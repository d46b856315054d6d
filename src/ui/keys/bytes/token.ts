/** A token of the terminal's input. `alt` means that an extra ESC came before it. */
export type Token =
  | { kind: 'text'; text: string; alt: boolean }
  /** A C0 control or DEL. */
  | { kind: 'control'; code: number; alt: boolean }
  | { kind: 'esc' }
  | { kind: 'csi'; body: string; final: string; alt: boolean }
  | { kind: 'ss3'; body: string; final: string; alt: boolean }
  /** A complete OSC, DCS, APC, PM or SOS string. */
  | { kind: 'string'; introducer: string; text: string }
  /** The bytes after `CSI M`: button, column and row, each plus 32. */
  | { kind: 'mouse'; values: readonly number[] }
  | { kind: 'paste'; text: string };

/**
 * The kinds of incomplete input; each has a separate time limit.
 * - `escape`: after an ESC, which is the Escape key or begins a sequence
 * - `introducer`: after bytes such as `ESC [`, which are a key with alt or begin a sequence
 * - `sequence`: the rest of a sequence
 * - `paste`: the rest of a paste
 * - `interrupt`: the rest of a paste whose last bytes so far are Ctrl+C
 * - `late-paste`: the rest of a paste that was ended by a timeout
 */
export type Waiting = 'escape' | 'introducer' | 'sequence' | 'paste' | 'interrupt' | 'late-paste';

export interface Tokenizer {
  /** @returns the completed tokens */
  feed(bytes: Uint8Array): Token[];
  /** The kind of incomplete input; undefined when there is none. */
  readonly waiting: Waiting | undefined;
  /** Ends the incomplete input after its time limit. @returns its tokens */
  timeout(): Token[];
}
