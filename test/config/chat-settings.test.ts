import { expect, test } from 'vitest';
import { formatProblem } from '../../src/config/problem.js';
import { loadYaml } from './config-sandbox.js';

test('the chat’s request settings, limits, theme and keys are read', () => {
  const { config, problems, provenance } = loadYaml(
    'chat: {system: "be brief", temperature: 0.5, max_tokens: 100}\nslo: {ttft_ms: 500}\ntheme: light\nkeys:\n  copy: alt+c\n  quit: none\n  newline: [ctrl+j, alt+enter]\n',
  );
  expect(problems).toEqual([]);
  expect(config).toMatchObject({
    chat: { system: 'be brief', temperature: 0.5, maxTokens: 100 },
    slo: { ttftMs: 500 },
    theme: 'light',
  });
  expect([...config.keys]).toEqual([
    ['copy', ['alt+c']],
    ['quit', []],
    ['newline', ['ctrl+j', 'alt+enter']],
  ]);
  expect(provenance.get('keys.copy')?.source).toMatchObject({ kind: 'file', line: 5 });
});

test.each([
  ['theme: pink', 'config.yaml:1:8: theme must be one of auto, dark, light, none'],
  ['motion: none', 'config.yaml:1:9: motion must be one of full, reduced'],
  ['chat: {temperature: 9}', 'temperature must be a number from 0 to 2'],
  ['chat: {max_tokens: 1.5}', 'max_tokens must be a whole number'],
  ['slo: {ttft_ms: soon}', 'slo.ttft_ms must be milliseconds'],
  ['keys: {copy: 7}', 'keys.copy must be a key such as ctrl+k'],
])('%s is reported with its place, and ignored', (yaml, message) => {
  const { problems, config } = loadYaml(yaml);
  expect(problems.map(formatProblem)).toEqual([expect.stringContaining(message)]);
  expect(config.theme).toBe('auto');
  expect(config.keys.size).toBe(0);
});
