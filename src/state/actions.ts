import { createActing } from './acting.js';
import { createAttachmentActions } from './attachments/attachment-actions.js';
import { createBranchActions } from './branches/branch-actions.js';
import { createComparing } from './comparing/comparing.js';
import { setupWords } from './comparing/targets.js';
import { createDraftActions, type DraftPorts } from './editor/draft-actions.js';
import {
  type ChatSettings,
  type SettingChange,
  setParameter,
  setSystem,
  setTemperature,
} from './endpoint/chat-settings.js';
import { watchConnection } from './endpoint/connection-watch.js';
import { createEndpointActions, type EndpointPorts } from './endpoint/endpoint-actions.js';
import { watchServer } from './endpoint/server-watch.js';
import { createAskingActions } from './exchange/asking-actions.js';
import { createExchangeLog } from './exchange/exchange-log.js';
import { createExchanges } from './exchange/running.js';
import { withNotice } from './notices.js';
import type { ChatPort, ConnectionPort, FilesPort, ServerPort, SessionsPort } from './ports.js';
import { createSessionActions } from './sessions/session-actions.js';
import type { AppStore } from './store.js';
import { sanitizeLine } from './text/sanitize.js';
import { createToolActions } from './tools/tool-actions.js';
import { createViewActions } from './view/view-actions.js';

export interface ActionPorts extends DraftPorts, EndpointPorts {
  connection: ConnectionPort;
  chat: ChatPort;
  /** Reads the load of inference servers [none]. */
  server?: ServerPort | undefined;
  /** Reads files that the user names by path [none]. */
  files?: FilesPort | undefined;
  /** The saved sessions; with `off` conversations are not saved. */
  sessions?: SessionsPort | 'off' | undefined;
}

/** Every action of the user. An action that isn't possible now shows the reason in a toast. */
export type Actions = ReturnType<typeof createActions>;

/** Builds all actions. Only actions have effects: they read the clock, call ports and change the store. */
export function createActions(store: AppStore, ports: ActionPorts) {
  const { connection, chat, modes, screen, clock } = ports;
  const log = createExchangeLog();
  const exchanges = createExchanges({
    store,
    chat,
    screen,
    clock,
    log,
    onEnd: (whole) => asking.answered(whole),
    onFinished: (answer, exchange) => {
      saving?.finished(answer, exchange);
      watch.refresh();
    },
  });
  const acting = createActing({ get: store.getState, change: exchanges.change });
  const { get, change, say, act } = acting;
  const comparing = createComparing(store, modes, exchanges);
  const asking = createAskingActions(acting, exchanges, comparing);
  const { busy } = asking;
  const { saving, startNew, endSaving, ...sessionActions } = createSessionActions({
    store,
    change,
    clock,
    say,
    sessions: ports.sessions,
    busy,
  });
  const branches = createBranchActions({ get, change, busy });
  const watch = watchConnection(connection, acting);

  const stopModes = modes.onMore?.(() => change((state) => ({ ...state, modes: modes.all })));

  const setting = (set: (settings: ChatSettings, argument?: string) => SettingChange) =>
    act((argument?: string) => {
      const result = set(get().settings, argument);
      if (result.ok) change((state) => ({ ...state, settings: result.settings }));
      return result.message;
    });

  return {
    ...sessionActions,
    ...asking.actions,
    ...createDraftActions(acting, ports),
    ...createEndpointActions(acting, ports, comparing.offer),
    ...createAttachmentActions(acting, ports.files),
    ...createToolActions(acting, ports.files, asking.giveResult),
    ...createViewActions(acting, log),
    say,
    log,
    switchBranch: act(branches.move),
    pickBranch: act(branches.choose),
    branchFrom: act(branches.from),
    newConversation: act(() => {
      const reason = busy();
      if (reason !== undefined) return reason;
      if (get().messages.length === 0) return 'this conversation is already new';
      startNew();
      return undefined;
    }),
    nameConversation: act((name?: string) => {
      if (name === undefined) return 'usage: /name WORDS';
      change((state) => ({ ...state, name: sanitizeLine(name) }));
      return undefined;
    }),
    /** Polls the load of an endpoint's server until the returned function is called. */
    followServer: (endpoint: string) => ports.server && watchServer(change, ports.server, clock, endpoint),
    setSystem: setting(setSystem),
    setTemperature: setting(setTemperature),
    setParameter: setting(setParameter),
    compare: act(comparing.begin),
    compareWith: act(comparing.beginWith),
    repeatSides: act(comparing.repeat),
    explainSetup: (): void => change((state) => withNotice(state, 'info', setupWords(state.program))),
    markSide: act(comparing.mark),
    scrollSide: comparing.scroll,
    chooseSide: act(comparing.choose),
    reconnect: act(() => {
      if (exchanges.running) return asking.running();
      connection.reconnect();
      return undefined;
    }),
    quit: (): void => screen.exit(),
    suspend: (): void => screen.suspend(),
    redraw: (): void => screen.redraw(),
    /** Ends everything that runs; after this the store does not change. */
    dispose(): void {
      acting.end();
      watch.end();
      stopModes?.();
      exchanges.dispose();
      endSaving();
    },
  };
}
