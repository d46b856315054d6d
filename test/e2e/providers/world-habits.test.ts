import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { OpenAIStreamConnector } from '../../../src/index.js';
import { daemonForAll } from '../../support/programs/daemon-for-all.js';
import { startUpstream } from '../../support/servers/upstream.js';
import type { WireFormatName } from '../../support/servers/wire-formats.js';
import { playing, type WorldCase } from '../../support/servers/world.js';

// Publicly reported behaviour of providers and gateways; each case names its source.

interface Habit extends Omit<WorldCase, 'expect'> {
  readonly source: string;
  readonly api?: WireFormatName;
  readonly expect: {
    readonly outcome: string;
    readonly text?: string;
    readonly reasoning?: string;
    readonly finish_reason?: string | null;
    readonly error?: string;
    readonly tool_calls?: readonly (readonly [name: string, args: string])[];
    /** [0] */
    readonly malformed?: number;
    /** Output tokens that the provider counted; null for an estimate. */
    readonly tokens?: number | null;
    /** Characters that are left out because they came before [0]. */
    readonly repeated?: number;
  };
}

const habits: readonly Habit[] = JSON.parse(
  readFileSync(new URL('../../fixtures/world/habits.json', import.meta.url), 'utf8'),
);

const home = daemonForAll(['--max-attempts', '1']);

describe('a provider’s behaviour over HTTP, through the daemon process, to the connector', () => {
  test.concurrent.each(habits)('$name', async (habit) => {
    const { api = 'chat-completions', expect: expected } = habit;
    const upstream = await startUpstream(playing(habit));
    const connector = new OpenAIStreamConnector(
      { openai: { api_key: 'sk-test', base_url: upstream.url, api }, simulator: { enabled: false } },
      { socketPath: home.sandbox.socketPath },
    );
    const { metrics, ...answer } = await connector.exchange([{ role: 'user', content: 'Hi' }]);
    await connector.close();
    await upstream.close();
    const { outcome, text = '', reasoning = '', tool_calls: calls = [], malformed = 0 } = expected;
    expect({ ...answer, error: answer.error?.message }).toMatchObject({ outcome, text, reasoning });
    expect(answer.malformedEvents).toBe(malformed);
    expect(answer.toolCalls.map((call) => [call.name, call.arguments])).toEqual(calls);
    if (expected.repeated !== undefined) expect(answer.repeatedChars).toBe(expected.repeated);
    if (expected.finish_reason !== undefined) expect(answer.finishReason).toBe(expected.finish_reason);
    if (expected.error !== undefined) expect(answer.error?.message).toContain(expected.error);
    if (expected.tokens === null) expect(metrics.tokensEstimated).toBe(true);
    else if (expected.tokens !== undefined)
      expect(metrics).toMatchObject({ outputTokens: expected.tokens, tokensEstimated: false });
  });
});
