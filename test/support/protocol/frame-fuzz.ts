import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageType } from '../../../src/protocol/constants.js';
import { decodeMessage } from '../../../src/protocol/decode.js';
import { createFrameReader, ProtocolError } from '../../../src/protocol/frame.js';
import { startRuntime } from '../../../src/runtime/server.js';
import { PATIENCE_MS } from '../clocks/patience.js';
import { seededRandom } from '../run/random.js';
import { encodeMessage } from './encode-message.js';

/** A whole number from 0 up to, but not including, `below`. */
type Random = (below: number) => number;

/** A read with more CPU time than this counts as hanging, in ms. */
const HANG_MS = 1000;
/** Every 500th frame also goes to the daemon: a socket costs far more than a read. */
const DAEMON_EVERY = 500;
const DAEMON_BATCH = 20;
/** The bytes before and after each frame in memory, which no message may contain. */
const MARK = 'OUTSIDE-THIS-FRAME';

const wire = join(import.meta.dirname, '..', '..', 'fixtures', 'wire');
const samples: Buffer[] = readdirSync(wire)
  .filter((file) => file.endsWith('.bin'))
  .map((file) => readFileSync(join(wire, file)));
samples.push(
  encodeMessage({ type: MessageType.HealthCheck }),
  encodeMessage({ type: MessageType.Cancel, requestId: 7n }),
  encodeMessage({ type: MessageType.CreditUpdate, requestId: 7n, creditDelta: 9, totalCredits: 1 }),
  encodeMessage({
    type: MessageType.StreamChunk,
    requestId: 7n,
    sequence: 1,
    offsetUs: 2,
    payload: Buffer.from('data: {}\n\n'),
  }),
);

function mutated(random: Random): Buffer {
  const frame = Buffer.from(samples[random(samples.length)] ?? []);
  for (let flips = 1 + random(6); flips > 0; flips -= 1) {
    // Mostly behind the length, so that most frames reach the reader of tables.
    const at = random(10) === 0 ? random(frame.length) : Math.min(4 + random(frame.length), frame.length - 1);
    const extreme = [0, 0xff, 0x7f, 0x80][random(4)] ?? 0;
    frame[at] = random(3) === 0 ? extreme : (frame[at] ?? 0) ^ (1 << random(8));
  }
  return random(20) === 0 ? frame.subarray(0, random(frame.length)) : frame;
}

/** Reads a frame between two marked pieces of memory. */
function read(frame: Buffer, random: Random): void {
  const memory = Buffer.concat([Buffer.from(MARK), frame, Buffer.from(MARK)]);
  const reader = createFrameReader((type, payload) => {
    if (payload.buffer.byteLength !== payload.byteLength) throw new Error('a payload shares its memory');
    const message = decodeMessage(type, payload);
    const text = JSON.stringify(message, (_key, value: unknown) => {
      if (typeof value === 'bigint') return String(value);
      return value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value;
    });
    if (text.includes(MARK)) throw new Error('bytes of outside the frame were read');
  });
  const began = process.cpuUsage();
  try {
    const cut = random(3) === 0 ? random(frame.length + 1) : frame.length;
    reader.feed(memory.subarray(MARK.length, MARK.length + cut));
    reader.feed(memory.subarray(MARK.length + cut, MARK.length + frame.length));
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
  }
  const { user, system } = process.cpuUsage(began);
  const tookMs = (user + system) / 1000;
  if (tookMs > HANG_MS) throw new Error(`a read took ${tookMs.toFixed(0)} ms`);
}

/** Sends frames on a separate connection, then a health request on another one, which must get an answer. */
async function attack(path: string, batch: readonly Buffer[]): Promise<void> {
  const attacker = connect(path).on('error', () => {});
  await once(attacker, 'connect');
  attacker.resume();
  for (const frame of batch) attacker.write(frame);
  const witness = connect(path).on('error', () => {});
  witness.write(encodeMessage({ type: MessageType.HealthCheck }));
  await once(witness, 'data', { signal: AbortSignal.timeout(PATIENCE_MS) });
  attacker.destroy();
  witness.destroy();
}

export interface FuzzOptions {
  /** Stops after this number of frames, or this time. */
  frames: number;
  seconds: number;
  seed: number;
}

/**
 * Reads mutated frames in this process, and sends some to a real daemon.
 * @returns the number of frames
 * @throws {Error} with seed and frame: after a crash, a read of over 1 s of CPU time, a missing answer, or bytes of
 * another frame in a message
 */
export async function fuzzFrames({ frames, seconds, seed }: FuzzOptions): Promise<number> {
  const chance = seededRandom(seed);
  const random: Random = (below) => Math.floor(chance() * below);
  const untilMs = performance.now() + seconds * 1000;
  const folder = mkdtempSync(join(tmpdir(), 'vt-fuzz-'));
  const path = join(folder, 'd.sock');
  const shutdown = new AbortController();
  const runtime = await startRuntime({ listen: { kind: 'unix', path }, drainMs: 0 }, shutdown.signal);
  const batch: Buffer[] = [];
  let count = 0;
  let frame: Buffer = Buffer.alloc(0);
  try {
    while (count < frames && performance.now() < untilMs) {
      frame = mutated(random);
      read(frame, random);
      count += 1;
      if (count % DAEMON_EVERY === 0) batch.push(frame);
      if (batch.length === DAEMON_BATCH) await attack(path, batch.splice(0));
    }
    return count;
  } catch (error) {
    throw new Error(`seed ${seed}, frame ${count}: ${frame.toString('hex')}`, { cause: error });
  } finally {
    shutdown.abort();
    await runtime.closed;
    rmSync(folder, { recursive: true, force: true });
  }
}
