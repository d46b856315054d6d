import type { ExchangeEvent } from '../../connector/types.js';
import type { OutputRecorder } from '../../metrics/output-over-time.js';

/** Adds the event's output to the record; events without output change nothing. */
export function recordOutput(outputOverTime: OutputRecorder, event: ExchangeEvent): void {
  switch (event.type) {
    case 'text':
    case 'reasoning':
    case 'refusal':
      outputOverTime.add(event.tMs, event.text.length);
      return;
    case 'tool_call':
      outputOverTime.add(event.tMs, event.arguments.length + (event.name?.length ?? 0));
      return;
    default:
  }
}
