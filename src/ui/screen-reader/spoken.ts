import type { Outcome } from '../../common/chat/outcomes.js';
import type { ExchangeMetrics } from '../../metrics/exchange.js';
import type { AppState } from '../../state/app-state.js';
import type { AssistantMessage, Message } from '../../state/messages.js';
import type { AppStore } from '../../state/store.js';
import { waitOf, waitWords } from '../panes/wait.js';
import { spokenWelcome } from '../panes/welcome.js';
import { count, duration, taken, tookMs } from '../style/format.js';

/** A shorter wait is not spoken, in ms. */
const WORTH_SPEAKING_MS = 10_000;

/** A log of events for screen readers, to which lines are only appended. */
export interface SpokenLog {
  readonly lines: readonly SpokenLine[];
  /** Calls `listener` after lines are added; returns a function that unsubscribes. */
  subscribe(listener: () => void): () => void;
}

interface SpokenLine {
  readonly id: number;
  readonly text: string;
}

/** Logs the welcome, the current state and then each change. */
export function createSpokenLog(store: AppStore): SpokenLog {
  const spoken = new Set<number>();
  const listeners = new Set<() => void>();
  let first: number | undefined;
  let lines: readonly SpokenLine[] = [];

  const say = (texts: readonly string[]): void => {
    if (texts.length === 0) return;
    lines = [...lines, ...texts.map((text, index) => ({ id: lines.length + index, text }))];
    for (const listener of listeners) listener();
  };
  const finished = (state: AppState): string[] => {
    // Another conversation is open, whose message ids may already be in `spoken`.
    if (state.messages[0]?.id !== first) spoken.clear();
    first = state.messages[0]?.id;
    const sides = state.comparison?.sides ?? [];
    const answers = sides.map(({ answer }) => answer);
    return [...state.messages, ...answers].flatMap((message) => {
      if (spoken.has(message.id) || isStreaming(message)) return [];
      spoken.add(message.id);
      return [spokenMessage(message)];
    });
  };
  const look = (state: AppState, before: AppState): void => {
    const texts = finished(state);
    if (state.toast !== undefined && state.toast !== before.toast) texts.push(sentence(state.toast.text));
    if (state.retry !== undefined && state.retry !== before.retry) {
      const { attempt, maxAttempts, reason } = state.retry;
      texts.push(sentence(`The request is retried, attempt ${attempt} of ${maxAttempts}: ${reason}`));
    }
    const wait = waitOf(state.request, WORTH_SPEAKING_MS);
    if (wait !== undefined && wait.kind !== waitOf(before.request, WORTH_SPEAKING_MS)?.kind)
      texts.push(sentence(waitWords(wait, state.endpoint.limits)));
    if (state.connection.status !== before.connection.status) texts.push(spokenConnection(state));
    else if (isSilent(state) !== isSilent(before))
      texts.push(isSilent(state) ? 'The daemon does not answer.' : 'The daemon answers again.');
    const isArmed = state.quitArmedUntilMs !== undefined && before.quitArmedUntilMs === undefined;
    // After a draft is cleared, the toast ends with the same words.
    if (isArmed && state.toast === undefined) texts.push(`${state.keys.quit} again quits.`);
    say(texts);
  };
  const initial = store.getState();
  say([...spokenWelcome(initial), ...finished(initial), spokenConnection(initial)]);
  // It never unsubscribes, because the store ends with the interface.
  store.subscribe(look);
  return {
    get lines() {
      return lines;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function isSilent({ connection }: AppState): boolean {
  return connection.status === 'connected' && connection.silentSinceMs !== undefined;
}

/** Returns the connection's state, without a countdown that would be read again each second. */
function spokenConnection({ connection }: Pick<AppState, 'connection'>): string {
  switch (connection.status) {
    case 'idle':
    case 'closed':
      return 'Not connected to the daemon.';
    case 'connecting':
      return 'Connecting to the daemon.';
    case 'waiting':
      return sentence(`Not connected to the daemon, reconnecting: ${connection.error.replace(/\s+/g, ' ')}`);
    case 'connected':
      return connection.daemon?.kind === 'foreign'
        ? 'Connected to a daemon that does not stream: answers come in one piece.'
        : 'Connected to the daemon.';
  }
}

/** Returns a message for screen readers: its author, text and ending. */
export function spokenMessage(message: Message): string {
  switch (message.role) {
    case 'user':
      return [
        `You: ${message.text}`,
        ...(message.attachments ?? []).map(({ name }) => `Attached: ${name}.`),
      ].join('\n');
    case 'tool':
      return `Result of ${message.call.name}: ${message.text}`;
    case 'notice':
      return `${message.level === 'warning' ? 'Warning' : 'Note'}: ${message.text}`;
    case 'assistant':
      return spokenAnswer(message);
  }
}

function spokenAnswer({ text, toolCalls = [], endpoint, status }: AssistantMessage): string {
  if (status.kind === 'streaming') return '';
  const failure =
    status.kind === 'error' ? [sentence(failed(status.failure.what)), sentence(status.failure.next)] : [];
  const answer = text === '' ? [] : [`Assistant, ${endpoint.model}: ${text}`];
  const calls = toolCalls.map(({ name, arguments: args }) =>
    sentence(`It calls ${name} with ${args || 'nothing'}`),
  );
  const figures = 'metrics' in status ? [spokenFigures(status.kind, status.metrics)] : [];
  return [...answer, ...calls, ...failure, ...status.remarks.map(sentence), ...figures].join('\n');
}

function failed(what: string): string {
  return what.startsWith('the answer failed') ? what : `The answer failed: ${what}`;
}

/** Returns e.g. `The answer took 1.4 s, the first token 312 ms; 118 tokens.` */
function spokenFigures(kind: Outcome, metrics: ExchangeMetrics): string {
  const { ttftMs, outputTokens, tokensEstimated } = metrics;
  const first = ttftMs === undefined ? '' : `, the first token ${duration(ttftMs)}`;
  const noun = outputTokens === 1 ? 'token' : 'tokens';
  const tokens =
    outputTokens === 0 ? '' : `; ${tokensEstimated ? 'about ' : ''}${count(outputTokens)} ${noun}`;
  return `The answer took ${taken(tookMs(kind, metrics))}${first}${tokens}.`;
}

function isStreaming(message: Message): boolean {
  return message.role === 'assistant' && ['streaming', 'elsewhere'].includes(message.status.kind);
}

function sentence(text: string): string {
  const begun = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
