import type { ShownCall } from '../../state/messages.js';
import { type Body, createPlainBody, indented, type Row, rowOf, rowsIn } from './body.js';

/** The rows of an answer's tool calls: each name, and below it the arguments that have arrived. */
export interface CallRows {
  rows(calls: readonly ShownCall[]): readonly Row[];
}

const MARGIN = '  ';

export function createCallRows(width: number): CallRows {
  const bodies: Body[] = [];
  const bodyOf = (index: number): Body => {
    const body = bodies[index] ?? createPlainBody(Math.max(1, width - MARGIN.length));
    bodies[index] = body;
    return body;
  };
  return {
    rows: (calls) =>
      calls.flatMap((call, index) => {
        const title = titleBody(call.name, width);
        if (call.arguments === '') return title;
        const body = bodyOf(index);
        body.update(call.arguments);
        const rows = rowsIn(body).map((row) => rowOf([MARGIN, ...row.line], 0, indented(row, MARGIN.length)));
        return [...title, ...rows];
      }),
  };
}

/** Returns e.g. `calls weather`, wrapped, because a name can be long. */
function titleBody(name: string, width: number): Row[] {
  const body = createPlainBody(width, 'accent');
  body.update(`calls ${name}`);
  return rowsIn(body);
}
