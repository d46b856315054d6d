import type { OutputKind } from '../metrics/load-timeline.js';
import type { Timeline } from '../metrics/timeline.js';
import type { ChatEvent, StreamEvent } from '../sdk/index.js';
import type { ChatOptions } from './types.js';

/** Records the parser's events on the timeline and passes them on with their times. */
export function observer(timeline: Timeline, sentMs: number, options: ChatOptions) {
  let arrivedMs = sentMs;
  let readUs: number | undefined;
  return {
    arrived(chunk: Extract<StreamEvent, { type: 'chunk' }>): void {
      arrivedMs = chunk.atMs;
      readUs = chunk.offsetUs;
    },
    /** Records that the latest chunk had output, but no event. */
    withheld: () => timeline.withheld(arrivedMs, readUs),
    onChatEvent(event: ChatEvent): void {
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
      options.onEvent?.({ ...event, tMs: arrivedMs - sentMs });
      if (event.type === 'text') options.onDelta?.(event.text);
    },
  };
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
