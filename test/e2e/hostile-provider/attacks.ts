import { afterAll, describe, expect, type TestAPI, test } from 'vitest';
import { withLongEnough } from '../../support/clocks/long-enough.js';
import { daemonForAll } from '../../support/programs/daemon-for-all.js';
import { watchPeak } from '../../support/programs/peak-memory.js';
import { makeSandbox, startProgram } from '../../support/programs/program.js';
import { type Handler, startUpstream } from '../../support/servers/upstream.js';
import { type Attack, GIVEN_UP } from './bodies.js';

// Each response passes the real daemon and the real program. Neither may need more memory than this.
const MOST_MIB = 420;

/** The time limit that must end the answer, in ms. The longer ones are for a machine on which no answer begins sooner. */
const LIMITS_MS = [2000, 8000, 40_000];

/**
 * Defines the tests of these attacks. All of them attack the same daemon.
 * @param testEach `test.concurrent` for attacks that take long
 */
export function testAttacks(
  attacks: readonly Attack[],
  testEach: TestAPI | TestAPI['concurrent'] = test,
): void {
  const home = daemonForAll(['--max-attempts', '1']);
  afterAll(async () => {
    home.daemon.child.kill();
    expect((await home.daemon.ended).stderr).toBe(`listening on ${home.sandbox.socketPath}\n`);
  });

  /** Sends a request to the provider and measures the memory of daemon and program. */
  async function ask(answer: Handler, flags: readonly string[]) {
    const { daemon } = home;
    const upstream = await startUpstream(answer);
    const sandbox = await makeSandbox({ VASTAR_SOCKET_PATH: home.sandbox.socketPath });
    sandbox.writeConfig(
      `openai:\n  base_url: ${upstream.url}\n  api_key: sk-test\nsimulator:\n  enabled: false\n`,
    );
    const daemonPeak = watchPeak(daemon.child.pid ?? 0);
    const running = startProgram(sandbox, ['ask', 'hi', ...flags]);
    running.child.stdin.end();
    const peak = watchPeak(running.child.pid ?? 0);
    let mib = 0;
    const timer = setInterval(() => {
      mib = Math.max(mib, running.child.exitCode === null ? peak.mib() : 0);
    }, 20);
    const { code, stderr } = await running.ended;
    clearInterval(timer);
    await upstream.close();
    sandbox.remove();
    return { code, stderr, mib, daemonMib: daemonPeak.mib() };
  }

  describe.each(attacks)('a provider that sends %s', (_name, answer, code, says) => {
    testEach('costs bounded memory, and the error describes the response', async () => {
      const asked =
        says === GIVEN_UP
          ? await withLongEnough(
              (limitMs) => ask(answer, ['--answer-timeout', `${limitMs / 1000}`]),
              ({ stderr }) => says.test(stderr),
              LIMITS_MS,
            )
          : await ask(answer, []);
      expect(asked.stderr).toMatch(says);
      expect(asked.code).toBe(code);
      expect(asked.mib).toBeLessThan(MOST_MIB);
      expect(asked.daemonMib).toBeLessThan(MOST_MIB);
    });
  });
}
