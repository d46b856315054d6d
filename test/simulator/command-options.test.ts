import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type SimulatorFlags, simulatorOptions } from '../../src/commands/simulator/simulator-options.js';
import { UsageError } from '../../src/commands/support/flags/usage-error.js';
import { formatRecording } from '../../src/simulator/recordings/recording.js';
import { folderForTest } from '../support/run/temporary-folder.js';
import { constant } from './chat-client.js';

async function fileWith(text: string): Promise<string> {
  const folder = folderForTest();
  const file = join(folder, 'file.md');
  await writeFile(file, text);
  return file;
}

const options = (flags: Partial<SimulatorFlags>, given: Record<string, string> = {}) =>
  simulatorOptions({ host: '127.0.0.1', port: 0, ...flags }, given);

test('a flag wins over the settings file', async () => {
  const settings = await fileWith('ttft: constant:5 # ms\ngap: constant:7\nfault-rate: 0.5\n');
  expect((await options({ settings }, { gap: 'constant:9' })).settings).toEqual({
    ttft: constant(5),
    gap: constant(9),
    faultRate: 0.5,
  });
});

test('files with answers are used, unless a flag sets other content', async () => {
  const script = await fileWith('One.\n---\nTwo.\n');
  expect(await options({ script })).toMatchObject({
    settings: { content: 'script' },
    sources: { script: ['One.', 'Two.'] },
  });
  expect((await options({ script }, { content: 'echo' })).settings).toMatchObject({ content: 'echo' });
  const { sources, settings } = await options({ responses: join(script, '..') });
  expect(settings).toMatchObject({ content: 'responses' });
  expect(sources?.responses?.next()).toBe('One.\n---\nTwo.');
});

test('a recording may be the distribution of times', async () => {
  const part = (atMs: number) => ({ atMs, bytes: Buffer.from('data: {"content":"x"}\n\n') });
  const file = await fileWith(
    formatRecording({
      model: 'm',
      stream: true,
      status: 200,
      contentType: 'text/event-stream',
      headersMs: 1,
      parts: [part(40), part(50), part(65)],
      ending: 'end',
    }),
  );
  const { settings } = await options({}, { ttft: `recorded:${file}`, gap: `recorded:${file}` });
  expect(settings?.ttft).toMatchObject({ kind: 'recorded', samplesMs: [40] });
  expect(settings?.gap).toMatchObject({ kind: 'recorded', samplesMs: [10, 15] });
});

test.each<[string, Partial<SimulatorFlags>, Record<string, string>, RegExp]>([
  [
    'a settings file that is missing',
    { settings: '/no/such' },
    {},
    /The settings in \/no\/such cannot be read: there is no such file/,
  ],
  [
    'a folder that is missing',
    { responses: '/no/such' },
    {},
    /The responses in \/no\/such cannot be used: there is no such file or folder/,
  ],
  [
    'a script that is missing',
    { script: '/no/such' },
    {},
    /The script \/no\/such cannot be read: there is no such file or folder/,
  ],
  [
    'a recording that is missing',
    { replay: '/no/such' },
    {},
    /The recording \/no\/such cannot be read: there is no such file or folder/,
  ],
  ['a recording as times that is missing', {}, { ttft: 'recorded:/no/such' }, /\/no\/such cannot be read/],
  ['--record alone', { record: 'f' }, {}, /--record FILE and --upstream URL are used together/],
  [
    'a recording that cannot be written',
    { record: '/no/such/file', upstream: 'http://x' },
    {},
    /--record \/no\/such\/file cannot be written: there is no such file or folder/,
  ],
  ['--upstream alone', { upstream: 'http://x' }, {}, /are used together/],
  [
    'an upstream that is not an address',
    { record: 'f', upstream: 'file:///x' },
    {},
    /must be an http or https address/,
  ],
])('%s is a usage error', async (_name, flags, given, message) => {
  const failure = await options(flags, given).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(UsageError);
  expect(failure).toMatchObject({ message: expect.stringMatching(message) });
});

test.each([
  ['- a\n- list\n', /must contain settings, such as/],
  ['ttft: [1]\n', /the setting ttft: It must be a number of milliseconds/],
  ['speed: 3\n', /Unknown setting 'speed'/],
  ['ttft: "5\n', /file\.md is not YAML: .*quote/],
])('an invalid settings file is an error: %j', async (text, message) => {
  await expect(options({ settings: await fileWith(text) })).rejects.toThrow(message);
});
