import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createExposition, type MetricSample } from '../../../src/metrics/server/exposition.js';
import { KNOWN_SERVERS } from '../../../src/metrics/server/known-servers.js';
import { readServer } from '../../../src/metrics/server/reading.js';

function fixture(name: string): MetricSample[] {
  const samples: MetricSample[] = [];
  const page = createExposition((sample) => samples.push(sample));
  page.feed(readFileSync(join(import.meta.dirname, '../../fixtures/server-metrics', `${name}.txt`)));
  expect(page.end().unreadable).toBe(0);
  return samples;
}

test.each([
  [
    'vllm',
    'vLLM',
    {
      waiting: 3,
      running: 14,
      kv_cache: 0.918,
      preemptions: 2,
      prompt_tokens: 82_000,
      generation_tokens: 27_500,
    },
  ],
  [
    'vllm-0.8',
    'vLLM',
    {
      waiting: 3,
      running: 8,
      kv_cache: 0.918,
      preemptions: 2,
      prompt_tokens: 81_290,
      generation_tokens: 27_453,
    },
  ],
  [
    'sglang',
    'SGLang',
    {
      waiting: 2826,
      running: 162,
      kv_cache: 0.28,
      preemptions: 4,
      prompt_tokens: 8_128_902,
      generation_tokens: 7_557_572,
    },
  ],
  ['tgi', 'TGI', { waiting: 5, running: 12, prompt_tokens: 9000, generation_tokens: 4200 }],
  ['llama-cpp', 'llama.cpp', { waiting: 46, running: 4, prompt_tokens: 512, generation_tokens: 39_080 }],
  ['litellm', 'LiteLLM', { running: 47, prompt_tokens: 1500, generation_tokens: 640 }],
])('the reading of %s adds counts and takes the fullest cache', (file, server, figures) => {
  const reading = readServer(fixture(file));
  expect(reading.server).toBe(server);
  const rounded = Object.entries(reading.figures).map(([role, value]) => [
    role,
    Math.round(value * 1000) / 1000,
  ]);
  expect(Object.fromEntries(rounded)).toEqual(figures);
});

test('the new name counts when a page has both an old and a new name', () => {
  const reading = readServer([
    { name: 'vllm:gpu_cache_usage_perc', value: 0.1 },
    { name: 'vllm:kv_cache_usage_perc', value: 0.2 },
  ]);
  expect(reading.figures).toEqual({ kv_cache: 0.2 });
});

test('NaN counts as absent', () => {
  expect(readServer([{ name: 'llamacpp:requests_processing', value: Number.NaN }])).toEqual({
    server: undefined,
    figures: {},
  });
});

test('each name belongs to one server, and each server has the address of its documentation', () => {
  const names = KNOWN_SERVERS.flatMap((server) => Object.values(server.names).flat(2));
  expect(new Set(names).size).toBe(names.length);
  for (const { source } of KNOWN_SERVERS) expect(source).toMatch(/^(https:\/\/|docs\/)/);
});
