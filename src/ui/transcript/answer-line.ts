import { finishClassOf } from '../../common/finish-reasons.js';
import { OUTCOMES } from '../../common/outcomes.js';
import type { AnswerStatus, AssistantMessage, Turn } from '../../state/messages.js';
import { count, duration, taken, tokenRate } from '../style/format.js';
import { joinThatFit, type Line, lineWidth, type Span, spread } from '../style/line.js';

type Ended = Exclude<AnswerStatus, { kind: 'streaming' | 'elsewhere' | 'interrupted' }>;

const APART = '   ';
/** What an answer is called that has no figures. */
const NAMES = { elsewhere: 'running elsewhere', interrupted: 'interrupted' } as const;

/** The line above an answer: what became of it, its figures as far as they are known, and the model. */
export function answerLine(message: AssistantMessage, width: number): Line {
  const model: Line = [['dim', message.endpoint.model]];
  const name: Line = [['bold', 'assistant']];
  const turn: Line[] = message.turn === undefined ? [] : [[turnMark(message.turn)]];
  if (message.status.kind === 'streaming')
    return spread(joinThatFit([name, ...turn], width, APART), model, width);
  const { status } = message;
  const told: Line[] =
    'metrics' in status ? [...marksOf(status), ...figuresOf(status)] : [[['bold', NAMES[status.kind]]]];
  const items = [name, ...turn, ...told];
  const beside = joinThatFit(items, width - lineWidth(model) - 1, APART);
  // The figures say more than the model's name.
  const left = beside.length < 3 ? joinThatFit(items, width, APART) : beside;
  return spread(left, model, width);
}

/** `‹ 2/3 ›`: the message is one of several that follow the same one. */
export function turnMark({ number, of }: Turn): Span {
  return ['accent', `‹ ${number}/${of} ›`];
}

/** Everything that keeps an answer from being a whole one, in words. */
function marksOf({ kind, metrics, finishReason }: Ended): Line[] {
  const marks: string[] = [];
  if (kind !== 'complete') marks.push(OUTCOMES[kind].shown);
  const ended = finishClassOf(finishReason ?? null);
  if (ended === 'limit') marks.push('cut at the limit');
  if (ended === 'refused') marks.push('filtered');
  if (finishReason === 'tool_calls' || finishReason === 'function_call') marks.push('asks for a tool');
  if (metrics.buffered) marks.push('buffered');
  return marks.map((mark) => [['bold', mark]]);
}

function figuresOf({ metrics }: Ended): Line[] {
  const { ttftMs, speed, tokensEstimated, outputTokens, e2eMs, elapsedMs, attempts } = metrics;
  const items: string[] = [];
  if (ttftMs !== undefined) items.push(`TTFT ${duration(ttftMs)}`);
  if (speed.kind === 'measured') items.push(tokenRate(speed.tokensPerSecond, tokensEstimated));
  if (outputTokens > 0) items.push(`${count(outputTokens, tokensEstimated)} tok`);
  // Of an answer that was saved without figures nothing is known.
  if (elapsedMs > 0) items.push(taken(e2eMs ?? elapsedMs));
  if (attempts > 1) items.push(`${attempts} attempts`);
  return items.map((item) => [['dim', item]]);
}
