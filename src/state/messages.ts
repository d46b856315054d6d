import type { Attachment } from '../common/attachments.js';
import type { ExchangeMetrics } from '../metrics/exchange.js';
import type { Carried, ToolCall } from '../sdk/chat/chat-types.js';
import type { Failure } from './exchange/failure.js';
import type { EndpointInfo, Notice } from './ports.js';

/** Where a message stands among those that follow the same one; known when there are several. */
export interface Turn {
  readonly number: number;
  readonly of: number;
}

/** Ids rise along the conversation and are never used twice. */
interface MessageBase {
  readonly id: number;
  /** Unix time in ms. */
  readonly atMs: number;
  /** Harmless text (`sanitize`), with newlines. */
  readonly text: string;
}

export interface UserMessage extends MessageBase {
  readonly role: 'user';
  readonly turn?: Turn | undefined;
  /** Files that were sent with it. */
  readonly attachments?: readonly Attachment[];
}

/** A message of the program itself; it is not sent. */
interface NoticeMessage extends MessageBase {
  readonly role: 'notice';
  readonly level: Notice['level'];
}

/** What a tool answered to a call: given by the user, sent as such. */
export interface ToolMessage extends MessageBase {
  readonly role: 'tool';
  readonly turn?: Turn | undefined;
  readonly call: Pick<ShownCall, 'id' | 'name'>;
}

/** A call of a tool: name and arguments are harmless text, the id is as it came. */
export type ShownCall = Readonly<ToolCall>;

export interface AssistantMessage extends MessageBase {
  readonly role: 'assistant';
  readonly turn?: Turn | undefined;
  readonly reasoning: string;
  /** When the first and the last of the reasoning came: Unix time in ms. */
  readonly reasoningTime?: { readonly fromMs: number; readonly toMs: number };
  /** As the provider counted them. */
  readonly reasoningTokens?: number;
  /** What the answer asks of tools. */
  readonly toolCalls?: readonly ShownCall[];
  /** What the provider wants back with the results. */
  readonly carried?: Carried;
  readonly endpoint: Pick<EndpointInfo, 'name' | 'model'>;
  readonly status: AnswerStatus;
}

/** What became of an answer. */
export type AnswerStatus =
  | { readonly kind: 'streaming' }
  | ({ readonly kind: 'complete' | 'empty' | 'truncated' | 'cancelled' | 'stalled' } & Ended)
  | ({ readonly kind: 'error'; readonly failure: Failure } & Ended)
  /** Another program writes it: what was saved of it so far. */
  | { readonly kind: 'elsewhere'; readonly remarks: readonly string[] }
  /** Its program ended before it did: what was saved of it. */
  | { readonly kind: 'interrupted'; readonly remarks: readonly string[] };

interface Ended {
  readonly metrics: ExchangeMetrics;
  /** Single lines on what is worth knowing about the answer. */
  readonly remarks: readonly string[];
  /** As the provider gave it, made harmless; absent when it gave none. */
  readonly finishReason?: string;
}

export type Message = UserMessage | NoticeMessage | ToolMessage | AssistantMessage;

/** A change to the answer with this id, which is nearly always the last message. */
export function changeAnswer(
  messages: readonly Message[],
  id: number,
  change: (answer: AssistantMessage) => AssistantMessage,
): readonly Message[] {
  const index = messages.findLastIndex((message) => message.id === id);
  const answer = messages[index];
  return answer?.role === 'assistant' ? messages.with(index, change(answer)) : messages;
}

/** The last question. */
export function lastQuestion(messages: readonly Message[]): UserMessage | undefined {
  return messages.findLast((message): message is UserMessage => message.role === 'user');
}

/** What the last answer answers, or waits for one: a question or the result of a call. */
export function lastAsked(messages: readonly Message[]): UserMessage | ToolMessage | undefined {
  const said = messages.filter((message) => message.role !== 'notice');
  const last = said.at(-1);
  const answer = said.findLastIndex(({ role }) => role === 'assistant');
  const calls = said[answer];
  const open =
    last?.role === 'tool' &&
    calls?.role === 'assistant' &&
    said.length - 1 - answer < (calls.toolCalls ?? []).length;
  const asked = last?.role === 'assistant' || open ? said[answer - 1] : last;
  return asked?.role === 'assistant' ? undefined : asked;
}

/** The last answer that has text. */
export function lastAnswer(messages: readonly Message[]): AssistantMessage | undefined {
  return messages.findLast(
    (message): message is AssistantMessage => message.role === 'assistant' && message.text !== '',
  );
}

/** What the conversation is called: the first line of its first question. */
export function titleOf(messages: readonly Message[]): string {
  const question = messages.find((message) => message.role === 'user');
  return question?.text.trim().split('\n', 1)[0] ?? 'new conversation';
}
