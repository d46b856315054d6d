import type { Command } from 'commander';
import { messageOf } from '../common/errors.js';
import { VERSION } from '../common/program/version.js';
import { closestTo } from '../common/text/closest.js';
import type { Endpoint } from '../config/endpoints/endpoint.js';
import { answerRequest } from '../config/endpoints/endpoint-request.js';
import { isLoopback } from '../config/endpoints/endpoint-url.js';
import type { Problem } from '../config/problem.js';
import { formatProblem } from '../config/problem.js';
import { rehearse } from '../connector/rehearse.js';
import type { EndpointInfo, ModePort, Notice } from '../state/ports.js';
import { addChatFlags, type ChatFlags } from './chat/chat-flags.js';
import { chatSessions } from './chat/chat-sessions.js';
import { copyToDesktop } from './chat/clipboard-text.js';
import { createExternalEditor } from './chat/external-editor.js';
import { keepNewSpaceSmall } from './chat/new-space.js';
import { programWords } from './chat/program-words.js';
import { serverLoads } from './chat/server-loads.js';
import { divertOutput } from './chat/side-output.js';
import { tmuxReadsUtf8 } from './chat/tmux-encoding.js';
import { typedFiles } from './chat/typed-files.js';
import { type Composition, compose, type GlobalFlags, logFile } from './composition/compose.js';
import { configuredKeys } from './composition/secrets.js';
import { EXIT } from './support/ending/exit-codes.js';
import { leaveUnread } from './support/ending/leave.js';
import { UsageError } from './support/flags/usage-error.js';
import { problemsWithKeys } from './support/input/key-problems.js';
import { toolsFlag } from './support/input/tools-file.js';
import { printMessage } from './support/output/print-message.js';

/** Interval of health checks during a request. They detect a stopped daemon, and keep the daemon's figures current. */
const HEARTBEAT_MS = 1000;
const SIGNAL_EXIT: Partial<Record<NodeJS.Signals, number>> = {
  SIGHUP: EXIT.hungUp,
  SIGINT: EXIT.interrupted,
  SIGTERM: EXIT.terminated,
};

export function defineChat(command: Command): void {
  // Words that are not the name of a command are arguments of the chat, the default command.
  addChatFlags(command)
    .argument('[words...]')
    .usage('[options]')
    .action(async (words: string[], _flags: unknown, self: Command) => {
      const [word] = words;
      if (word !== undefined) {
        const near = closestTo(word, self.parent?.commands.map((command) => command.name()) ?? []);
        const hint = near === undefined ? '"vastar-tui --help" lists them.' : `Did you mean "${near}"?`;
        throw new UsageError(
          `there is no command "${word}". ${hint} To send it as a question: vastar-tui ask "${words.join(' ')}"`,
        );
      }
      process.exitCode = await chat(self.optsWithGlobals<GlobalFlags & ChatFlags>());
    });
}

async function chat(flags: GlobalFlags & ChatFlags): Promise<number> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw new UsageError('the chat needs a terminal. For one answer in a script: vastar-tui ask "…"');
  }
  const isPlain = flags.screenReader ?? process.env.INK_SCREEN_READER === 'true';
  if (process.env.TERM === 'dumb' && !isPlain) {
    throw new UsageError(
      'the chat needs a terminal that can draw, and TERM is dumb. Add --screen-reader for plain lines, or use: vastar-tui ask "…"',
    );
  }
  // From here on the terminal neither echoes nor translates keys, so that enter typed during the start arrives as
  // enter.
  process.stdin.setRawMode(true);
  try {
    return await open(flags);
  } finally {
    process.stdin.setRawMode(false);
  }
}

async function open(flags: GlobalFlags & ChatFlags): Promise<number> {
  const body = flags.tools === undefined ? {} : { tools: await toolsFlag(flags.tools) };
  // The interface is the largest part of the code, and only the chat loads it.
  const ui = import('../ui/run.js');
  const composition = compose(flags, { heartbeatMs: HEARTBEAT_MS });
  const editor = createExternalEditor(process.env);
  const ending = endings((signal) => signal === 'SIGINT' && editor.running);
  const { connector, loaded } = composition;
  const endDiversion = divertOutput(logFile('chat'), configuredKeys(loaded));
  const { chat: settings, theme, motion, mouse, slo } = loaded.config;
  const { modes, tellMore } = modesOf(composition);
  const sessions = chatSessions(flags, loaded);
  try {
    const { runTui, createKeymap } = await ui;
    const { keymap } = createKeymap(loaded.config.keys);
    const ended = runTui({
      connection: connector.client,
      chat: composition,
      server: serverLoads(composition),
      modes,
      models: async () => {
        // If the simulator cannot start, the request for the models reports a refused connection.
        await composition.ready(ending.signal).catch(() => {});
        return connector.listModels({ signal: ending.signal });
      },
      editText: editor.editText,
      copyText: (text) => copyToDesktop(text, process.env),
      keymap,
      sessions: sessions.port,
      settings: { ...settings, body },
      files: typedFiles,
      theme,
      calm: motion === 'reduced',
      ...(flags.screenReader === true && { screenReader: true }),
      mouse,
      slo,
      notices: problemsWithKeys(loaded).map(notice),
      program: programWords(process.env),
      outerReadsUtf8: () => tmuxReadsUtf8(process.env),
      version: VERSION,
      signal: ending.signal,
    });
    // Runs after the first frame, because processes start slowly. The connection pane shows a failure
    // and counts down to the next attempt.
    keepNewSpaceSmall();
    connector.client.reconnect();
    composition.ready(ending.signal).then(
      () => {
        // Runs only now, because the daemon and the simulator needed the processor until here.
        setImmediate(() => {
          sessions.rehearse();
          void rehearse(connector.endpoint);
        });
        void discoverLater(composition, ending.signal).then(tellMore);
        void composition.telemetry?.load();
        return warmUp(composition, ending.signal);
      },
      () => {},
    );
    await ended;
  } finally {
    ending.remove();
    await composition.close();
    endDiversion();
  }
  // The alternate screen is closed, so the message stays visible.
  const { error } = ending;
  if (error !== undefined) printMessage(`internal error: ${error}. Please report it.`);
  leaveUnread(ending.exitCode());
  return ending.exitCode();
}

/** Offers the model servers on this machine, after the first frame. Failures are ignored. */
async function discoverLater({ connector, loaded }: Composition, signal: AbortSignal): Promise<void> {
  const { discover: ports } = loaded.config;
  if (ports.size === 0) return;
  const { discover } = await import('./chat/discover.js');
  await discover(connector, ports, signal).catch(() => {});
}

/**
 * Requests the models of the bundled simulator, so that both processes have loaded their code and the daemon has a
 * connection before the first question. A provider gets no request that the user did not make.
 */
async function warmUp({ connector, spawns }: Composition, signal: AbortSignal): Promise<void> {
  const { name, baseUrl } = connector.endpoint;
  if (!spawns || name !== 'simulator' || !isLoopback(baseUrl)) return;
  // If this fails, the question fails too and shows the reason.
  await connector.listModels({ signal }).catch(() => {});
}

interface Endings {
  readonly signal: AbortSignal;
  /** The internal error that ended the program. */
  readonly error: string | undefined;
  exitCode(): number;
  remove(): void;
}

/** Combines all external signals that end the program, so that the terminal is restored first. */
function endings(ignores: (signal: NodeJS.Signals) => boolean): Endings {
  const abort = new AbortController();
  let code: number = EXIT.ok;
  let message: string | undefined;
  const onSignal = (name: NodeJS.Signals): void => {
    if (ignores(name)) return;
    code = SIGNAL_EXIT[name] ?? EXIT.failed;
    abort.abort();
  };
  const onError = (error: unknown): void => {
    code = EXIT.failed;
    message ??= messageOf(error);
    abort.abort();
  };
  const names = ['SIGTERM', 'SIGHUP', 'SIGINT'] as const;
  for (const name of names) process.on(name, onSignal);
  process.on('uncaughtException', onError);
  process.on('unhandledRejection', onError);
  return {
    signal: abort.signal,
    get error() {
      return message;
    },
    exitCode: () => code,
    remove() {
      for (const name of names) process.off(name, onSignal);
      process.off('uncaughtException', onError);
      process.off('unhandledRejection', onError);
    },
  };
}

function modesOf({ connector }: Composition): { modes: ModePort; tellMore: () => void } {
  const listeners = new Set<() => void>();
  const info = (endpoint: Endpoint): EndpointInfo => ({
    name: endpoint.name,
    url: answerRequest(endpoint).shownUrl,
    model: endpoint.model,
    limits: { timeoutMs: endpoint.timeoutMs, idleMs: endpoint.idleMs },
    reportsLoad: endpoint.access.metricsUrl !== undefined,
  });
  const modes: ModePort = {
    get current() {
      return info(connector.endpoint);
    },
    get all() {
      return connector.endpoints.map((endpoint) => ({
        ...info(endpoint),
        problem: endpoint.problem,
        found: endpoint.kind === 'found',
      }));
    },
    select(name) {
      const endpoint = connector.endpoints.find((one) => one.name === name);
      if (endpoint === undefined) return { ok: false, problem: `there is no endpoint "${name}"` };
      if (endpoint.problem !== undefined) return { ok: false, problem: endpoint.problem };
      return { ok: true, endpoint: info(connector.use(name)) };
    },
    onMore(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return {
    modes,
    tellMore() {
      for (const listener of listeners) listener();
    },
  };
}

function notice(problem: Problem): Notice {
  return { level: 'warning', text: formatProblem(problem) };
}
