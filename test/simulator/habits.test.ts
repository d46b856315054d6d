import { describe, expect, test } from 'vitest';
import { contentOf, eventsOf, FRANCE, PARIS, postChat, receive, simulatorForTest } from './chat-client.js';

async function answer(model: string, body: Record<string, unknown> = {}): Promise<Response> {
  const simulator = await simulatorForTest();
  // The profile's times would make the tests slow.
  const headers = { 'x-sim-ttft': 'constant:20', 'x-sim-gap': 'constant:1' };
  return postChat(simulator, { model, messages: FRANCE, ...body }, undefined, headers);
}

async function streamed(model: string): Promise<{ response: Response; text: string; events: unknown[] }> {
  const response = await answer(model, { stream: true, stream_options: { include_usage: true } });
  const { text } = await receive(response);
  const data = text.split('\n\n').filter((event) => event.startsWith('data: '));
  return { response, text, events: eventsOf(`${data.join('\n\n')}\n\n`) };
}

describe('a provider profile', () => {
  test.each(['openrouter', 'azure', 'deepseek', 'o-series', 'groq', 'llama-cpp'])(
    'sim-%s answers with the same text, streamed and whole',
    async (name) => {
      const { events } = await streamed(`sim-${name}`);
      expect(contentOf(events.filter((event) => event !== '[DONE]'))).toBe(PARIS);
      const whole = await (await answer(`sim-${name}`)).json();
      expect(whole).toMatchObject({ choices: [{ message: { content: PARIS } }] });
    },
  );
});

test('sim-openrouter sends comments before its first token, and names provider and cost', async () => {
  const { text, events } = await streamed('sim-openrouter');
  expect(text).toMatch(/^: OPENROUTER PROCESSING\n\n/);
  expect(events[0]).toMatchObject({ provider: 'Simulated' });
  expect(events.at(-2)).toMatchObject({ usage: { cost: expect.any(Number) } });
});

test('sim-azure begins with an event without choices, and ends with one without a delta', async () => {
  const { response, events } = await streamed('sim-azure');
  expect(response.headers.get('apim-request-id')).not.toBeNull();
  expect(events[0]).toMatchObject({ choices: [], prompt_filter_results: [{ prompt_index: 0 }] });
  const last = events.at(-2);
  expect(last).toMatchObject({ choices: [{ content_filter_offsets: {} }] });
  expect(JSON.stringify(last)).not.toContain('delta');
});

test('sim-deepseek sends keep-alive comments and cache figures', async () => {
  const { text, events } = await streamed('sim-deepseek');
  expect(text).toMatch(/^: keep-alive\n\n/);
  expect(events.at(-2)).toMatchObject({ usage: { prompt_cache_hit_tokens: 0 } });
});

test('sim-o-series counts reasoning that it does not send', async () => {
  const { text, events } = await streamed('sim-o-series');
  expect(text).not.toContain('reasoning_content');
  expect(events.at(-2)).toMatchObject({
    usage: { completion_tokens: 207, completion_tokens_details: { reasoning_tokens: 200 } },
  });
});

test('sim-groq gives the times of queue, prompt and completion', async () => {
  const { events } = await streamed('sim-groq');
  const last = events.find((event) => JSON.stringify(event).includes('"queue_time"'));
  expect(last).toMatchObject({
    x_groq: { usage: { queue_time: 0.004, prompt_time: 0.014, completion_time: expect.any(Number) } },
  });
});

test('sim-llama-cpp gives timings with the finish reason', async () => {
  const { events } = await streamed('sim-llama-cpp');
  const last = events.find((event) => JSON.stringify(event).includes('"timings"'));
  expect(last).toMatchObject({
    choices: [{ finish_reason: 'stop' }],
    timings: { prompt_ms: 14, predicted_n: 7 },
  });
});
