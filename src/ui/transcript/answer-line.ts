import { finishClassOf } from '../../common/chat/finish-reasons.js';
import { OUTCOMES } from '../../common/chat/outcomes.js';
import type { AnswerStatus, AssistantMessage, Turn } from '../../state/messages.js';
import { count, duration, taken, tokenRate, tookMs } from '../style/format.js';
import { joinThatFit, type Line, lineWidth, type Span, spread } from '../style/line.js';

type Ended = Exclude<AnswerStatus, { kind: 'streaming' | 'elsewhere' | 'interrupted' }>;

const APART = '   ';
/** The ending of an answer without figures. */
const NAMES = { elsewhere: 'running elsewhere', interrupted: 'interrupted' } as const;

/** Returns the line above an answer: its ending, its known figures and its model. */
export function answerLine(message: AssistantMessage, width: number): Line {
  const model: Line = [['dim', message.endpoint.model]];
  const name: Line = [['bold', 'assistant']];
  const turn: Line[] = message.turn === undefined ? [] : [[turnMark(message.turn)]];
  if (message.status.kind === 'streaming')
    return spread(joinThatFit([name, ...turn], width, APART), model, width);
  const { status } = message;
  const facts: Line[] =
    'metrics' in status ? [...marksOf(status), ...figuresOf(status)] : [[['bold', NAMES[status.kind]]]];
  const items = [name, ...turn, ...facts];
  const beside = joinThatFit(items, width - lineWidth(model) - 1, APART);
  // If too few items fit beside the model, the model is left out, because figures matter more.
  const left = beside.length < 3 ? joinThatFit(items, width, APART) : beside;
  return spread(left, model, width);
}

/** Returns the message's number among its siblings, e.g. `‹ 2/3 ›`. */
export function turnMark({ number, of }: Turn): Span {
  return ['accent', `‹ ${number}/${of} ›`];
}

/** Returns words for everything that makes an answer incomplete or unusual. */
function marksOf({ kind, metrics, finishReason }: Ended): Line[] {
  const marks: string[] = [];
  if (kind !== 'complete') marks.push(OUTCOMES[kind].shown);
  const ended = finishClassOf(finishReason ?? null);
  if (ended === 'limit') marks.push('cut at the limit');
  if (ended === 'refused') marks.push('filtered');
  if (finishReason === 'tool_calls' || finishReason === 'function_call') marks.push('calls a tool');
  if (metrics.buffered) marks.push('buffered');
  return marks.map((mark) => [['bold', mark]]);
}

function figuresOf({ kind, metrics }: Ended): Line[] {
  const { ttftMs, speed, tokensEstimated, outputTokens, elapsedMs, attempts } = metrics;
  const items: string[] = [];
  if (ttftMs !== undefined) items.push(`TTFT ${duration(ttftMs)}`);
  if (speed.kind === 'measured') items.push(tokenRate(speed.tokensPerSecond, tokensEstimated));
  if (outputTokens > 0) items.push(`${count(outputTokens, tokensEstimated)} tok`);
  // An answer that was saved without figures has no duration.
  if (elapsedMs > 0) items.push(taken(tookMs(kind, metrics)));
  if (attempts > 1) items.push(`${attempts} attempts`);
  return items.map((item) => [['dim', item]]);
}
