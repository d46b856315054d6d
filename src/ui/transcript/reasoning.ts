import type { AssistantMessage } from '../../state/messages.js';
import { count, seconds } from '../style/format.js';
import type { Line } from '../style/line.js';
import { createPlainBody, indented, type Row, rowOf, rowsIn } from './body.js';

/** The rows of an answer's reasoning: a title and, when unfolded, the text. */
export interface ReasoningRows {
  rows(message: AssistantMessage): readonly Row[];
}

/** Offsets of these rows are between -1 and 0, so all of them are before the answer's text. */
const FIRST = -1;
const PLACE = 2 ** -32;
const MARGIN = '  ';

export function createReasoningRows(width: number, unfolded: boolean): ReasoningRows {
  const body = createPlainBody(Math.max(1, width - MARGIN.length), 'dim');
  return {
    rows(message) {
      if (message.reasoning === '') return [];
      const title = rowOf(titleOf(message, unfolded), FIRST);
      if (!unfolded) return [title];
      body.update(message.reasoning);
      const rows = rowsIn(body).map((row) => {
        const line = row.width === 0 ? [] : [MARGIN, ...row.line];
        return rowOf(line, FIRST + (row.offset + 1) * PLACE, indented(row, MARGIN.length));
      });
      return [title, ...rows];
    },
  };
}

/** Returns e.g. `▸ reasoning 1.2 s, 340 tokens`, without unknown figures; `~` marks an estimate. */
function titleOf(
  { reasoning, reasoningTime, reasoningTokens, status, text }: AssistantMessage,
  unfolded: boolean,
): Line {
  const verb = status.kind === 'streaming' && text === '' ? 'reasoning …' : 'reasoning';
  const items: string[] = [];
  if (reasoningTime !== undefined && reasoningTime.toMs > reasoningTime.fromMs)
    items.push(seconds(reasoningTime.toMs - reasoningTime.fromMs));
  items.push(
    reasoningTokens === undefined
      ? `${count(Math.ceil(reasoning.length / CHARACTERS_PER_TOKEN), true)} tokens`
      : `${count(reasoningTokens)} tokens`,
  );
  return [['dim', `${unfolded ? '▾' : '▸'} ${verb} ${items.join(', ')}`]];
}

const CHARACTERS_PER_TOKEN = 4;
