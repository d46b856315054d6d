import { finishClassOf } from '../../common/chat/finish-reasons.js';
import type { ToolCall } from '../../sdk/chat/chat-types.js';
import type { AppState } from '../app-state.js';
import { append } from '../branches/branches.js';
import type { AssistantMessage, Message, ShownCall } from '../messages.js';
import { sanitize, sanitizeLine } from '../text/sanitize.js';

/** A new piece of the call at `index`; name and arguments are sanitized. */
export interface CallPiece {
  readonly index: number;
  readonly id?: string;
  readonly name?: string;
  readonly arguments: string;
}

/** Adds pieces to their calls; each call keeps the first id that arrived. */
export function withPieces(calls: readonly ShownCall[], pieces: readonly CallPiece[]): readonly ShownCall[] {
  const next = [...calls];
  for (const { index, id = '', name = '', arguments: args } of pieces) {
    const call = next[index] ?? { id: '', name: '', arguments: '' };
    next[index] = { id: call.id || id, name: call.name + name, arguments: call.arguments + args };
  }
  return next;
}

/** Gives an id to calls without one: some servers send no ids, but results need them. */
export function withIds(calls: readonly ShownCall[]): readonly ShownCall[] {
  return calls.map((call, index) => (call.id === '' ? { ...call, id: `call_${index + 1}` } : call));
}

/** Returns a provider's tool call, sanitized. */
export function shownCall({ id, name, arguments: args }: ToolCall): ShownCall {
  return { id, name: sanitizeLine(name), arguments: sanitize(args) };
}

/** A tool call whose result the model waits for. */
export interface AwaitedCall {
  readonly answer: AssistantMessage;
  readonly call: ShownCall;
  /** The call's number among the answer's calls, from 1. */
  readonly number: number;
  readonly of: number;
}

type Asking = Pick<AppState, 'messages' | 'callsLeft' | 'revising' | 'comparison'>;

/** Returns the call whose result the next message is; undefined when the next message is a question. */
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

/** Whether the answer is complete. Otherwise its last call may be incomplete too. */
function isWhole({ status }: AssistantMessage): boolean {
  return status.kind === 'complete' && finishClassOf(status.finishReason ?? null) !== 'limit';
}

/** Adds the result of a call to the conversation. */
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
