import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createRandom } from '../../src/common/random.js';
import type { Sources } from '../../src/simulator/content/content.js';
import { readResponseFolder } from '../../src/simulator/content/response-folder.js';
import { schemaExample } from '../../src/simulator/content/schema-example.js';
import { readScript } from '../../src/simulator/content/script.js';
import type { Settings } from '../../src/simulator/settings/settings.js';
import { folderForTest } from '../support/run/temporary-folder.js';
import { postChat, readCompletion, simulatorForTest } from './chat-client.js';

async function folderWith(files: Record<string, string>): Promise<string> {
  const folder = folderForTest();
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

async function asking(sources: Sources, settings: Partial<Settings>) {
  const simulator = await simulatorForTest({ sources, settings });
  return async (...prompts: string[]): Promise<string> => {
    const messages = prompts.map((content) => ({ role: 'user', content }));
    return (await readCompletion(await postChat(simulator, { messages }))).choices[0].message.content;
  };
}

describe('a folder of responses', () => {
  const FILES = {
    'cats.md': '# Cats\n',
    'big-cats.md': '# Big cats\n',
    'dogs.MD': '# Dogs\n',
    'notes.txt': 'no',
  };

  test('answers with the file whose name’s words are in the prompt, else with each file in turn', async () => {
    const responses = await readResponseFolder(await folderWith(FILES));
    const ask = await asking({ responses }, { content: 'responses' });
    expect(await ask('How big are cats?')).toBe('# Big cats');
    expect(await ask('What about cats?')).toBe('# Cats');
    const others = [await ask('fish'), await ask('fish'), await ask('fish'), await ask('fish')];
    expect(others).toEqual(['# Big cats', '# Cats', '# Dogs', '# Big cats']);
  });

  test('answers randomly, the same for a seed', async () => {
    const responses = await readResponseFolder(await folderWith(FILES));
    const run = async (): Promise<string[]> => {
      const ask = await asking({ responses }, { content: 'responses', responsesBy: 'chance' });
      return [await ask('cats'), await ask('cats'), await ask('cats'), await ask('cats'), await ask('cats')];
    };
    const answers = await run();
    expect(new Set(answers).size).toBeGreaterThan(1);
    expect(await run()).toEqual(answers);
  });

  test('that is missing or empty is an error', async () => {
    await expect(readResponseFolder('/no/such/folder')).rejects.toThrow(
      /^The responses in \/no\/such\/folder cannot be used: there is no such file or folder/,
    );
    const empty = await folderWith({ 'a.txt': '' });
    await expect(readResponseFolder(empty)).rejects.toThrow(/there is no file whose name ends in .md/);
  });
});

describe('a script', () => {
  test('answers turn by turn, and starts again', async () => {
    const folder = await folderWith({ 'talk.md': 'First.\n---\nSecond,\n\n- with a list\n--- \n\nThird.\n' });
    const script = await readScript(join(folder, 'talk.md'));
    const ask = await asking({ script }, { content: 'script' });
    expect(await ask('a')).toBe('First.');
    expect(await ask('a', 'b')).toBe('Second,\n\n- with a list');
    expect(await ask('a', 'b', 'c')).toBe('Third.');
    expect(await ask('a', 'b', 'c', 'd')).toBe('First.');
  });

  test('that is missing or empty is an error', async () => {
    const folder = await folderWith({ 'empty.md': '---\n\n---\n' });
    await expect(readScript(join(folder, 'empty.md'))).rejects.toThrow(/has no answer/);
    await expect(readScript(join(folder, 'none.md'))).rejects.toThrow(
      /cannot be read: there is no such file or folder/,
    );
  });
});

describe('an example for a JSON schema', () => {
  const example = (schema: unknown, seed = 1): unknown => schemaExample(schema, createRandom(seed));

  test.each([
    [{ const: 5 }, 5],
    [{ enum: ['a'] }, 'a'],
    [{ examples: ['b'] }, 'b'],
    [{ type: 'string', default: 'c' }, 'c'],
    [{ type: ['null', 'boolean'] }, expect.any(Boolean)],
    [{ type: 'null' }, null],
    [{ type: 'array', items: { type: 'number' }, minItems: 3 }, [1, 2, 3].map(() => expect.any(Number))],
    [{ anyOf: [{ type: 'null' }, { const: 'd' }] }, 'd'],
    [{ $ref: '#/$defs/x~1y', $defs: { 'x/y': { const: 'e' } } }, 'e'],
    [{ type: 'string', format: 'email' }, 'someone@example.com'],
    [{ allOf: [{ properties: { a: { const: 1 } } }, { properties: { b: { const: 2 } } }] }, { a: 1, b: 2 }],
    [{ type: 'string', minLength: 12, maxLength: 12 }, expect.stringMatching(/^.{12}$/)],
    [{}, expect.any(String)],
    [true, null],
    ['nonsense', null],
  ])('of %j fits', (schema, value) => {
    expect(example(schema)).toEqual(value);
  });

  test.each([
    [{ type: 'integer', minimum: -2, maximum: 2 }, -2, 2],
    [{ type: ['integer', 'null'], exclusiveMinimum: 0, exclusiveMaximum: 3 }, 1, 2],
    [{ type: 'integer', maximum: -5 }, -105, -5],
    [{ type: 'number', minimum: 0.001, maximum: 0.002 }, 0.001, 0.002],
    // What zod writes for any whole number. A small one is more like a model's.
    [{ type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }, 0, 100],
  ])('of %j is within its bounds', (schema, least, most) => {
    for (let seed = 0; seed < 50; seed += 1) {
      const value = Number(example(schema, seed));
      expect(value).toBeGreaterThanOrEqual(least);
      expect(value).toBeLessThanOrEqual(most);
      expect(Number.isInteger(value)).toBe(schema.type !== 'number');
    }
  });

  test('ends for a recursive schema, even with required members', () => {
    const optional = { properties: { next: { $ref: '#' } } };
    const required = { ...optional, type: 'object', required: ['next'] };
    for (const schema of [optional, required])
      expect(JSON.stringify(example(schema)).length).toBeLessThan(1_000);
    expect(example({ $ref: '#' })).toBeNull();
    const crowd = { type: 'array', items: { $ref: '#' }, minItems: 100 };
    expect(JSON.stringify(example(crowd)).length).toBeLessThan(100_000);
  });

  test('handles hostile names', () => {
    const schema = JSON.parse(
      '{"type":"object","properties":{"__proto__":{"const":1},"constructor":{"const":2}}}',
    );
    expect(JSON.stringify(example(schema))).toBe('{"__proto__":1,"constructor":2}');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
