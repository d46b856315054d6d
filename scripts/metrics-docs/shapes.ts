import { flushed } from '../../test/support/servers/compress.js';
import { deltaOf, FINISH, type Script, sseEvents } from '../../test/support/servers/upstream.js';

export interface Shape {
  name: string;
  /** A description of the server's response. */
  sends: string;
  /** The answers to the attempts, in order. */
  answers: readonly Script[];
}

const GAP_MS = 30;
const TOKENS = 12;
const DONE = '[DONE]';

const delta = (members: Record<string, unknown>): string =>
  JSON.stringify({ choices: [{ index: 0, delta: members }] });
const usageOf = (completion: number, details: Record<string, unknown> = {}): string =>
  JSON.stringify({
    choices: [],
    usage: { prompt_tokens: 9, completion_tokens: completion, total_tokens: 9 + completion, ...details },
  });
const tokens = (count = TOKENS): string[] => Array.from({ length: count }, () => deltaOf('word '));
const thoughts = (count: number): string[] =>
  Array.from({ length: count }, () => delta({ reasoning_content: 'hmm, ' }));
const paced = (...data: readonly string[]): Script => ({
  chunks: sseEvents(...data, FINISH, DONE),
  gapMs: GAP_MS,
});
const reasoning = (count: number): Record<string, unknown> => ({
  completion_tokens_details: { reasoning_tokens: count },
});

const withCount = (data: string, completion: number): string =>
  JSON.stringify({
    ...JSON.parse(data),
    ...JSON.parse(usageOf(completion)),
    choices: JSON.parse(data).choices,
  });
const call = (part: Record<string, unknown>): string => delta({ tool_calls: [{ index: 0, ...part }] });

const events = sseEvents(...tokens(), usageOf(TOKENS), FINISH, DONE);
const whole = events.join('');
const gzip = await flushed(
  'gzip',
  events.map((event) => Buffer.from(event)),
);

export const SHAPES: readonly Shape[] = [
  {
    name: 'one token a packet',
    sends: '12 tokens, one every 30 ms, then usage',
    answers: [paced(...tokens(), usageOf(TOKENS))],
  },
  {
    name: 'two bursts',
    sends: '6 tokens in one packet, 6 more 200 ms later',
    answers: [
      {
        chunks: [
          sseEvents(...tokens(6)).join(''),
          sseEvents(...tokens(6), usageOf(12), FINISH, DONE).join(''),
        ],
        gapMs: 200,
      },
    ],
  },
  {
    name: 'hidden reasoning',
    sends: 'usage counts 1,000 reasoning tokens that were never sent',
    answers: [
      {
        chunks: [
          ': thinking\n\n',
          ...sseEvents(...tokens(), usageOf(TOKENS + 1000, reasoning(1000)), FINISH, DONE),
        ],
        gapMs: [300, ...Array.from({ length: TOKENS }, () => GAP_MS)],
      },
    ],
  },
  {
    name: 'streamed reasoning',
    sends: '6 tokens of reasoning, then 6 of text',
    answers: [paced(...thoughts(6), ...tokens(6), usageOf(12, reasoning(6)))],
  },
  {
    name: 'a tool call alone',
    sends: 'a name and 11 pieces of arguments, no text',
    answers: [
      paced(
        call({ id: 'c', type: 'function', function: { name: 'weather', arguments: '' } }),
        ...Array.from({ length: TOKENS - 1 }, () => call({ function: { arguments: 'part ' } })),
        usageOf(TOKENS),
      ),
    ],
  },
  { name: 'no usage', sends: '12 tokens, no usage', answers: [paced(...tokens())] },
  {
    name: 'usage in each chunk',
    sends: 'each chunk counts the tokens so far',
    answers: [paced(...tokens().map((data, index) => withCount(data, index + 1)))],
  },
  {
    name: 'a retry',
    sends: 'status 503, then the answer',
    answers: [
      { status: 503, delayMs: 50, contentType: 'application/json', chunks: ['{}'] },
      paced(...tokens(), usageOf(TOKENS)),
    ],
  },
  {
    name: 'keep-alives',
    sends: 'two comments before the first token',
    answers: [
      {
        chunks: [': ping\n\n', ': ping\n\n', ...sseEvents(...tokens(), usageOf(TOKENS), FINISH, DONE)],
        gapMs: GAP_MS,
      },
    ],
  },
  {
    name: 'compressed',
    sends: 'gzip, flushed after each chunk',
    answers: [{ headers: { 'content-encoding': 'gzip' }, chunks: gzip, gapMs: GAP_MS }],
  },
  { name: 'empty', sends: '`finish_reason` and usage, no output', answers: [paced(usageOf(0))] },
  {
    name: 'buffered by a proxy',
    sends: 'nothing for 300 ms, then all in one packet',
    answers: [{ delayMs: 300, chunks: [whole] }],
  },
];
