import { expect, test } from 'vitest';
import { presetRemarks } from '../../../src/config/endpoints/preset-check.js';
import { PROVIDER_NAMES } from '../../../src/config/endpoints/providers.js';
import { loadConfigObject } from '../../../src/config/load.js';
import type { ConfigObject } from '../../../src/config/sources/config-object.js';

type Profile = Omit<NonNullable<ConfigObject['profiles']>[string], 'model'>;
const remarksOn = (profile: Profile): string[] => {
  const { endpoint } = loadConfigObject(
    { profiles: { p: { model: 'm', ...profile } } },
    { env: {}, flags: { mode: 'p' } },
  );
  return presetRemarks(endpoint).map(({ detail, advice }) => `${detail} -> ${advice}`);
};

test.each(PROVIDER_NAMES)('a profile with only the preset of %s has no remark', (provider) => {
  const base_url = provider === 'azure' ? 'https://r.openai.azure.com' : undefined;
  expect(remarksOn({ provider, api_key: 'k', ...(base_url !== undefined && { base_url }) })).toEqual([]);
});

test.each<[string, Profile, string]>([
  [
    'a path that the provider does not have',
    { base_url: 'https://api.groq.com/v1' },
    'requests go to /v1/chat/completions; groq documents /openai/v1/chat/completions -> set provider: groq',
  ],
  [
    'a path at the former host of Together',
    { base_url: 'https://api.together.xyz/inference' },
    'together documents /v1/chat/completions',
  ],
  [
    "Ollama's own API in its cloud",
    { base_url: 'https://ollama.com/api' },
    'ollama documents /v1/chat/completions',
  ],
  [
    'a key sent in another way to Azure AI Foundry',
    { base_url: 'https://r.services.ai.azure.com/openai/v1', auth: 'bearer' },
    'the key is sent as bearer; azure documents api-key',
  ],
  [
    'a missing version of Azure',
    { base_url: 'https://r.openai.azure.com/openai/deployments/m/chat/completions', auth: 'api-key' },
    'the query has no api-version, which azure requires',
  ],
  [
    'a key sent in another way',
    { provider: 'azure', base_url: 'https://r.openai.azure.com', auth: 'bearer' },
    'the key is sent as bearer; azure documents api-key -> set auth: api-key',
  ],
  [
    'the key of another provider',
    { provider: 'groq', api_key: 'sk-ant-0' },
    'the key begins with sk-ant-, as those of anthropic do -> set the key of groq as api_key of p',
  ],
  [
    'the longer of two beginnings',
    { provider: 'openrouter', api_key: 'sk-proj-0' },
    'the key begins with sk-proj-, as those of openai do',
  ],
])('%s has a remark', (_what, profile, words) => {
  expect(remarksOn({ api_key: 'k', ...profile })).toEqual([expect.stringContaining(words)]);
});

test.each<[string, Profile]>([
  ['a second path that the provider documents', { base_url: 'https://api.deepseek.com/v1' }],
  [
    'a path for another wire format',
    { base_url: 'https://api.deepseek.com/anthropic', api: 'anthropic', api_key: 'k' },
  ],
  ['a host in another region', { base_url: 'https://eu.openrouter.ai/api/v1', api_key: 'sk-or-0' }],
  ['the newer API of Azure', { base_url: 'https://r.openai.azure.com/openai/v1', auth: 'api-key' }],
  [
    'a token in place of the key',
    { provider: 'azure', base_url: 'https://r.openai.azure.com', auth: 'bearer', api_key: 'eyJ0' },
  ],
  ['a gateway with paths of its own', { provider: 'groq', base_url: 'https://gateway.example/groq' }],
  ['a server of the user', { base_url: 'http://localhost:8000/x/v1' }],
  ['a provider that is not known', { base_url: 'https://llm.example/v1', api_key: 'sk-ant-0' }],
])('%s has no remark', (_what, profile) => {
  expect(remarksOn({ api_key: 'k', ...profile })).toEqual([]);
});

test('a remark contains only the common beginning of such keys', () => {
  expect(remarksOn({ provider: 'groq', api_key: 'sk-ant-SECRET' }).join()).not.toContain('SECRET');
});
