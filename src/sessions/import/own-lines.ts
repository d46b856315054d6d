import type { Attachment } from '../../common/chat/attachments.js';
import { carriedIn } from '../../common/chat/carried.js';
import { numberIn, objectIn, objectsIn, textIn } from '../json.js';
import { errorIn } from '../records.js';
import { SESSION_ID } from '../session-id.js';
import { callsIn } from '../tool-calls.js';
import {
  EMPTY_MESSAGE,
  type Exchange,
  type JsonObject,
  MESSAGE_STATUSES,
  type Message,
  type Session,
} from '../types.js';

/** Whether the value is a line of this program's export of exchanges. */
export function isOwnLine(value: JsonObject): boolean {
  return ['session', 'question', 'answer', 'request', 'metrics'].every((name) => name in value);
}

/**
 * Reads sessions from this program's export of exchanges, which has one line for each exchange and no tree. Each
 * question follows the answer before it. A repeated question gets several answers.
 */
export function ownSessions(lines: readonly JsonObject[]): Session[] {
  const sessions = new Map<string, JsonObject[]>();
  for (const line of lines) {
    const id = textIn(line, 'session') ?? '';
    const others = sessions.get(id);
    if (others === undefined) sessions.set(id, [line]);
    else others.push(line);
  }
  return [...sessions].map(([id, own]) => sessionOfLines(id, own));
}

function sessionOfLines(id: string, lines: readonly JsonObject[]): Session {
  const messages: Message[] = [];
  const exchanges: Exchange[] = [];
  const add = (message: Partial<Message> & Pick<Message, 'role' | 'parentId' | 'atMs'>): Message => {
    const added = { ...EMPTY_MESSAGE, ...message, id: messages.length + 1 };
    messages.push(added);
    return added;
  };
  let question: Message | undefined;
  let answer: Message | undefined;
  for (const line of lines) {
    const atMs = Math.round(numberIn(line, 'atMs') ?? 0);
    const questionText = textIn(line, 'question');
    if (questionText !== undefined && questionText !== question?.text) {
      const [call, ...more] = answer?.toolCalls ?? [];
      const result = call !== undefined &&
        more.length === 0 && { role: 'tool' as const, toolCallId: call.id };
      const attachments = objectsIn(line, 'attachments').map(attachmentOf);
      question = add({
        role: 'user',
        ...result,
        parentId: answer?.id ?? null,
        atMs,
        text: questionText,
        attachments,
      });
    }
    const text = textIn(line, 'answer');
    answer =
      text === undefined ? undefined : add(answerOf(line, { text, atMs, parentId: question?.id ?? null }));
    exchanges.push(exchangeOf(line, { id: exchanges.length + 1, atMs, question, answer }));
  }
  const times = messages.map(({ atMs }) => atMs);
  return {
    id: SESSION_ID.test(id) ? id : '0'.repeat(12),
    title: textIn(lines[0] ?? {}, 'title') ?? 'untitled',
    createdMs: Math.min(...times, times[0] ?? 0),
    usedMs: Math.max(...times, 0),
    pinned: false,
    headId: messages.at(-1)?.id ?? null,
    messages,
    exchanges,
  };
}

function answerOf(
  line: JsonObject,
  { text, atMs, parentId }: { text: string; atMs: number; parentId: number | null },
) {
  const outcome = textIn(line, 'outcome');
  return {
    role: 'assistant' as const,
    parentId,
    atMs,
    text,
    reasoning: textIn(line, 'reasoning') ?? '',
    refusal: textIn(line, 'refusal') ?? '',
    toolCalls: callsIn(JSON.stringify(line.toolCalls ?? null)),
    carried: carriedIn(line.carried) ?? null,
    finishReason: textIn(line, 'finishReason') ?? null,
    status: MESSAGE_STATUSES.find((status) => status === outcome) ?? 'complete',
    endpoint: textIn(line, 'endpoint') ?? null,
    model: textIn(line, 'model') ?? null,
  };
}

function attachmentOf(named: JsonObject): Attachment {
  const [name, type, url] = [
    textIn(named, 'name') ?? '',
    textIn(named, 'type') ?? '',
    textIn(named, 'url') ?? null,
  ];
  return { name, type, size: numberIn(named, 'size') ?? null, data: null, url };
}

function exchangeOf(
  line: JsonObject,
  {
    id,
    atMs,
    question,
    answer,
  }: { id: number; atMs: number; question: Message | undefined; answer: Message | undefined },
): Exchange {
  return {
    id,
    questionId: question?.id ?? null,
    answerId: answer?.id ?? null,
    atMs,
    endpoint: textIn(line, 'endpoint') ?? '',
    url: textIn(line, 'url') ?? '',
    model: textIn(line, 'model') ?? '',
    outcome: textIn(line, 'outcome') ?? 'complete',
    error: errorIn(line.error ?? null),
    request: objectIn(line, 'request') ?? {},
    http: line.http ?? null,
    metrics: objectIn(line, 'metrics') ?? {},
    timeline: line.timeline ?? null,
    events: line.events ?? null,
  };
}
