// Writes the figures in docs/metrics.md for each shape of answer, from real runs over HTTP through a real daemon.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ChatAnswer, OpenAIStreamConnector } from '../../src/index.js';
import { HOPS } from '../../src/metrics/hops.js';
import { testDaemon } from '../../test/support/protocol/daemon.js';
import { serveScript, startUpstream } from '../../test/support/servers/upstream.js';
import { withSection } from '../docs-tables/tables.js';
import { SHAPES, type Shape } from './shapes.js';

const page = join(import.meta.dirname, '..', '..', 'docs', 'metrics.md');

async function play({ answers }: Shape): Promise<ChatAnswer> {
  const daemon = await testDaemon({ policies: { maxAttempts: answers.length } });
  let sent = 0;
  const upstream = await startUpstream((request, response, raw) => {
    const script = answers[sent] ?? answers.at(-1) ?? {};
    sent += 1;
    return serveScript(script)(request, response, raw);
  });
  const connector = new OpenAIStreamConnector(
    { openai: { api_key: 'sk-docs', base_url: upstream.url, model: 'm' }, simulator: { enabled: false } },
    { socketPath: daemon.path },
  );
  try {
    return await connector.exchange([{ role: 'user', content: 'Hi' }]);
  } finally {
    await connector.close();
    await upstream.close();
    await daemon.close();
  }
}

const ms = (value: number | undefined): string => (value === undefined ? '–' : value.toFixed(0));

/** Returns the hops of at least 10 ms, which make up the time to the first output. */
function longHops({ metrics: { hops } }: ChatAnswer): string {
  const long = HOPS.flatMap(({ name }) => {
    const value = hops[name] ?? 0;
    return value >= 10 ? [`\`${name}\` ${ms(value)}`] : [];
  });
  return long.length === 0 ? '–' : long.join(', ');
}

function row({ name, sends }: Shape, answer: ChatAnswer): string {
  const { outcome, metrics } = answer;
  const { speed, tokensEstimated, outputTokens } = metrics;
  const rate =
    speed.kind === 'measured' ? `${speed.tokensPerSecond.toFixed(0)} tok/s` : `\`${speed.reason}\``;
  const cells = [
    name,
    sends,
    outcome,
    ms(metrics.ttftMs),
    ms(metrics.e2eMs),
    rate,
    `${tokensEstimated && outputTokens > 0 ? '~' : ''}${outputTokens}`,
    metrics.chunks,
    metrics.arrivals,
    metrics.attempts,
    longHops(answer),
  ];
  return `| ${cells.join(' | ')} |`;
}

const shapeRows = [
  '| shape | what the server sends | outcome | TTFT ms | E2E ms | rate | tokens | chunks | arrivals | attempts | hops of 10 ms and more |',
  '|---|---|---|---|---|---|---|---|---|---|---|',
];
// A warm-up run: the first run of a process is slower, because it loads code.
for (const shape of SHAPES.slice(0, 1)) await play(shape);
for (const shape of SHAPES) shapeRows.push(row(shape, await play(shape)));
const file = 'docs/metrics.md';
writeFileSync(page, withSection(readFileSync(page, 'utf8'), { file, name: 'shapes', lines: shapeRows }));
