import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ErrorClass } from '../../../src/common/errors.js';
import { withLongEnough } from '../../support/clocks/long-enough.js';
import { PATIENCE_MS } from '../../support/clocks/patience.js';
import {
  buildDaemonPrograms,
  type DaemonPrograms,
  type RunningProgram,
  runProgram,
} from '../../support/programs/daemon-program.js';
import { watchPeak } from '../../support/programs/peak-memory.js';
import { httpStream, rawClient, streamOf } from '../../support/protocol/raw-client.js';
import { folderForFile } from '../../support/run/temporary-folder.js';
import { FLAG, FRAME, h2Frame, STATUS_200, startRawH2 } from '../../support/servers/raw-h2.js';
import { type Attack, LIMITS_MS } from './attack.js';

const root = join(import.meta.dirname, '..', '..', '..');

/** The daemon's memory limit during attacks. Without load it needs about 80. */
const MOST_MIB = 320;

/** A provider that attacks, and the end of its server. */
interface Server {
  readonly url: string;
  close(): Promise<void> | void;
}

/**
 * Defines the tests of these attacks. All of them attack the same daemon.
 * @param listen starts the server of one attack
 */
export function testAttacks<S>(
  what: string,
  attacks: readonly Attack<S>[],
  listen: (attack: Attack<S>) => Promise<Server>,
): void {
  let programs: DaemonPrograms;
  const folder = folderForFile();
  let daemon: RunningProgram;
  /** Of all attacks so far: several run at once. */
  let peak: ReturnType<typeof watchPeak>;

  beforeAll(async () => {
    programs = await buildDaemonPrograms();
    const ca = join(root, 'test', 'fixtures', 'tls', 'ca.cert.pem');
    const flags = ['--socket', join(folder, 'd.sock'), '--log-file', join(folder, 'log'), '--ca', ca];
    daemon = runProgram(programs.daemon, [...flags, '--max-attempts', '1']);
    await daemon.untilStderr(/listening on/);
    peak = watchPeak(daemon.process.pid ?? 0);
  });
  afterAll(async () => {
    daemon.process.kill();
    expect(await daemon.ended).toBe(0);
    // No attack has triggered a bug in the daemon.
    expect(readFileSync(join(folder, 'log'), 'utf8')).not.toMatch(/"level":"error"/);
  });

  /**
   * Sends a request with time limits: short ones if a limit must end it, and long ones if the provider's bytes must.
   * Resolves to the answer's end and the daemon's peak memory.
   */
  const attack = (url: string, expected: ErrorClass, says: RegExp) =>
    expected === ErrorClass.Timeout
      ? withLongEnough(
          (limitMs) => attackFor(url, limitMs),
          ({ end }) => says.test(end.errorMessage),
          LIMITS_MS,
        )
      : attackFor(url, PATIENCE_MS);

  async function attackFor(url: string, limitMs: number) {
    const client = await rawClient({ kind: 'unix', path: join(folder, 'd.sock') });
    const policy = { headersTimeoutMs: limitMs, idleTimeoutMs: limitMs };
    client.send(httpStream(1n, { method: 'GET', url }, { policy }));
    const { body, end } = await streamOf(client, 1n);
    const mib = peak.mib();
    await client.close();
    return { body: body.toString(), end, mib };
  }

  test.concurrent.each(attacks)(
    `${what} $name costs bounded memory, and its error says what it did`,
    async (one) => {
      const server = await listen(one);
      const { end, mib } = await attack(server.url, one.errorClass, one.says);
      await server.close();
      expect(end.errorMessage).toMatch(one.says);
      expect(end.errorClass).toBe(one.errorClass);
      expect(mib).toBeLessThan(MOST_MIB);
    },
  );

  test('after all attacks the daemon serves other requests', async () => {
    const server = await startRawH2((socket, stream) => {
      socket.write(h2Frame(FRAME.headers, FLAG.endHeaders, stream, STATUS_200));
      socket.write(h2Frame(FRAME.data, FLAG.endStream, stream, Buffer.from('there')));
    });
    const { body, end } = await attackFor(server.url, PATIENCE_MS);
    expect([body, end.errorClass]).toEqual(['there', ErrorClass.Success]);
    await server.close();
  });
}
