import type { PasteReader } from './paste.js';
import type { Waiting } from './token.js';

/** The position in a token. */
export type State =
  | { kind: 'ground' }
  | { kind: 'escape'; alt: boolean }
  /** `ignored` means that it is too long and is dropped at its end. */
  | { kind: 'csi'; body: string; alt: boolean; ignored: boolean }
  /** After `CSI [`: the Linux console's F1 to F5. */
  | { kind: 'linux'; alt: boolean }
  | { kind: 'ss3'; body: string; alt: boolean }
  | { kind: 'string'; introducer: string; text: string; length: number; escaped: boolean; eightBit: boolean }
  | { kind: 'mouse'; bytes: readonly number[] }
  | { kind: 'paste'; reader: PasteReader };

export type StateOf<Kind extends State['kind']> = Extract<State, { kind: Kind }>;

/** The kind of input that a timeout ended, perhaps too early. If the rest comes later, it must not become keys. */
export type Lost = 'escape' | 'string' | 'paste' | undefined;

/** Returns the kind of input that is incomplete; undefined when there is none. */
export function waitingIn(state: State, lost: Lost): Waiting | undefined {
  switch (state.kind) {
    case 'ground':
      return lost === 'paste' ? 'late-paste' : undefined;
    case 'paste':
      return state.reader.interrupted ? 'interrupt' : 'paste';
    case 'escape':
      return 'escape';
    case 'csi':
    case 'ss3':
      return state.body === '' ? 'introducer' : 'sequence';
    case 'string':
      return state.length === 0 ? 'introducer' : 'sequence';
    default:
      return 'sequence';
  }
}
