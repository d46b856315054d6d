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
import { createKeyboard } from './keys/keyboard.js';
import { onceATurn } from './screen/once-a-turn.js';
import { createPainter, type Painter } from './screen/painter.js';
import { PlainApp } from './screen-reader/plain-app.js';
import { plainTheme, type ThemeName, themeOf } from './style/theme.js';
import { osc52 } from './terminal/clipboard.js';
import { opensLinks } from './terminal/hyperlinks.js';
import { createJobControl } from './terminal/job-control.js';
import { prepareMarkdown } from './transcript/markdown/markdown-body.js';
import { createViewport } from './transcript/viewport.js';

export { createKeymap } from './keys/bindings.js';

export interface TuiOptions {
  connection: ConnectionPort;
  chat: ChatPort;
  /** What servers tell of their load [nothing]. */
  server?: ServerPort;
  modes: ModePort;
  /** Shown as the conversation's first entries. */
  notices?: readonly Notice[];
  /** Lists the models of the endpoint in use [not possible]. */
  models?: () => Promise<readonly string[]>;
  /** Changes a text in a program of the user's own [not possible]. */
  editText?: (text: string) => Promise<string>;
  /** Reads what the user names by path [nothing]. */
  files?: FilesPort;
  /** Puts a text into the desktop's clipboard, for terminals that do not [nowhere]. */
  copyText?: (text: string) => void;
  /** Where conversations are saved; `off`: nowhere, which is shown [nowhere]. */
  sessions?: SessionsPort | 'off';
  /** Which keys do what [the defaults]. */
  keymap?: Keymap;
  /** Which colours; NO_COLOR wins over it [auto]. */
  theme?: ThemeName | undefined;
  /** Nothing moves that need not [false]. */
  calm?: boolean;
  /** The mouse scrolls, clicks and selects in the program [the terminal's own]. */
  mouse?: boolean;
  /** What counts as a good answer [500 ms to the first token, 50 ms per further one]. */
  slo?: { readonly [K in keyof Slo]?: number | undefined };
  /** Of the first conversation [none]. */
  settings?: ChatSettings;
  /** The program's version, shown with the help. */
  version: string;
  /** A terminal [process.stdin]. */
  stdin?: NodeJS.ReadStream;
  /** A terminal [process.stdout]. */
  stdout?: NodeJS.WriteStream;
  /** Aborting ends the interface as quitting does. */
  signal?: AbortSignal;
  /** No colours or other styles [when NO_COLOR is set, or TERM is dumb]. */
  noColor?: boolean;
  /** Plain appended lines instead of a screen [when INK_SCREEN_READER is true]. */
  screenReader?: boolean;
  clock?: Clock;
  /** Stops this process's job for Ctrl+Z [SIGTSTP to the process group]. */
  stopJob?: () => void;
}

/**
 * The chat interface: takes the terminal, and resolves when the user has quit, with the terminal as it was.
 * Rejects, after restoring the terminal, with an error that nothing else has caught.
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
  const { NO_COLOR = '', TERM, TMUX, INK_SCREEN_READER } = process.env;
  const noColor = options.noColor ?? (NO_COLOR !== '' || TERM === 'dumb');
  // A stream that is no terminal of Node's own does not say.
  const depth = 'getColorDepth' in stdout ? stdout.getColorDepth() : undefined;
  const theme = themeOf(noColor ? 'none' : options.theme, depth);
  const styles = theme !== plainTheme;
  const screenReader = options.screenReader ?? INK_SCREEN_READER === 'true';

  const keyboard = createKeyboard({ stdin, stdout, now: clock.now, plain: screenReader });
  const jobControl = createJobControl({
    stopJob: options.stopJob,
    onReturn: keyboard.resume,
    onLeave: keyboard.leave,
  });
  const painter = createPainter(stdout, theme);
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
  store.setState(({ calm, slo }) => ({
    keys: keymap.hints,
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
    theme,
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
  // The terminal is closed: no message is possible.
  stdout.on('error', screen.exit);
  options.signal?.addEventListener('abort', screen.exit);
  try {
    // Before anything is drawn: what is typed from now on must be neither echoed nor translated.
    stdin.setRawMode(true);
    instance = render(<SharedContext value={shared}>{screenReader ? <PlainApp /> : <App />}</SharedContext>, {
      // Ink reads none of it: no component uses its input hooks.
      stdin,
      stdout,
      alternateScreen: !screenReader,
      exitOnCtrlC: false,
      // What Ink would write above its frame stands in the middle of the painter's: who calls this sees to it.
      patchConsole: false,
      isScreenReaderEnabled: screenReader,
      // Also where CI is set: who calls this has a terminal.
      interactive: true,
    });
    if (options.signal?.aborted === true) screen.exit();
    const ended = instance.waitUntilExit();
    await Promise.race([ended, instance.waitUntilRenderFlush()]);
    actions.begin();
    prepareMarkdown();
    await ended;
  } finally {
    actions.dispose();
    jobControl.dispose();
    instance?.unmount();
    keyboard.leave();
    stdin.setRawMode(false);
    options.signal?.removeEventListener('abort', screen.exit);
    stdout.off('error', screen.exit);
    process.off('uncaughtException', onUncaught);
    process.off('unhandledRejection', onUncaught);
  }
  if (uncaught !== undefined) throw uncaught.error;
}

/** Leaves the terminal with nothing written to it until it is ours again. */
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
