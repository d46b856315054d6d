// Measures memory after a conversation of a million tokens. The chat runs in a real pseudo-terminal, with daemon and
// simulator as separate processes. Answers have ten thousand tokens without pauses. Each request contains the whole
// conversation. Run: tsx bench/long.ts [tokens] after a build
import { makeSandbox, until } from '../test/support/programs/program.js';
import { KEY, openTerminal } from '../test/support/programs/terminal.js';
import { usageOf } from './processes.js';
import { say, table } from './support/figures.js';

const TOKENS = Number(process.argv[2] ?? 1_000_000);
const TOKENS_EACH = 10_000;
const REPORTS = 10;
/** An answer takes seconds. One that takes longer than this is a failure. */
const LIMIT_MS = 120_000;

const sandbox = await makeSandbox();
const session = openTerminal(sandbox);
const rows = [['tokens', 'chat MB', 'all processes MB', 'seconds']];
try {
  await session.untilScreen(/● connected/);
  await until(() =>
    fetch(`${sandbox.simulatorUrl}/v1/models`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  await fetch(`${sandbox.simulatorUrl}/admin/settings`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      ttft: 'constant:0',
      gap: 'constant:0',
      content: 'answer',
      tokens: TOKENS_EACH,
    }),
  });
  const startMs = performance.now();
  const note = (tokens: number): void => {
    const seconds = ((performance.now() - startMs) / 1000).toFixed(0);
    const { ownMemoryMb, memoryMb } = usageOf(session.pid);
    rows.push([String(tokens), ownMemoryMb.toFixed(0), memoryMb.toFixed(0), seconds]);
  };
  note(0);
  const answers = Math.ceil(TOKENS / TOKENS_EACH);
  for (let answer = 1; answer <= answers; answer += 1) {
    session.send(`Go on ${answer}${KEY.enter}`);
    await session.untilScreen(new RegExp(`requests ${answer} `), LIMIT_MS);
    if (answer % Math.ceil(answers / REPORTS) === 0) note(answer * TOKENS_EACH);
  }
  say(table(rows));
} finally {
  session.close();
  await session.ended;
  sandbox.remove();
}
