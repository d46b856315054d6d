import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { harnessWithDaemon } from '../../support/programs/e2e.js';
import { runHere } from '../../support/programs/in-process.js';
import { answerIn, type EventContent, WIRE_FORMATS } from '../../support/servers/wire-formats.js';

// Characters whose halves arrive in two events, in each wire format and every output of an answer.

const harness = harnessWithDaemon();
const run = (args: readonly string[]) => runHere(harness.sandbox, args);

const TEXT = 'Es ist 🌦 in Bern 🏔!';
const THOUGHT = 'Hm 🤔.';
const CALLED = '{"at":"🗻"}';
/** Splits text into single UTF-16 units, as some servers do. */
const units = (text: string): string[] => Array.from({ length: text.length }, (_, at) => text.charAt(at));
const WHOLE: readonly EventContent[] = [
  ...units(THOUGHT).map((reasoning) => ({ reasoning })),
  ...units(TEXT).map((text) => ({ text })),
];
const CALLING: readonly EventContent[] = [...WHOLE, ...units(CALLED).map((call) => ({ call }))];

/** Expects no half of a character, neither as a replacement character nor escaped. */
function expectWhole(output: string): void {
  expect(output.isWellFormed()).toBe(true);
  expect(output).not.toContain('\ufffd');
  expect(output).not.toMatch(/\\ud[89a-f][0-9a-f]{2}/i);
}

describe.each(WIRE_FORMATS)('a character in two pieces of %s', (api) => {
  const answering = async (brings: readonly EventContent[]) => {
    const upstream = await harness.endpoint({ chunks: answerIn(api, brings) });
    harness.sandbox.writeConfig(
      `openai:\n  base_url: ${upstream.url}\n  api: ${api}\n  api_key: sk-test\nsimulator:\n  enabled: false\n`,
    );
    return upstream;
  };

  test.concurrent('is whole in the output of ask, as text and as JSON', async () => {
    await answering(CALLING);
    const plain = await run(['ask', 'hi']);
    expect(plain).toMatchObject({ code: 0, stdout: `${TEXT}\n` });
    expect(plain.stderr).toContain(`the model calls look ${CALLED}`);
    const { stdout } = await run(['ask', '--json', 'hi']);
    expectWhole(stdout);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const joined = (type: string, member: string): string =>
      lines.flatMap((line) => (line.type === type ? line[member] : [])).join('');
    expect([joined('delta', 'text'), joined('reasoning', 'text'), joined('tool_call', 'arguments')]).toEqual([
      TEXT,
      THOUGHT,
      CALLED,
    ]);
    expect(lines.at(-1)).toMatchObject({
      text: TEXT,
      reasoning: THOUGHT,
      tool_calls: [{ arguments: CALLED }],
      malformed_events: 0,
    });
  });

  test.concurrent('is whole when a recording is replayed', async () => {
    await answering(WHOLE);
    await run(['record', 'hi', '--output', 'r.jsonl']);
    const { stdout, code } = await run(['replay', 'r.jsonl', '--speed', '1000']);
    expect({ stdout, code }).toEqual({ stdout: `${TEXT}\n`, code: 0 });
  });

  test.concurrent('is whole in saved sessions and in each export format', async () => {
    await answering(CALLING);
    await run(['ask', '--session', 's', 'hi']);
    const { stdout: list } = await run(['sessions', 'list', '--json']);
    expectWhole(list);
    const [{ id, preview }] = JSON.parse(list);
    expect(preview).toContain('🌦 in Bern 🏔');
    const shown = await run(['sessions', 'show', id]);
    expect(shown.stdout).toContain(TEXT);
    expectWhole(shown.stdout);
    const exported = async (format: string): Promise<string> => {
      const { stdout } = await run(['sessions', 'export', id, '--format', format]);
      expectWhole(stdout);
      return stdout;
    };
    const parts = { text: TEXT, reasoning: THOUGHT, toolCalls: [{ arguments: CALLED }] };
    expect(JSON.parse(await exported('json')).sessions[0].messages[1]).toMatchObject(parts);
    const { text: answer, ...others } = parts;
    expect(JSON.parse(await exported('jsonl'))).toMatchObject({ answer, ...others });
    const [{ response }] = JSON.parse(await exported('har')).log.entries;
    expect(JSON.parse(response.content.text)).toMatchObject({
      content: TEXT,
      reasoning_content: THOUGHT,
      tool_calls: [{ function: { arguments: CALLED } }],
    });
    const markdown = await exported('md');
    for (const part of [TEXT, THOUGHT, CALLED]) expect(markdown).toContain(part);
    expect(await exported('csv')).toContain(',tool_calls,1,');
    writeFileSync(join(harness.sandbox.dir, 'e.jsonl'), await exported('recording'));
    expect(await run(['replay', 'e.jsonl', '--speed', '1000'])).toMatchObject({
      stdout: `${TEXT}\n`,
      code: 0,
    });
  });

  test.concurrent('is whole in a fine-tuning example', async () => {
    await answering(WHOLE);
    await run(['ask', '--session', 's', 'hi']);
    const { stdout } = await run(['sessions', 'export', '--all', '--format', 'fine-tuning']);
    expect(JSON.parse(stdout).messages.at(-1)).toMatchObject({ role: 'assistant', content: TEXT });
  });

  test.concurrent('is whole in the history that bench sends and in its report', async () => {
    const upstream = await answering(WHOLE);
    const json = join(harness.sandbox.dir, 'b.json');
    const { code } = await run([
      'bench',
      '--turns',
      '2',
      '--conversations',
      '1',
      '--input-tokens',
      '9',
      '--json',
      json,
    ]);
    expectWhole(readFileSync(json, 'utf8'));
    expect(code).toBe(0);
    expectWhole(upstream.requests.map(({ body }) => body.toString()).join('\n'));
  });
});
