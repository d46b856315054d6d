import { visible } from '../../config/index.js';
import type { OpenAIStreamConnector } from '../../connector/openai.js';
import type { ChatAnswer, ChatOptions, ExchangeEvent } from '../../connector/types.js';
import type { Order } from '../../loadtest/run-load.js';
import type { Sample } from '../../loadtest/sample.js';
import type { Tally } from '../../loadtest/tally.js';
import { tell } from '../support/tell.js';

/** What all requests of a test have in common. */
export interface Target {
  connector: OpenAIStreamConnector;
  prompts: readonly string[];
  options: ChatOptions;
}

const MAX_MESSAGE = 300;

/** Sends one request and adds what became of it. What the user stopped is no result. Never rejects. */
export async function send(
  { connector, prompts, options }: Target,
  { index, intendedMs }: Order,
  startMs: number,
  tally: Tally,
): Promise<void> {
  let sentMs = intendedMs;
  const gapsMs: number[] = [];
  const onEvent = (event: ExchangeEvent): void => {
    if (event.type === 'start') sentMs = performance.now() - startMs;
    if (event.type === 'adapted') tell(event.notice);
  };
  const content = prompts[index % prompts.length] ?? '';
  const answer = await connector.exchange([{ role: 'user', content }], {
    ...options,
    onEvent,
    onGap: (ms) => gapsMs.push(ms),
  });
  if (answer.outcome === 'cancelled') return;
  tally.add(sampleOf(answer, { index, intendedMs, endMs: performance.now() - startMs }, sentMs), gapsMs);
}

function sampleOf(
  answer: ChatAnswer,
  common: { index: number; intendedMs: number; endMs: number },
  sentMs: number,
): Sample {
  const { outcome, error, metrics } = answer;
  if (outcome !== 'complete') {
    const errorClass = outcome === 'error' ? (error?.getErrorClassName() ?? 'unknown') : outcome;
    const told = visible(error?.message ?? 'the answer did not end');
    const message = told.length > MAX_MESSAGE ? `${told.slice(0, MAX_MESSAGE)}…` : told;
    return { ...common, outcome: 'failed', errorClass, message };
  }
  const { ttftMs, e2eMs, speed, outputTokens, tokensEstimated } = metrics;
  return {
    ...common,
    outcome: 'complete',
    lagMs: sentMs - common.intendedMs,
    speed,
    outputTokens,
    tokensEstimated,
    ...(ttftMs !== undefined && { ttftMs }),
    ...(e2eMs !== undefined && { e2eMs }),
  };
}
