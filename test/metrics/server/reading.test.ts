import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createServerRecorder } from '../../../src/loadtest/server-metrics/record.js';
import { createExposition, type MetricSample } from '../../../src/metrics/server/exposition.js';
import { KNOWN_SERVERS } from '../../../src/metrics/server/known-servers.js';
import { readServer } from '../../../src/metrics/server/reading.js';

const FOLDER = join(import.meta.dirname, '../../fixtures/server-metrics');

function fixture(name: string): MetricSample[] {
  const samples: MetricSample[] = [];
  const page = createExposition((sample) => samples.push(sample));
  page.feed(readFileSync(join(FOLDER, `${name}.txt`)));
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
  [
    'vllm-0.6',
    'vLLM',
    {
      waiting: 5,
      running: 12,
      kv_cache: 0.873,
      preemptions: 7,
      prompt_tokens: 53_018,
      generation_tokens: 18_226,
    },
  ],
  [
    'vllm-0.11',
    'vLLM',
    {
      waiting: 4,
      running: 59,
      kv_cache: 0.413,
      preemptions: 3,
      prompt_tokens: 117_000,
      generation_tokens: 17_800,
    },
  ],
  [
    'vllm-openmetrics',
    'vLLM',
    { waiting: 2, running: 6, kv_cache: 0.5, prompt_tokens: 900, generation_tokens: 120 },
  ],
  [
    'ray-vllm-2.32',
    'vLLM',
    { waiting: 6, running: 16, kv_cache: 0.75, prompt_tokens: 11_600, generation_tokens: 600 },
  ],
  [
    'ray-vllm-2.50',
    'vLLM',
    { waiting: 6, running: 16, kv_cache: 0.75, prompt_tokens: 11_600, generation_tokens: 600 },
  ],
  [
    'sglang-ranks',
    'SGLang',
    {
      waiting: 5,
      running: 24,
      kv_cache: 0.31,
      preemptions: 5,
      prompt_tokens: 1000,
      generation_tokens: 900,
    },
  ],
  ['tgi-3', 'TGI', { waiting: 9, running: 32, prompt_tokens: 60_312, generation_tokens: 29_110 }],
  [
    'llama-cpp-b4000',
    'llama.cpp',
    { waiting: 3, running: 2, kv_cache: 0.34, prompt_tokens: 143, generation_tokens: 673 },
  ],
  ['llama-cpp-b8000', 'llama.cpp', { waiting: 3, running: 2, prompt_tokens: 143, generation_tokens: 673 }],
  ['trtllm', 'TensorRT-LLM', { waiting: 1, running: 5, kv_cache: 0.62 }],
  [
    'triton-trtllm',
    'Triton',
    { waiting: 3, running: 4, kv_cache: 0.4, prompt_tokens: 5040, generation_tokens: 2100 },
  ],
  [
    'lmdeploy',
    'LMDeploy',
    { waiting: 3, running: 14, kv_cache: 0.5, prompt_tokens: 1000, generation_tokens: 100 },
  ],
  ['nim-1', 'NIM', { waiting: 2, running: 4, kv_cache: 0.125, prompt_tokens: 511, generation_tokens: 128 }],
  ['litellm-1.95', 'LiteLLM', { running: 5, prompt_tokens: 600, generation_tokens: 80 }],
])(
  'the reading of %s adds counts, each request once, and takes the fullest cache',
  (file, server, figures) => {
    const reading = readServer(fixture(file));
    expect(reading.server).toBe(server);
    const rounded = Object.entries(reading.figures).map(([role, value]) => [
      role,
      Math.round(value * 1000) / 1000,
    ]);
    expect(Object.fromEntries(rounded)).toEqual(figures);
  },
);

const PAGES = readdirSync(FOLDER).filter((name) => name.endsWith('.txt'));

test.each(PAGES)('every series of %s is kept, with its type', (file) => {
  const samples = fixture(file.replace(/\.txt$/, ''));
  const lines = readFileSync(join(FOLDER, file), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  expect(samples).toHaveLength(lines.length);
  const series = new Set(samples.map(({ name, labels }) => `${name}{${labels}}`));
  expect(series.size).toBe(lines.length);
  expect(samples.filter(({ type }) => type === 'unknown')).toEqual([]);
  const recorder = createServerRecorder();
  recorder.add(0, samples, 0);
  const record = recorder.record('');
  expect({ series: record.series.size, leftOut: record.leftOut }).toEqual({
    series: lines.length,
    leftOut: 0,
  });
});

test('the new name counts when a page has both an old and a new name', () => {
  const reading = readServer([
    { name: 'vllm:gpu_cache_usage_perc', labels: '', value: 0.1 },
    { name: 'vllm:kv_cache_usage_perc', labels: '', value: 0.2 },
  ]);
  expect(reading.figures).toEqual({ kv_cache: 0.2 });
});

test('NaN counts as absent', () => {
  expect(readServer([{ name: 'llamacpp:requests_processing', labels: '', value: Number.NaN }])).toEqual({
    server: undefined,
    figures: {},
  });
});

test('each name belongs to one server, and each server has the address of its documentation', () => {
  const names = KNOWN_SERVERS.flatMap((server) => Object.values(server.names).flat(2));
  expect(new Set(names).size).toBe(names.length);
  for (const { source } of KNOWN_SERVERS) expect(source).toMatch(/^(https:\/\/|docs\/)/);
});
