import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { testAttacks } from './attacked-daemon.js';
import { OVER_HTTP1 } from './h1-attacks.js';

testAttacks('a provider that sends', OVER_HTTP1, async ({ serve }) => {
  const server = createServer((socket) => {
    socket.on('error', () => {}).resume();
    socket.once('data', () => serve(socket, 0));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => void server.close() };
});
