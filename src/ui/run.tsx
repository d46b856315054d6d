import { type Instance, render } from 'ink';
import { createActions } from '../state/actions.js';
import { systemClock } from '../state/exchange/frames.js';
import type { ScreenPort } from '../state/ports.js';
import { type AppStore, createAppStore } from '../state/store.js';
import { App } from './app.js';
import { type Shared, SharedContext } from './components/context.js';
import { createKeymap, type Keymap } from './keys/bindings.js';
import { createKeyboard } from './keys/bytes/keyboard.js';
import { onceATurn } from './screen/once-a-turn.js';
import { createPainter } from './screen/painter.js';
import { pausing } from './screen/pausing.js';
import { PlainApp } from './screen-reader/plain-app.js';
import { createReaderOutput } from './screen-reader/reader-output.js';
import { type Look, lookAfter, type ThemeOptions, themeFor } from './style/look.js';
import { osc52 } from './terminal/clipboard.js';
import { opensLinks } from './terminal/hyperlinks.js';
import { createJobControl } from './terminal/job-control.js';
import { assumeSize } from './terminal/size.js';
import { createWrites, unlessUnread } from './terminal/writes.js';
import { prepareMarkdown } from './transcript/markdown/markdown-body.js';
import { createViewport } from './transcript/viewport.js';
import type { TuiOptions } from './tui-options.js';

export { createKeymap } from './keys/bindings.js';

/**
 * Runs the chat interface in the terminal. It resolves after the user has quit and the terminal is restored.
 * On an uncaught error it restores the terminal and rejects with that error.
 */
export async function runTui(options: TuiOptions): Promise<void> {
  const { connection, modes, clock = systemClock, stdin = process.stdin, stdout = process.stdout } = options;
  assumeSize(stdout);
  const screenReader = options.screenReader ?? process.env.INK_SCREEN_READER === 'true';
  const reader = screenReader ? createReaderOutput(stdout) : undefined;
  const themed = themeOptions(options, stdout);
  const styles = themed.name !== 'none';

  let look: Look = {};
  const writes = createWrites(stdout);
  const painter = createPainter(stdout, themeFor(look, themed));
  const keyboard = createKeyboard({
    stdin,
    stdout,
    now: clock.now,
    plain: screenReader,
    queriesBackground: themed.name === 'auto',
    onReply: (reply) => show(lookAfter(look, reply)),
  });
  const show = (next: Look): void => {
    const before = look;
    look = next;
    if (look === before) return;
    painter.restyle(themeFor(look, themed));
    if (before.utf8 !== false && look.utf8 === false) actions.say(NOT_UTF8);
  };
  /**
   * Finds out what the terminal around this one reads, e.g. the one around tmux, which may have changed. Its answer
   * overrides this terminal's own reply.
   */
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
      stdout.write(osc52(text, process.env.TMUX !== undefined));
      options.copyText?.(text);
    },
    suspend: jobControl.suspend,
    leave: jobControl.leave,
    redraw: jobControl.redraw,
    exit: () => instance?.unmount(),
  };
  const keymap = options.keymap ?? createKeymap().keymap;
  const store = createAppStore({ connection, modes, clock }, options.notices);
  applyOptions(store, options, keymap);
  const { chat, server, models, editText, files, sessions } = options;
  const ports = { connection, chat, server, modes, screen, clock, models, editText, files, sessions };
  const actions = createActions(store, ports);
  const shared: Shared = {
    store: onceATurn(store),
    actions,
    keymap,
    viewport: createViewport({ styles, highlighting: styles, hyperlinks: opensLinks(stdout) }),
    version: options.version,
    painter,
    keyboard,
    onTerminal: (suspend) => jobControl.onTerminal(pausing(painter, writes, suspend)),
  };

  const uncaught = catchUncaught(screen.exit);
  // The terminal is closed, so no message is possible.
  stdout.on('error', screen.exit);
  options.signal?.addEventListener('abort', screen.exit);
  try {
    // Raw mode comes first, so that the terminal doesn't echo or translate keys typed from now on.
    stdin.setRawMode(true);
    writes.begin();
    const app = reader === undefined ? <App /> : <PlainApp output={reader} />;
    instance = render(<SharedContext value={shared}>{app}</SharedContext>, {
      ...INK_OPTIONS,
      // Ink doesn't read stdin, because no component uses its input hooks.
      stdin,
      stdout: reader?.stdout ?? stdout,
      alternateScreen: !screenReader,
      isScreenReaderEnabled: screenReader,
    });
    if (options.signal?.aborted === true) screen.exit();
    const ended = instance.waitUntilExit();
    await unlessUnread(Promise.race([ended, instance.waitUntilRenderFlush()]), options.signal);
    actions.begin();
    lookAround();
    prepareMarkdown();
    await unlessUnread(ended, options.signal);
  } finally {
    actions.dispose();
    jobControl.dispose();
    instance?.unmount();
    reader?.end();
    await keyboard.leave();
    await unlessUnread(writes.end(), options.signal);
    stdin.setRawMode(false);
    options.signal?.removeEventListener('abort', screen.exit);
    stdout.off('error', screen.exit);
    uncaught.release();
  }
  uncaught.rethrow();
}

const INK_OPTIONS = {
  exitOnCtrlC: false,
  // Ink would print console output into the painter's rows. The caller handles console output.
  patchConsole: false,
  // Ink would turn this off when CI is set, but the caller has a terminal.
  interactive: true,
};

const NOT_UTF8 = 'this terminal does not read UTF-8, so other characters are shown as ?';

function themeOptions({ theme = 'auto', noColor }: TuiOptions, stdout: NodeJS.WriteStream): ThemeOptions {
  const { NO_COLOR = '', TERM } = process.env;
  return {
    name: (noColor ?? (NO_COLOR !== '' || TERM === 'dumb')) ? 'none' : theme,
    // A stream that isn't a tty.WriteStream has no getColorDepth.
    depth: 'getColorDepth' in stdout ? stdout.getColorDepth() : undefined,
    term: TERM,
  };
}

/** Puts the caller's options into the initial state. */
function applyOptions(store: AppStore, options: TuiOptions, keymap: Keymap): void {
  if (options.settings !== undefined) store.setState({ settings: options.settings });
  store.setState(({ calm, slo, program }) => ({
    keys: keymap.hints,
    program: options.program ?? program,
    calm: options.calm ?? calm,
    mouse: options.mouse ?? false,
    slo: { ttftMs: options.slo?.ttftMs ?? slo.ttftMs, tpotMs: options.slo?.tpotMs ?? slo.tpotMs },
  }));
}

/** Ends the interface on an uncaught error of this process. `rethrow` throws the first such error, if there was one. */
function catchUncaught(exit: () => void): { release(): void; rethrow(): void } {
  let uncaught: { error: unknown } | undefined;
  const onUncaught = (error: unknown): void => {
    uncaught ??= { error };
    exit();
  };
  process.on('uncaughtException', onUncaught);
  process.on('unhandledRejection', onUncaught);
  return {
    release() {
      process.off('uncaughtException', onUncaught);
      process.off('unhandledRejection', onUncaught);
    },
    rethrow() {
      if (uncaught !== undefined) throw uncaught.error;
    },
  };
}
