import { shownHeaders } from '../common/http/headers.js';
import type { OutputKind } from '../metrics/load-timeline.js';
import type { Timeline } from '../metrics/timeline.js';
import type { ChatEvent, ChatResult } from '../sdk/chat/chat-types.js';
import { type AnswerContext, type ChatStream, createChatStream, type StreamEnding } from '../sdk/index.js';
import type { DecodedEvent } from './decoded-events.js';
import type { Stopper } from './stopper.js';
import type { ChatOptions } from './types.js';

/** How long a provider may keep the connection open after its answer's end, in ms. */
export const LINGER_MS = 500;
/** How long to wait for usage or `[DONE]` after the last event, in ms, by how certain the answer's end is. */
export const CLOSING_MS = { concluded: 2000, doubtful: 10_000, open: undefined } as const;

/** Reads the response of an exchange: parses the answer, and passes on its events with their times. */
export interface AnswerReader {
  /** Takes the response's next event. While a returned promise is pending, reading pauses. */
  take(event: DecodedEvent): void | Promise<void>;
  /** Ends the answer. */
  end(ending: StreamEnding): ChatResult;
}

export interface AnswerReaderOptions extends Pick<ChatOptions, 'onEvent' | 'onDelta' | 'onWire'> {
  /** Called after each chunk. While the returned promise is pending, reading pauses. */
  drained?: (() => Promise<void> | undefined) | undefined;
  timeline: Timeline;
  sentMs: number;
  context: AnswerContext;
  /** Ends the exchange on silence, and after the answer's end. */
  stop: Stopper;
  /** Returns the content coding of the response. */
  coding: () => string | undefined;
}

export function createAnswerReader(options: AnswerReaderOptions): AnswerReader {
  const { timeline, sentMs, context, stop, onEvent, onDelta, onWire, drained } = options;
  let chat: ChatStream | undefined;
  let arrivedMs = sentMs;
  let readUs: number | undefined;

  const onChatEvent = (event: ChatEvent): void => {
    if (event.type === 'report') {
      timeline.reported(event.members);
      return;
    }
    const decodedMs = performance.now();
    const output = outputOf(event);
    if (output !== undefined && output.text !== '') {
      timeline.content({ kind: output.kind, text: output.text, arrivedMs, decodedMs, readUs });
    } else if (event.type === 'usage') {
      timeline.usage(event.usage);
    } else if (event.type === 'split') {
      timeline.split(isRestart(event));
    }
    onEvent?.({ ...event, tMs: arrivedMs - sentMs });
    if (event.type === 'text') onDelta?.(event.text);
  };

  const onChunk = (event: Extract<DecodedEvent, { type: 'chunk' }>): void | Promise<void> => {
    if (chat === undefined) return;
    const { data, atMs } = event;
    if (event.coding !== undefined) timeline.coded(event.coding);
    timeline.received(event.wireBytes ?? data.length, atMs, data.length);
    arrivedMs = atMs;
    readUs = event.offsetUs;
    const { over: wasOver, withheld } = chat;
    const active = chat.feed(data);
    timeline.withheld(chat.withheld - withheld, arrivedMs, readUs);
    // Comments and pings after the end do not extend the wait.
    if (chat.over && !wasOver) stop.after(LINGER_MS);
    else if (!chat.over && active) stop.after(CLOSING_MS[chat.ending]);
    const pause = drained?.();
    if (pause === undefined) {
      stop.bytes();
      return;
    }
    stop.rest();
    return pause.then(stop.bytes);
  };

  const onStart = (event: Extract<DecodedEvent, { type: 'start' }>): void => {
    const { statusCode, headers, buffered, atMs, timings } = event;
    const coding = options.coding();
    stop.bytes();
    timeline.headers({ atMs, timings, buffered, headers, ...(coding !== undefined && { coding }) });
    const contentType = headers['content-type'] ?? '';
    chat = createChatStream({ statusCode, contentType, headers }, onChatEvent, context);
    onEvent?.({
      type: 'headers',
      tMs: atMs - sentMs,
      statusCode,
      // A getter, because hiding secrets takes time and most callers don't read the headers.
      get headers() {
        return shownHeaders(headers, context.keys ?? []);
      },
      buffered,
    });
  };

  return {
    take(event) {
      if (event.type !== 'chunk' || event.data.length > 0) onWire?.(event);
      if (event.type === 'chunk') return onChunk(event);
      if (event.type === 'start') return onStart(event);
      const { atMs, ...retry } = event;
      timeline.retrying(retry.attempt);
      onEvent?.({ ...retry, tMs: atMs - sentMs });
    },
    end: (ending) => chat?.end(ending) ?? unanswered(ending),
  };
}

/** Returns the result of an exchange without a response. */
export function unanswered(ending: StreamEnding): ChatResult {
  return createChatStream({ statusCode: 200, contentType: '' }).end(ending);
}

/** Whether a gateway begins the answer again. */
export function isRestart({ reasoning, text }: Extract<ChatEvent, { type: 'split' }>): boolean {
  return reasoning === '' && text === '';
}

/** Returns the output in an event: text, or a tool call's name and arguments. Undefined for other events. */
export function outputOf(event: ChatEvent): { kind: OutputKind; text: string } | undefined {
  switch (event.type) {
    case 'text':
    case 'reasoning':
    case 'refusal':
      return { kind: event.type, text: event.text };
    case 'tool_call':
      return { kind: event.type, text: `${event.name ?? ''}${event.arguments}` };
    default:
      return undefined;
  }
}
