import { expect, test } from 'vitest';
import { harnessWithDaemon } from '../../support/programs/e2e.js';
import { worldCases } from '../../support/servers/world.js';

interface Shown {
  /** The model that requests the case. */
  model: string;
  headers?: Record<string, string>;
  args?: readonly string[];
  /** Expected members of the last line of `ask --json`. */
  expects: Record<string, unknown>;
}

const complete = { outcome: 'complete' };
const TOOLS = ['--set', 'tools=[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}]'];

/** How to request each reported case from the simulator. */
const CASES: Record<string, Shown> = {
  'hidden reasoning is not part of the output speed': {
    model: 'sim-o-series',
    expects: { ...complete, usage: expect.objectContaining({ reasoning_tokens: 200 }) },
  },
  'two bursts say nothing of the speed': {
    model: 'sim-fault-bursts',
    expects: { ...complete, metrics: expect.objectContaining({ tokens_per_s: null }) },
  },
  'a tool call counts as output': {
    model: 'sim-tools',
    args: TOOLS,
    expects: { ...complete, metrics: expect.objectContaining({ ttft_ms: expect.any(Number) }) },
  },
  'compressed although not asked for': { model: 'sim-fault-gzip', expects: complete },
  'compressed error': {
    model: 'sim-fault-gzip-401',
    expects: { outcome: 'error', error: { message: expect.stringContaining('Incorrect API key') } },
  },
  'stream_options refused': { model: 'sim-fault-no-stream-options', expects: complete },
  'stream_options refused by a validator': { model: 'sim-fault-no-stream-options-422', expects: complete },
  'max_tokens refused, max_completion_tokens taken': {
    model: 'sim-fault-no-max-tokens',
    args: ['--max-tokens', '50'],
    expects: complete,
  },
  'numbers as content': {
    model: 'sim-fault-number-content',
    expects: { ...complete, text: expect.stringContaining('0.005') },
  },
  'aborted by the server': { model: 'sim-fault-abort', expects: { outcome: 'truncated' } },
  'refused in a 200 body': {
    model: 'sim-fault-error-in-200',
    expects: { outcome: 'error', error: { message: expect.stringContaining('insufficient balance') } },
  },
  'cause inside the router error': {
    model: 'sim-fault-router-502',
    expects: { outcome: 'error', error: { message: expect.stringContaining('context length exceeded') } },
  },
  'validator names the field': {
    model: 'sim-fault-validator-422',
    expects: { outcome: 'error', error: { message: expect.stringContaining('messages') } },
  },
  'usage under other names': {
    model: 'sim-fault-usage-names',
    expects: { ...complete, usage: expect.objectContaining({ completion_tokens: 7 }) },
  },
  'end without [DONE], connection kept': { model: 'sim-fault-no-done-open', expects: complete },
  'reasoning as typed parts': {
    model: 'sim-fault-typed-content',
    headers: { 'x-sim-reasoning-tokens': '5' },
    expects: { ...complete, reasoning: expect.stringMatching(/./) },
  },
  // The docs use 70000.
  'keep-alive comments for 70 s, then an answer': {
    model: 'sim-deepseek',
    headers: { 'x-sim-ttft': 'constant:1500' },
    expects: complete,
  },
  // The docs use 75 tokens.
  'a healthy answer of 75 s with default settings': {
    model: 'sim-1tps',
    headers: { 'x-sim-tokens': '2' },
    expects: complete,
  },
};

const { run } = harnessWithDaemon();

test('the simulator can play every reported case', () => {
  expect(Object.keys(CASES).sort()).toEqual(
    worldCases()
      .map(({ name }) => name)
      .sort(),
  );
});

test.concurrent.each(Object.entries(CASES))(
  '%s',
  async (_name, { model, headers = {}, args = [], expects }) => {
    const asked = [
      'ask',
      '--json',
      '--mode',
      'simulator',
      '--model',
      model,
      'What is the capital of France?',
    ];
    const given = Object.entries(headers).flatMap(([name, value]) => ['--header', `${name}: ${value}`]);
    const { stdout, stderr } = await run([...asked, ...given, ...args]);
    expect(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? ''), stderr).toMatchObject(expects);
  },
);
