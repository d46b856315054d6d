import type { ExchangeEvent } from '../../connector/types.js';
import type { CourseRecorder } from '../../metrics/course.js';

/** Adds the event's output to the course; events without output change nothing. */
export function addToCourse(course: CourseRecorder, event: ExchangeEvent): void {
  switch (event.type) {
    case 'text':
    case 'reasoning':
    case 'refusal':
      course.add(event.tMs, event.text.length);
      return;
    case 'tool_call':
      course.add(event.tMs, event.arguments.length + (event.name?.length ?? 0));
      return;
    default:
  }
}
