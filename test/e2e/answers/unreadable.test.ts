import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { harnessWithDaemon } from '../../support/programs/e2e.js';
import { runHere } from '../../support/programs/in-process.js';
import { answerIn, WIRE_FORMATS } from '../../support/servers/wire-formats.js';

const SAYS = 'vastar-tui: 2 events, or parts of them, could not be read and are left out\n';
const UNREADABLE = [{ unreadable: { type: 'hologram', beam: 1 } }, { unreadable: { type: 'smell' } }];

const harness = harnessWithDaemon();
const here = (args: readonly string[]) => runHere(harness.sandbox, args);

describe.each(WIRE_FORMATS)('content of an unknown form in %s', (api) => {
  const answering = async (brings: Parameters<typeof answerIn>[1]) => {
    const upstream = await harness.endpoint({ chunks: answerIn(api, brings) });
    harness.sandbox.writeConfig(
      `openai:\n  base_url: ${upstream.url}\n  api: ${api}\n  api_key: sk-test\nsimulator:\n  enabled: false\n`,
    );
  };

  test.concurrent('is counted by ask, in the saved session and in each export', async () => {
    await answering([{ text: 'a' }, ...UNREADABLE, { text: 'b' }]);
    const plain = await here(['ask', 'hi']);
    expect(plain).toMatchObject({ code: 0, stdout: 'ab\n', stderr: SAYS });
    const { stdout } = await here(['ask', '--json', '--session', api, 'hi']);
    expect(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
      outcome: 'complete',
      text: 'ab',
      malformed_events: 2,
    });
    const listed = JSON.parse((await here(['sessions', 'list', '--json'])).stdout);
    const { id } = listed.find(({ title }: { title: string }) => title === api);
    const exported = async (format: string) =>
      (await here(['sessions', 'export', id, '--format', format])).stdout;
    expect(JSON.parse(await exported('json')).sessions[0].exchanges[0].metrics.malformedEvents).toBe(2);
    expect(JSON.parse(await exported('jsonl')).metrics.malformedEvents).toBe(2);
    expect(JSON.parse(await exported('har')).log.entries[0]._metrics.malformedEvents).toBe(2);
    expect(await exported('md')).toContain('2 unreadable events');
    const [header = '', row = ''] = (await exported('csv')).split('\r\n');
    expect(row.split(',')[header.split(',').indexOf('malformed_events')]).toBe('2');
  });

  test.concurrent('is counted by bench, in its table, its JSON and its CSV', async () => {
    await answering([{ text: 'a' }, ...UNREADABLE, { text: 'b' }]);
    const [json, csv] = [join(harness.sandbox.dir, 'r.json'), join(harness.sandbox.dir, 'r.csv')];
    const { stdout } = await here(['bench', '--requests', '3', '--json', json, '--csv', csv]);
    expect(stdout).toMatch(/^unreadable +6 events, or parts of them, in 3 answers$/m);
    const [run] = JSON.parse(readFileSync(json, 'utf8')).runs;
    expect(run).toMatchObject({
      completed: 3,
      malformed_events: 6,
      requests: { malformed_events: [2, 2, 2] },
    });
    const [header = '', ...rows] = readFileSync(csv, 'utf8').trimEnd().split('\n');
    const column = header.split(',').indexOf('malformed_events');
    expect(rows.map((row) => row.split(',')[column])).toEqual(['2', '2', '2']);
  });

  test.concurrent('makes an answer without other content empty, and the reason names it', async () => {
    await answering(UNREADABLE);
    const plain = await here(['ask', 'hi']);
    expect(plain.code).toBe(10);
    expect(plain.stderr).toContain('the answer is empty: the response could not be read (2 events)');
    const { stdout } = await here(['bench', '--requests', '2', '--json', '-']);
    const [run] = JSON.parse(stdout).runs;
    expect(run).toMatchObject({ completed: 0, malformed_events: 4, errors: [{ class: 'empty', count: 2 }] });
    expect(run.errors[0].example).toContain('the response could not be read (2 events)');
  });
});
