import { type Instance, render } from 'ink';
import { createActions } from '../state/actions.js';
import type { ChatSettings } from '../state/endpoint/chat-settings.js';
import type { Slo } from '../state/exchange/figures.js';
import { systemClock } from '../state/exchange/frames.js';
import type {
  ChatPort,
  Clock,
  ConnectionPort,
  FilesPort,
  ModePort,
  Notice,
  ScreenPort,
  ServerPort,
  SessionsPort,
} from '../state/ports.js';
import { createAppStore } from '../state/store.js';
import { App } from './app.js';
import { SharedContext, type SuspendTerminal } from './components/context.js';
import { createKeymap, type Keymap } from './keys/bindings.js';
import { createKeyboard } from './keys/bytes/keyboard.js';
import { onceATurn } from './screen/once-a-turn.js';
import { createPainter, type Painter } from './screen/painter.js';
import { PlainApp } from './screen-reader/plain-app.js';
import { createReaderOutput } from './screen-reader/reader-output.js';
import { type Look, lookAfter, themeFor } from './style/look.js';
import type { ThemeName } from './style/theme.js';
import { osc52 } from './terminal/clipboard.js';
import { opensLinks } from './terminal/hyperlinks.js';
import { createJobControl } from './terminal/job-control.js';
import { assumeSize } from './terminal/size.js';
import { prepareMarkdown } from './transcript/markdown/markdown-body.js';
import { createViewport } from './transcript/viewport.js';

export { createKeymap } from './keys/bindings.js';

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

/**
 * Runs the chat interface in the terminal. It resolves after the user has quit and the terminal is restored.
 * On an uncaught error it restores the terminal and rejects with that error.
 */
export async function runTui(options: TuiOptions): Promise<void> {
  const {
    connection,
    chat,
    modes,
    clock = systemClock,
    stdin = process.stdin,
    stdout = process.stdout,
  } = options;
  assumeSize(stdout);
  const { NO_COLOR = '', TERM, TMUX, INK_SCREEN_READER } = process.env;
  const noColor = options.noColor ?? (NO_COLOR !== '' || TERM === 'dumb');
  // A stream that isn't a tty.WriteStream has no getColorDepth.
  const depth = 'getColorDepth' in stdout ? stdout.getColorDepth() : undefined;
  const themeName = noColor ? 'none' : (options.theme ?? 'auto');
  const styles = themeName !== 'none';
  const screenReader = options.screenReader ?? INK_SCREEN_READER === 'true';

  const themed = { name: themeName, depth, term: TERM } as const;
  let look: Look = {};
  const painter = createPainter(stdout, themeFor(look, themed));
  const reader = screenReader ? createReaderOutput(stdout) : undefined;
  const keyboard = createKeyboard({
    stdin,
    stdout,
    now: clock.now,
    plain: screenReader,
    queriesBackground: themeName === 'auto',
    onReply: (reply) => show(lookAfter(look, reply)),
  });
  const show = (next: Look): void => {
    const before = look;
    look = next;
    if (look === before) return;
    painter.restyle(themeFor(look, themed));
    if (before.utf8 !== false && look.utf8 === false) actions.say(NOT_UTF8);
  };
  /** The terminal around this one may be another one than before. What it reads overrides this one's own reply. */
  const lookAround = (): void => {
    if (screenReader) return;
    void options.outerReadsUtf8?.().then((utf8) => {
      if (utf8 !== undefined && utf8 !== look.utf8) show({ ...look, utf8 });
    });
  };
  const jobControl = createJobControl({
    stopJob: options.stopJob,
    onReturn() {
      keyboard.resume();
      lookAround();
    },
    onLeave: keyboard.leave,
  });
  let instance: Instance | undefined;
  const screen: ScreenPort = {
    flushed: async () => (screenReader ? instance?.waitUntilRenderFlush() : painter.painted()),
    copy(text) {
      stdout.write(osc52(text, TMUX !== undefined));
      options.copyText?.(text);
    },
    suspend: jobControl.suspend,
    leave: jobControl.leave,
    redraw: jobControl.redraw,
    exit: () => instance?.unmount(),
  };
  const store = createAppStore({ connection, modes, clock }, options.notices);
  if (options.settings !== undefined) store.setState({ settings: options.settings });
  const keymap = options.keymap ?? createKeymap().keymap;
  store.setState(({ calm, slo, program }) => ({
    keys: keymap.hints,
    program: options.program ?? program,
    calm: options.calm ?? calm,
    mouse: options.mouse ?? false,
    slo: { ttftMs: options.slo?.ttftMs ?? slo.ttftMs, tpotMs: options.slo?.tpotMs ?? slo.tpotMs },
  }));
  const { models, editText, files, sessions, server } = options;
  const actions = createActions(store, {
    connection,
    chat,
    server,
    modes,
    screen,
    clock,
    models,
    editText,
    files,
    sessions,
  });
  const shared = {
    store: onceATurn(store),
    actions,
    keymap,
    viewport: createViewport({ styles, highlighting: styles, hyperlinks: opensLinks(stdout) }),
    version: options.version,
    painter,
    keyboard,
    onTerminal: (suspend: SuspendTerminal) => jobControl.onTerminal(pausing(painter, suspend)),
  };

  let uncaught: { error: unknown } | undefined;
  const onUncaught = (error: unknown): void => {
    uncaught ??= { error };
    screen.exit();
  };
  process.on('uncaughtException', onUncaught);
  process.on('unhandledRejection', onUncaught);
  // The terminal is closed, so no message is possible.
  stdout.on('error', screen.exit);
  options.signal?.addEventListener('abort', screen.exit);
  try {
    // Raw mode comes first, so that the terminal doesn't echo or translate keys typed from now on.
    stdin.setRawMode(true);
    const app = reader === undefined ? <App /> : <PlainApp output={reader} />;
    instance = render(<SharedContext value={shared}>{app}</SharedContext>, {
      // Ink doesn't read stdin, because no component uses its input hooks.
      stdin,
      stdout: reader?.stdout ?? stdout,
      alternateScreen: !screenReader,
      exitOnCtrlC: false,
      // Ink would print console output into the painter's rows. The caller handles console output.
      patchConsole: false,
      isScreenReaderEnabled: screenReader,
      // Ink would turn this off when CI is set, but the caller has a terminal.
      interactive: true,
    });
    if (options.signal?.aborted === true) screen.exit();
    const ended = instance.waitUntilExit();
    await Promise.race([ended, instance.waitUntilRenderFlush()]);
    actions.begin();
    lookAround();
    prepareMarkdown();
    await ended;
  } finally {
    actions.dispose();
    jobControl.dispose();
    instance?.unmount();
    reader?.end();
    await keyboard.leave();
    stdin.setRawMode(false);
    options.signal?.removeEventListener('abort', screen.exit);
    stdout.off('error', screen.exit);
    process.off('uncaughtException', onUncaught);
    process.off('unhandledRejection', onUncaught);
  }
  if (uncaught !== undefined) throw uncaught.error;
}

const NOT_UTF8 = 'this terminal does not read UTF-8, so other characters are shown as ?';

/** Pauses the painter while another program has the terminal. */
function pausing(painter: Painter, suspend: SuspendTerminal): SuspendTerminal {
  return async () => {
    painter.pause();
    try {
      const { resume } = await suspend();
      return { resume: () => resume().finally(painter.begin) };
    } catch (error) {
      painter.begin();
      throw error;
    }
  };
}
