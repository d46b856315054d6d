import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/server.js';
import type { Distribution } from '../../src/simulator/timing/distribution.js';
import { PATIENCE_MS } from '../support/clocks/patience.js';

/** A simulator on a free port that ends with the test. Its answers are the same in every run. */
export async function simulatorForTest(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator({ port: 0, ...options, settings: { seed: 1, ...options.settings } });
  onTestFinished(() => simulator.close());
  return simulator;
}

/** A question with a prepared answer. */
export const FRANCE = [{ role: 'user' as const, content: 'What is the capital of France?' }];
export const PARIS = 'The capital of France is Paris.';

/** Every draw is `ms`. */
export const constant = (ms: number): Distribution => ({ kind: 'constant', ms });

/** Posts a chat completion; `body` overrides the ordinary members. */
export function postChat(
  { url }: Pick<Simulator, 'url'>,
  body: Record<string, unknown>,
  signal?: AbortSignal,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: 'sim-instant', messages: [{ role: 'user', content: 'hello' }], ...body }),
    ...(signal && { signal }),
  });
}

/** Everything a response's body brought, and how it ended. */
export interface Received {
  parts: Buffer[];
  text: string;
  ending: 'end' | 'broken';
}

/** Reads a body to its end, whichever that is. */
export async function receive(response: Response): Promise<Received> {
  const parts: Buffer[] = [];
  let ending: Received['ending'] = 'end';
  try {
    for await (const part of response.body ?? []) parts.push(Buffer.from(part));
  } catch {
    ending = 'broken';
  }
  return { parts, text: Buffer.concat(parts).toString(), ending };
}

/** The data of each event, the JSON ones parsed. Lines must end in LF. */
export function eventsOf(text: string): unknown[] {
  return text
    .split('\n\n')
    .slice(0, -1)
    .map((event) => {
      const data = event.replace(/^data: /, '');
      return data === '[DONE]' ? data : JSON.parse(data);
    });
}

/** The answer's text in a stream. */
export function contentOf(events: readonly unknown[]): string {
  return events.map((event) => deltaOf(event)?.content ?? '').join('');
}

const chunk = z.looseObject({
  choices: z.array(
    z.object({
      delta: z.object({ role: z.string(), content: z.string().nullable(), refusal: z.null() }).partial(),
      finish_reason: z.string().nullable(),
    }),
  ),
});
type Chunk = z.infer<typeof chunk>;

export function isChunk(event: unknown): event is Chunk {
  return chunk.safeParse(event).success;
}

export function deltaOf(event: unknown): Chunk['choices'][0]['delta'] | undefined {
  return isChunk(event) ? event.choices[0]?.delta : undefined;
}

const completion = z.object({
  id: z.string(),
  choices: z.tuple([
    z.looseObject({ message: z.looseObject({ content: z.string() }), finish_reason: z.string() }),
  ]),
  usage: z.looseObject({
    prompt_tokens: z.number(),
    completion_tokens: z.number(),
    total_tokens: z.number(),
  }),
});

/** The completion in a response that is not streamed. */
export async function readCompletion(response: Response): Promise<z.infer<typeof completion>> {
  return completion.parse(await response.json());
}

const apiError = z.strictObject({
  error: z.strictObject({
    message: z.string(),
    type: z.string(),
    param: z.string().nullable(),
    code: z.string().nullable(),
  }),
});

/** The error in a response; fails unless it has exactly the members OpenAI's have. */
export async function readError(response: Response): Promise<z.infer<typeof apiError>['error']> {
  return apiError.parse(await response.json()).error;
}

/** Resolves when `condition` holds; rejects when it still does not after `limitMs`. */
export async function eventually(condition: () => boolean, limitMs = PATIENCE_MS): Promise<void> {
  for (const endMs = performance.now() + limitMs; !condition(); await sleep(2)) {
    if (performance.now() > endMs) throw new Error(`still not so after ${limitMs} ms: ${condition}`);
  }
}
