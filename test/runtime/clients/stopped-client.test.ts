import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { MessageType } from '../../../src/protocol/constants.js';
import { settled } from '../../support/clocks/settled.js';
import { testDaemon } from '../../support/protocol/daemon.js';
import { encodeMessage } from '../../support/protocol/encode-message.js';
import { httpRequest, httpStream, jsonOf, of } from '../../support/protocol/raw-client.js';
import { closedAfterEach } from '../../support/run/closing.js';
import { startUpstream } from '../../support/servers/upstream.js';

const closing = closedAfterEach();

const TOTAL = 32 * 1024 * 1024;
const PIECE = Buffer.alloc(64 * 1024, 'x');

/** A client that sends `frames`, counts the bytes it receives, and prints "begun" at the first and "all" after the last. */
const CLIENT = `
const [path, frames, total] = process.argv.slice(1);
const socket = require('node:net').connect(path);
let count = 0;
socket.write(Buffer.from(frames, 'hex'));
socket.on('data', (bytes) => {
  if (count === 0) console.log('begun');
  count += bytes.length;
  if (count >= Number(total)) console.log('all');
});`;

test('a stopped client (SIGSTOP) delays only its own provider, and receives everything after SIGCONT', async () => {
  let written = 0;
  const flood = Promise.withResolvers<void>();
  const upstream = await startUpstream(async (request, response) => {
    if (request.path !== '/big') return void response.end('small');
    response.write(PIECE);
    await flood.promise;
    for (written = PIECE.length; written < TOTAL; written += PIECE.length) {
      if (!response.write(PIECE)) await once(response, 'drain');
    }
    response.end();
  });
  const daemon = await testDaemon();
  closing.push(daemon.close, upstream.close);
  const frames = Buffer.concat([
    encodeMessage(httpStream(1n, { method: 'GET', url: `${upstream.url}/big` })),
    encodeMessage({
      type: MessageType.CreditUpdate,
      requestId: 1n,
      creditDelta: 2 ** 31 - 1,
      totalCredits: 0,
    }),
  ]);
  const child = spawn(process.execPath, ['-e', CLIENT, daemon.path, frames.toString('hex'), String(TOTAL)]);
  closing.push(() => void child.kill('SIGKILL'));
  let output = '';
  child.stdout.on('data', (text) => {
    output += String(text);
  });
  await expect.poll(() => output).toBe('begun\n');
  child.kill('SIGSTOP');
  flood.resolve();

  await settled(() => written, PIECE.length + 1);
  // The sockets' buffers and the window. The client has granted far more.
  expect(written).toBeLessThan(16 * 1024 * 1024);
  const other = await daemon.client();
  other.send(httpRequest(1n, { method: 'GET', url: `${upstream.url}/small` }));
  expect(jsonOf(await other.next(of(MessageType.ExecuteResponse))).body).toBe('small');

  child.kill('SIGCONT');
  await expect.poll(() => output).toMatch(/all/);
});
