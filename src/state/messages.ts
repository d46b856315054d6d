import type { Attachment } from '../common/chat/attachments.js';
import type { Carried } from '../common/chat/carried.js';
import type { ExchangeMetrics } from '../metrics/exchange.js';
import type { ToolCall } from '../sdk/chat/chat-types.js';
import type { Failure } from './exchange/failure.js';
import type { EndpointInfo, Notice } from './ports.js';

/** A message's number among its siblings (messages with the same parent); set when there are several. */
export interface Turn {
  readonly number: number;
  readonly of: number;
}

/** Ids increase along the conversation and are never reused. */
interface MessageBase {
  readonly id: number;
  /** Unix time in ms. */
  readonly atMs: number;
  /** Sanitized text with newlines. */
  readonly text: string;
}

export interface UserMessage extends MessageBase {
  readonly role: 'user';
  readonly turn?: Turn | undefined;
  /** Files that were sent with it. */
  readonly attachments?: readonly Attachment[];
}

/** A message from this program; it is not sent. */
interface NoticeMessage extends MessageBase {
  readonly role: 'notice';
  readonly level: Notice['level'];
}

/** The result of a tool call, entered by the user. */
export interface ToolMessage extends MessageBase {
  readonly role: 'tool';
  readonly turn?: Turn | undefined;
  readonly call: Pick<ShownCall, 'id' | 'name'>;
}

/** A tool call. Its name and arguments are sanitized; its id is the provider's. */
export type ShownCall = Readonly<ToolCall>;

export interface AssistantMessage extends MessageBase {
  readonly role: 'assistant';
  readonly turn?: Turn | undefined;
  readonly reasoning: string;
  /** The last part of `text`, if the provider marked it as the model's refusal. */
  readonly refusal?: string;
  /** When the first and the last reasoning arrived: Unix time in ms. */
  readonly reasoningTime?: { readonly fromMs: number; readonly toMs: number };
  /** The provider's count. */
  readonly reasoningTokens?: number;
  /** The tool calls in the answer. */
  readonly toolCalls?: readonly ShownCall[];
  /** Members that the provider expects back with the results. */
  readonly carried?: Carried;
  readonly endpoint: Pick<EndpointInfo, 'name' | 'model'>;
  readonly status: AnswerStatus;
}

/** How far an answer got, or how it ended. */
export type AnswerStatus =
  | { readonly kind: 'streaming' }
  | ({ readonly kind: 'complete' | 'empty' | 'truncated' | 'cancelled' | 'stalled' } & Ended)
  | ({ readonly kind: 'error'; readonly failure: Failure } & Ended)
  /** Another program is writing the answer; the chat shows the saved part. */
  | { readonly kind: 'elsewhere'; readonly remarks: readonly string[] }
  /** The program that wrote the answer ended first; the saved part is shown. */
  | { readonly kind: 'interrupted'; readonly remarks: readonly string[] };

interface Ended {
  readonly metrics: ExchangeMetrics;
  /** Remarks to show below the answer; single lines. */
  readonly remarks: readonly string[];
  /** The provider's finish reason, sanitized; absent when it sent none. */
  readonly finishReason?: string;
}

export type Message = UserMessage | NoticeMessage | ToolMessage | AssistantMessage;

/** Changes the answer with this id. It is nearly always the last message, so the search starts there. */
export function changeAnswer(
  messages: readonly Message[],
  id: number,
  change: (answer: AssistantMessage) => AssistantMessage,
): readonly Message[] {
  const index = messages.findLastIndex((message) => message.id === id);
  const answer = messages[index];
  return answer?.role === 'assistant' ? messages.with(index, change(answer)) : messages;
}

export function lastQuestion(messages: readonly Message[]): UserMessage | undefined {
  return messages.findLast((message): message is UserMessage => message.role === 'user');
}

/** Returns the question or tool result that the last answer belongs to, or that has no answer yet. */
export function lastQuestionOrResult(messages: readonly Message[]): UserMessage | ToolMessage | undefined {
  const turns = messages.filter((message) => message.role !== 'notice');
  const last = turns.at(-1);
  const answer = turns.findLastIndex(({ role }) => role === 'assistant');
  const calls = turns[answer];
  const open =
    last?.role === 'tool' &&
    calls?.role === 'assistant' &&
    turns.length - 1 - answer < (calls.toolCalls ?? []).length;
  const question = last?.role === 'assistant' || open ? turns[answer - 1] : last;
  return question?.role === 'assistant' ? undefined : question;
}

/** Returns the last answer that has text. */
export function lastAnswer(messages: readonly Message[]): AssistantMessage | undefined {
  return messages.findLast(
    (message): message is AssistantMessage => message.role === 'assistant' && message.text !== '',
  );
}
