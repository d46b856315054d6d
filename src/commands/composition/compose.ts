import { join } from 'node:path';
import { userFolders } from '../../common/program/user-folders.js';
import { loadConfig } from '../../config/load.js';
import { ConfigError, formatProblem } from '../../config/problem.js';
import type { LoadedConfig } from '../../config/resolve.js';
import type { ChatMessage } from '../../connector/messages.js';
import { OpenAIStreamConnector } from '../../connector/openai.js';
import type { ChatAnswer, ChatOptions } from '../../connector/types.js';
import { PROTOCOL_CONSTANTS, type RuntimeClientConfig } from '../../sdk/index.js';
import type { EndpointFlags } from '../support/flags/endpoint-flags.js';
import { printMessage } from '../support/output/print-message.js';
import { createLauncher, type Launcher } from './launch.js';
import { otherServer } from './other-server.js';
import { withCost } from './prices.js';
import { followed, type LateTelemetry, lateTelemetry } from './telemetry.js';

/** The flags of every command. */
export interface GlobalFlags extends EndpointFlags {
  config?: string;
  mode?: string;
  model?: string;
  baseUrl?: string;
  socket?: string;
  logLevel?: string;
  /** False with `--no-spawn`. */
  spawn: boolean;
}

/** The parts of the program, put together for one command. */
export interface Composition {
  loaded: LoadedConfig;
  connector: OpenAIStreamConnector;
  /** Whether to start the daemon and the simulator when they do not run. */
  spawns: boolean;
  /** Sends a conversation; starts the bundled simulator first when that is the endpoint. Never rejects. */
  exchange(messages: readonly ChatMessage[], options?: ChatOptions): Promise<ChatAnswer>;
  /** Resolves when the endpoint's simulator accepts requests; rejects with the reason when it could not start. */
  ready(signal: AbortSignal): Promise<void>;
  /** Absent unless the variables of OpenTelemetry turn telemetry on. */
  telemetry: LateTelemetry | undefined;
  close(): Promise<void>;
}

/**
 * Loads the configuration and joins daemon, simulator and connector to it.
 * @throws {ConfigError} when the configuration can't be used.
 */
export function compose(flags: GlobalFlags, client: RuntimeClientConfig = {}): Composition {
  const loaded = configuration(flags);
  const { config } = loaded;
  const socketPath = config.runtime.socketPath ?? PROTOCOL_CONSTANTS.DEFAULT_SOCKET_PATH;
  const overTcp = process.env.VASTAR_USE_TCP === 'true';
  const launcher: Launcher | undefined = flags.spawn
    ? createLauncher({
        socketPath,
        simulatorUrl: config.simulator.baseUrl,
        logFile: logFile('daemon'),
        ...(flags.logLevel !== undefined && { logLevel: flags.logLevel }),
      })
    : undefined;
  const connector = new OpenAIStreamConnector(loaded, {
    ...client,
    socketPath,
    ...(launcher !== undefined && !overTcp && { beforeConnect: (signal) => launcher.ensureDaemon(signal) }),
  });
  const ready = async (signal: AbortSignal, name = connector.endpoint.name): Promise<void> => {
    if (name === 'simulator') await launcher?.ensureSimulator(signal);
  };
  const never = new AbortController().signal;
  const telemetry = lateTelemetry(process.env);

  return {
    loaded,
    connector,
    spawns: flags.spawn,
    async exchange(messages, options = {}) {
      // Daemon and simulator start at the same time. The request reports why a daemon can't be reached.
      connector.connect({ ...(options.signal && { signal: options.signal }) }).catch(() => {});
      // If the simulator can't be started, the request reports a refused connection.
      await ready(options.signal ?? never, options.endpoint).catch(() => {});
      const asking: ChatOptions = {
        ...options,
        onEvent(event) {
          if (event.type === 'adapted') printMessage(event.notice);
          options.onEvent?.(event);
        },
      };
      const name = options.endpoint ?? connector.endpoint.name;
      const endpoint = connector.endpoints.find((one) => one.name === name) ?? connector.endpoint;
      const ask = (chosen: ChatOptions): Promise<ChatAnswer> => connector.exchange(messages, chosen);
      const exported = await telemetry?.load();
      const answer = await (exported === undefined
        ? ask(asking)
        : followed(exported, endpoint, messages, asking, ask));
      const isOther = name === 'simulator' && launcher?.isOtherServer === true;
      const explained = isOther ? otherServer(answer, config.simulator.baseUrl) : answer;
      return withCost(explained, endpoint, config.prices, options.model);
    },
    ready,
    telemetry,
    async close() {
      // The daemon exports its pending data at the same time.
      const exported = telemetry?.close();
      await connector.close();
      launcher?.stop();
      await exported;
    },
  };
}

/** Returns the folder for logs of the processes that the chat starts. */
export function logFile(name: 'chat' | 'daemon'): string {
  return join(userFolders().log, `${name}.log`);
}

function configuration(flags: GlobalFlags): LoadedConfig {
  const { mode, model, baseUrl, socket, provider, url, api, auth, header, query, set, stream, adapt } = flags;
  const { clientCert, clientKey } = flags;
  return loadConfig({
    cwd: process.cwd(),
    env: process.env,
    configPath: flags.config,
    flags: {
      mode,
      model,
      baseUrl,
      socket,
      provider,
      url,
      api,
      auth,
      header,
      query,
      set,
      stream,
      adapt,
      clientCert,
      clientKey,
    },
  });
}

/**
 * Prints the configuration's problems on stderr, for commands without a screen.
 * @throws {ConfigError} when the whole file could not be used: with the defaults, requests could go to another
 * endpoint.
 */
export function reportProblems({ problems, endpoint }: LoadedConfig): void {
  const unusable = problems.filter(({ severity, path }) => severity === 'error' && path === '');
  if (unusable.length > 0) throw new ConfigError(unusable);
  // A problem of the endpoint in use is not printed here, because its answers report it.
  const reported = problems.filter(({ message }) => endpoint.problem?.startsWith(message) !== true);
  for (const problem of reported) printMessage(formatProblem(problem));
}
