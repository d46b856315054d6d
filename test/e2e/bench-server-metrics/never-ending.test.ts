import { expect, test } from 'vitest';
import { harnessForEach } from '../../support/programs/e2e.js';
import { deltaOf, FINISH, type Handler, sseEvents } from '../../support/servers/upstream.js';

// In a file of its own, because the test takes as long as the limit for a page.

const { endpoint, run } = harnessForEach();
const WHOLE = sseEvents(deltaOf('one '), deltaOf('two '), FINISH, '[DONE]').join('');
const answer: Handler = ({ path }, response) => {
  if (path === '/metrics') return void response.writeHead(200).write('a 1\n');
  response.writeHead(200, { 'content-type': 'text/event-stream' }).end(WHOLE);
};

interface Result {
  runs: [{ completed: number; server_metrics: { problem: string | null } | null }];
}

test('a page that never ends does not change the test and is reported once', async () => {
  const { url } = await endpoint(answer);
  const page = ['--server-metrics', `${url}/metrics`];
  const { code, stdout, stderr } = await run(['bench', '--requests', '5', '--json', '-', ...page]);
  expect(code).toBe(0);
  const [{ completed, server_metrics }] = (JSON.parse(stdout) as Result).runs;
  expect(completed).toBe(5);
  expect(server_metrics?.problem).toMatch(
    /the transfer was interrupted|the server did not send it within 5 s/,
  );
  expect(stderr.match(/could not be read/g)).toHaveLength(1);
});
