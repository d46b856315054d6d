import type { ChatMessage } from '../connector/types.js';
import type { ExchangeMetrics } from '../metrics/exchange.js';
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
}

/** A word of the program itself; not part of what is sent. */
export interface NoticeMessage extends MessageBase {
  readonly role: 'notice';
  readonly level: Notice['level'];
}

export interface AssistantMessage extends MessageBase {
  readonly role: 'assistant';
  readonly turn?: Turn | undefined;
  readonly reasoning: string;
  /** When the first and the last of the reasoning came: Unix time in ms. */
  readonly reasoningTime?: { readonly fromMs: number; readonly toMs: number };
  /** As the provider counted them. */
  readonly reasoningTokens?: number;
  readonly endpoint: Pick<EndpointInfo, 'name' | 'model'>;
  readonly status: AnswerStatus;
}

/** What became of an answer. */
export type AnswerStatus =
  | { readonly kind: 'streaming' }
  | ({ readonly kind: 'complete' | 'empty' | 'truncated' | 'cancelled' | 'stalled' } & Ended)
  | ({ readonly kind: 'error'; readonly failure: Failure } & Ended)
  /** Its program ended before it did: what was saved of it. */
  | { readonly kind: 'interrupted'; readonly remarks: readonly string[] };

interface Ended {
  readonly metrics: ExchangeMetrics;
  /** Single lines on what is worth knowing about the answer. */
  readonly remarks: readonly string[];
  /** As the provider gave it, made harmless; absent when it gave none. */
  readonly finishReason?: string;
}

export type Message = UserMessage | NoticeMessage | AssistantMessage;

/** The messages to send: what was asked, and what was answered as far as it came. */
export function historyOf(messages: readonly Message[]): ChatMessage[] {
  const history: ChatMessage[] = [];
  for (const message of messages) {
    if (message.role === 'notice' || message.text === '') continue;
    history.push({ role: message.role, content: message.text });
  }
  return history;
}

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
