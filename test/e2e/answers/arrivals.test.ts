import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ChatAnswer, OpenAIStreamConnector } from '../../../src/index.js';
import { makeSandbox, type Running, type Sandbox, startProgram } from '../../support/programs/program.js';
import { startUpstream, type Upstream } from '../../support/servers/upstream.js';

// Each split of an answer into arrivals, with each form of usage, over HTTP through the real daemon. Times vary, so the
// tests check the relations between the figures of one answer.

const TOKENS = 12;
/** Four ASCII characters, which the estimate also counts as one token. */
const WORD = 'tok ';
const PROMPT = 7;
const THOUGHT = 500;

/** Number of tokens that the server writes together, and the wait after them in ms. */
type Split = readonly (readonly [tokens: number, waitMs: number])[];
const each = (count: number, tokens: number, waitMs: number): Split =>
  Array.from({ length: count }, () => [tokens, waitMs] as const);
const SPLITS: readonly (readonly [name: string, split: Split])[] = [
  ['one token a packet', each(12, 1, 25)],
  ['three tokens a packet', each(4, 3, 40)],
  ['one packet', [[12, 0]]],
  [
    'two packets',
    [
      [1, 100],
      [11, 0],
    ],
  ],
  [
    'most in one later packet',
    [
      [1, 60],
      [1, 60],
      [10, 0],
    ],
  ],
  ['a first packet of most, then one token a packet', [[7, 40], ...each(5, 1, 25)]],
  ['packets without a pause', each(12, 1, 0)],
  ['a pause in the middle', [...each(6, 1, 20), [1, 400], ...each(5, 1, 20)]],
];

interface Form {
  readonly name: string;
  /** Members beside `choices` of the event after this many tokens. The last event has no choices. */
  readonly usage: (told: { sofar: number; last: boolean }) => object | undefined;
  /** Number of tokens that were counted but not streamed. */
  readonly hidden?: number;
  readonly estimated?: true;
  /** True when the number of arrived tokens is unknown. */
  readonly unknown?: true;
}
const counts = (completion: number, more: object = {}): object => ({
  prompt_tokens: PROMPT,
  completion_tokens: completion,
  total_tokens: PROMPT + completion,
  ...more,
});
const atEnd =
  (usage: object): Form['usage'] =>
  ({ last }) =>
    last ? { usage } : undefined;
const reasoning = { completion_tokens_details: { reasoning_tokens: THOUGHT } };
const FORMS: readonly Form[] = [
  { name: 'none', usage: () => undefined, estimated: true },
  { name: 'at the end', usage: atEnd(counts(TOKENS)) },
  { name: 'in each event, so far', usage: ({ sofar }) => ({ usage: counts(sofar) }) },
  { name: 'null until the end', usage: ({ last }) => ({ usage: last ? counts(TOKENS) : null }) },
  {
    name: 'as input_tokens and output_tokens',
    usage: atEnd({ input_tokens: PROMPT, output_tokens: TOKENS }),
  },
  { name: 'as digits in strings', usage: atEnd({ prompt_tokens: '7', completion_tokens: '12' }) },
  { name: 'zeros', usage: atEnd(counts(0, { prompt_tokens: 0, total_tokens: 0 })), estimated: true },
  { name: 'hidden reasoning within', usage: atEnd(counts(TOKENS + THOUGHT, reasoning)), hidden: THOUGHT },
  {
    name: 'hidden reasoning beside',
    usage: atEnd(counts(TOKENS, { total_tokens: PROMPT + TOKENS + THOUGHT, ...reasoning })),
    hidden: THOUGHT,
  },
  {
    name: 'hidden reasoning in the total alone',
    usage: atEnd(counts(TOKENS, { total_tokens: PROMPT + TOKENS + THOUGHT })),
    hidden: THOUGHT,
  },
  {
    name: 'far more than arrived',
    usage: atEnd(counts(TOKENS + THOUGHT)),
    hidden: THOUGHT,
    estimated: true,
    unknown: true,
  },
];

let sandbox: Sandbox;
let daemon: Running;
let upstream: Upstream;
let connector: OpenAIStreamConnector;

beforeAll(async () => {
  sandbox = await makeSandbox();
  daemon = startProgram(sandbox, ['runtime', 'run']);
  await daemon.untilStderr(/listening on/);
  upstream = await startUpstream(async (request, response) => {
    const [, split = '', form = ''] = /play (\d+) (\d+)/.exec(request.body.toString()) ?? [];
    const usage = FORMS[Number(form)]?.usage ?? (() => undefined);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const event = (choices: object[], told: Parameters<Form['usage']>[0]): string =>
      `data: ${JSON.stringify({ choices, ...usage(told) })}\n\n`;
    let sofar = 0;
    for (const [tokens, waitMs] of SPLITS[Number(split)]?.[1] ?? []) {
      const events = Array.from({ length: tokens }, () => {
        sofar += 1;
        return event([{ index: 0, delta: { content: WORD } }], { sofar, last: false });
      });
      response.write(events.join(''));
      if (waitMs > 0) await sleep(waitMs);
    }
    response.write(event([{ index: 0, delta: {}, finish_reason: 'stop' }], { sofar, last: false }));
    response.end(`${event([], { sofar, last: true })}data: [DONE]\n\n`);
  });
  connector = new OpenAIStreamConnector(
    { openai: { api_key: 'sk-test', base_url: upstream.url }, simulator: { enabled: false } },
    { socketPath: sandbox.socketPath },
  );
});

afterAll(async () => {
  await connector.close();
  await upstream.close();
  daemon.child.kill();
  await daemon.ended;
  sandbox.remove();
});

interface Asked {
  answer: ChatAnswer;
  gaps: readonly number[];
  /** Number of tokens that the daemon read at each time, in µs. A busy daemon reads several of the server's packets at once. */
  arrived: ReadonlyMap<number, number>;
}

async function ask(split: number, form: number): Promise<Asked> {
  const gaps: number[] = [];
  const arrived = new Map<number, number>();
  let body = '';
  let known = 0;
  const answer = await connector.exchange([{ role: 'user', content: `play ${split} ${form}` }], {
    onGap: (ms) => gaps.push(ms),
    onWire(event) {
      if (event.type !== 'chunk' || event.offsetUs === undefined) return;
      body += Buffer.from(event.data).toString();
      // An event arrives with its last byte.
      const whole = body.slice(0, body.lastIndexOf('\n\n') + 1);
      const more = whole.split(JSON.stringify(WORD)).length - 1 - known;
      known += more;
      if (more > 0) arrived.set(event.offsetUs, (arrived.get(event.offsetUs) ?? 0) + more);
    },
  });
  return { answer, gaps, arrived };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function expectFigures({ answer, gaps, arrived }: Asked, { hidden = 0, estimated, unknown }: Form): void {
  const { metrics } = answer;
  const { speed, hops, ttftMs = Number.NaN, e2eMs = Number.NaN } = metrics;
  expect(answer).toMatchObject({ outcome: 'complete', text: WORD.repeat(TOKENS), malformedEvents: 0 });
  expect(metrics).toMatchObject({
    outputTokens: TOKENS,
    tokensEstimated: estimated === true,
    chunks: TOKENS,
  });
  expect(metrics.hiddenTokens ?? 0).toBe(hidden);
  expect(metrics.arrivals).toBe(arrived.size);
  expect(gaps).toHaveLength(arrived.size - 1);
  expect(e2eMs).toBeGreaterThanOrEqual(ttftMs);

  const times = [...arrived.keys()].map((us) => us / 1000);
  const spreadMs = (times.at(-1) ?? 0) - (times[0] ?? 0);
  const [first = 0, ...later] = arrived.values();
  const half = sum(later) / 2;
  const most = Math.max(...later);
  if (arrived.size < 3) expect(speed).toEqual({ kind: 'withheld', reason: 'too_few_arrivals' });
  else if (spreadMs < 50 || most > half || (most === half && most > 1))
    expect(speed).toEqual({ kind: 'withheld', reason: 'burst' });
  else if (unknown) expect(speed).toEqual({ kind: 'withheld', reason: 'hidden' });
  else {
    if (speed.kind !== 'measured') throw new Error(`withheld: ${speed.reason}`);
    expect(speed.tokensPerSecond * speed.tpotMs).toBeCloseTo(1000, 6);
    expect(speed.tokensPerSecond).toBeCloseTo(((TOKENS - first) / spreadMs) * 1000, 6);
  }

  // `thinking` and `first_token` name the same time, so only one of them exists.
  expect(Object.keys(hops).filter((name) => name === 'thinking' || name === 'first_token')).toEqual([
    hidden > 0 ? 'thinking' : 'first_token',
  ]);
  const { decode = 0, paint = 0, ...untilArrived } = hops;
  expect(decode).toBeGreaterThanOrEqual(0);
  expect(paint).toBe(0);
  const whole = sum(Object.values(untilArrived)) + (e2eMs - ttftMs);
  expect(Math.abs(whole - e2eMs)).toBeLessThanOrEqual(e2eMs / 100);
}

describe('the figures of one answer agree with each other and with the arrived output', () => {
  test.each(SPLITS.map(([name], index) => ({ name, index })))('$name', async ({ index }) => {
    const asked = await Promise.all(FORMS.map((_, form) => ask(index, form)));
    for (const [form, one] of asked.entries()) {
      const told = FORMS[form];
      if (told === undefined) throw new Error('no form');
      try {
        expectFigures(one, told);
      } catch (error) {
        throw new Error(`usage ${told.name}: ${JSON.stringify(one.answer.metrics)}`, { cause: error });
      }
    }
  });
});
