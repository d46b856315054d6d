import { finishClassOf } from '../../common/finish-reasons.js';
import type { ToolCall } from '../../sdk/chat/chat-types.js';
import type { AppState } from '../app-state.js';
import { append } from '../branches/branches.js';
import type { AssistantMessage, Message, ShownCall } from '../messages.js';
import { sanitize, sanitizeLine } from '../text/sanitize.js';

/** The new pieces of the call at `index` since the last frame, made harmless. */
export interface CallPiece {
  readonly index: number;
  readonly id?: string;
  readonly name?: string;
  readonly arguments: string;
}

/** The calls with their new pieces; each has the first id and name that arrived. */
export function withPieces(calls: readonly ShownCall[], pieces: readonly CallPiece[]): readonly ShownCall[] {
  const next = [...calls];
  for (const { index, id = '', name = '', arguments: args } of pieces) {
    const call = next[index] ?? { id: '', name: '', arguments: '' };
    next[index] = { id: call.id || id, name: call.name || name, arguments: call.arguments + args };
  }
  return next;
}

/** The calls of an answer that has ended. Servers leave ids out; results need some. */
export function withIds(calls: readonly ShownCall[]): readonly ShownCall[] {
  return calls.map((call, index) => (call.id === '' ? { ...call, id: `call_${index + 1}` } : call));
}

/** A call as an answer brought it, made harmless. */
export function shownCall({ id, name, arguments: args }: ToolCall): ShownCall {
  return { id, name: sanitizeLine(name), arguments: sanitize(args) };
}

/** A call whose result the model waits for. */
export interface AwaitedCall {
  readonly answer: AssistantMessage;
  readonly call: ShownCall;
  /** Counted from 1, of all calls of the answer. */
  readonly number: number;
  readonly of: number;
}

type Asking = Pick<AppState, 'messages' | 'callsLeft' | 'revising' | 'comparison'>;

/** The next call without a result: what is sent is its result. Undefined when a message would be a question. */
export function awaitedCall({ messages, callsLeft, revising, comparison }: Asking): AwaitedCall | undefined {
  if (revising !== undefined || comparison !== undefined) return undefined;
  let results = 0;
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    const message = messages[index];
    if (message?.role === 'notice') continue;
    if (message?.role === 'tool') {
      results += 1;
      continue;
    }
    if (message?.role !== 'assistant' || message.id === callsLeft || !isWhole(message)) return undefined;
    const calls = message.toolCalls ?? [];
    const call = calls[results];
    return call && { answer: message, call, number: results + 1, of: calls.length };
  }
  return undefined;
}

/** Not stopped, failed or cut: a call may be incomplete otherwise. */
function isWhole({ status }: AssistantMessage): boolean {
  return status.kind === 'complete' && finishClassOf(status.finishReason ?? null) !== 'limit';
}

/** The conversation with the result of a call. */
export function addResult(state: AppState, { call }: AwaitedCall, text: string): AppState {
  const { id, name } = call;
  const result: Message = {
    role: 'tool',
    id: state.nextMessageId,
    atMs: state.nowMs,
    text,
    call: { id, name },
  };
  return {
    ...state,
    ...append(state, result),
    nextMessageId: state.nextMessageId + 1,
    scroll: { kind: 'follow' },
  };
}
