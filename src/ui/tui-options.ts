import type { ChatSettings } from '../state/endpoint/chat-settings.js';
import type { Slo } from '../state/exchange/figures.js';
import type {
  ChatPort,
  Clock,
  ConnectionPort,
  FilesPort,
  ModePort,
  Notice,
  ServerPort,
  SessionsPort,
} from '../state/ports.js';
import type { Keymap } from './keys/bindings.js';
import type { ThemeName } from './style/theme.js';

export interface TuiOptions {
  connection: ConnectionPort;
  chat: ChatPort;
  /** Reads the load of inference servers [none]. */
  server?: ServerPort;
  modes: ModePort;
  /** Messages to show at the start of the conversation. */
  notices?: readonly Notice[];
  /** Lists the models of the endpoint in use [no list]. */
  models?: () => Promise<readonly string[]>;
  /** Opens a text in the user's own editor [no editor]. */
  editText?: (text: string) => Promise<string>;
  /** Reads files that the user names by path [none]. */
  files?: FilesPort;
  /** Copies to the desktop's clipboard, for terminals without OSC 52 [none]. */
  copyText?: (text: string) => void;
  /** The saved sessions. With `off` conversations are not saved, and the screen shows `not saved`. */
  sessions?: SessionsPort | 'off';
  /** The key bindings [the defaults]. */
  keymap?: Keymap;
  /** The colours; NO_COLOR takes precedence [auto]. */
  theme?: ThemeName | undefined;
  /** Reduced motion [false]. */
  calm?: boolean;
  /** Whether the program handles the mouse [the terminal does]. */
  mouse?: boolean;
  /** The objectives of a good answer [500 ms to the first token, 50 ms per further one]. */
  slo?: { readonly [K in keyof Slo]?: number | undefined };
  /** The settings of the first conversation [none]. */
  settings?: ChatSettings;
  /** The words that start this program in a shell [vastar-tui]. */
  program?: string;
  /** The program's version, shown in the help. */
  version: string;
  /** A terminal [process.stdin]. */
  stdin?: NodeJS.ReadStream;
  /** A terminal [process.stdout]. */
  stdout?: NodeJS.WriteStream;
  /** Aborting it ends the interface, as quitting does. */
  signal?: AbortSignal;
  /** Resolves to whether the terminal around this one reads UTF-8; undefined when that is not known [not known]. */
  outerReadsUtf8?: () => Promise<boolean | undefined>;
  /** Whether to use no colours or other styles [when NO_COLOR is set, or TERM is dumb]. */
  noColor?: boolean;
  /** Whether to append plain lines instead of drawing a screen [when INK_SCREEN_READER is true]. */
  screenReader?: boolean;
  clock?: Clock;
  /** Stops this process's job for Ctrl+Z [SIGTSTP to the process group]. */
  stopJob?: () => void;
}
