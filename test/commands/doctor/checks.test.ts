import { once } from 'node:events';
import { chmodSync, lstatSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { describeDaemon } from '../../../src/commands/doctor/daemon.js';
import { checkDisk, room } from '../../../src/commands/doctor/disk.js';
import { checkProgram } from '../../../src/commands/doctor/node.js';
import { checkProxy } from '../../../src/commands/doctor/proxy.js';
import { reportJson, sectionText, summaryText } from '../../../src/commands/doctor/report.js';
import { checkSocket, judgeSocket } from '../../../src/commands/doctor/socket.js';
import { checkTerminal } from '../../../src/commands/doctor/terminal.js';
import { folderForTest } from '../../support/run/temporary-folder.js';

let dir: string;
beforeEach(() => {
  dir = folderForTest();
});

/** Returns the status of each check by its name. */
const statuses = (findings: readonly { check: string; status: string }[]): Record<string, string> =>
  Object.fromEntries(findings.map(({ check, status }) => [check, status]));

test('an old Node is a problem', () => {
  expect(statuses(checkProgram('20.10.0'))).toEqual({ 'vastar-tui': 'ok', node: 'problem' });
  expect(statuses(checkProgram('24.0.0'))).toMatchObject({ node: 'ok' });
});

test('the disk check uses the free space', () => {
  expect([1e6, 1e8, 1e12].map((free) => room('data', '/x', free).status)).toEqual([
    'problem',
    'warning',
    'ok',
  ]);
});

test('a missing folder is checked by its parent folder', async () => {
  const [finding] = await checkDisk({ data: join(dir, 'a', 'b') });
  expect(finding).toMatchObject({ check: 'data', detail: expect.stringContaining('does not exist yet') });
  expect(finding?.status).not.toBe('problem');
});

test('a folder that cannot be created is a problem', async () => {
  writeFileSync(join(dir, 'file'), '');
  expect(await checkDisk({ data: join(dir, 'file', 'below') })).toMatchObject([{ status: 'problem' }]);
});

test('a socket of this user that others may use is a warning with the command that restricts it', async () => {
  const path = join(dir, 's');
  const server = createServer().listen(path);
  await once(server, 'listening');
  try {
    chmodSync(path, 0o777);
    expect(await checkSocket(path, process.getuid?.())).toMatchObject({
      status: 'warning',
      detail: expect.stringContaining('mode 0777'),
      advice: `chmod 600 ${path}`,
    });
    chmodSync(path, 0o600);
    expect(await checkSocket(path, process.getuid?.())).toMatchObject({ status: 'ok' });
    // Checked as another user, because root's daemon may serve anyone.
    const found = Object.assign(lstatSync(path), { uid: 12_345 });
    expect(judgeSocket(path, found, 12_346)).toMatchObject({ status: 'problem' });
  } finally {
    server.close();
  }
});

test('a file at the socket’s path is a problem, but a missing socket is not', async () => {
  const path = join(dir, 's');
  expect(await checkSocket(path, process.getuid?.())).toMatchObject({ status: 'ok' });
  writeFileSync(path, '');
  expect(await checkSocket(path, process.getuid?.())).toMatchObject({ status: 'problem' });
});

test('the terminal check covers the features that the chat needs', () => {
  const screen = { columns: 120, rows: 40, colourBits: 24 };
  const fine = { TERM: 'xterm-256color', LANG: 'C.UTF-8' };
  expect(checkTerminal({ screen, env: fine }).filter(({ status }) => status !== 'ok')).toEqual([]);
  const poor = checkTerminal({
    screen: { columns: 10, rows: 4, colourBits: 1 },
    env: { TERM: 'dumb', LANG: 'C', TMUX: '/tmp/t' },
  });
  expect(statuses(poor)).toEqual({
    TERM: 'warning',
    size: 'warning',
    colours: 'ok',
    encoding: 'warning',
    through: 'ok',
  });
  expect(checkTerminal({ env: {} })).toMatchObject([{ status: 'ok' }]);
});

test('the report names a proxy’s variable but not its value, which may contain a password', () => {
  expect(checkProxy({ https_proxy: 'http://me:secret@proxy:3128' })).toMatchObject({
    status: 'ok',
    detail: expect.stringContaining('https_proxy'),
  });
  expect(JSON.stringify(checkProxy({ https_proxy: 'http://me:secret@proxy' }))).not.toContain('secret');
  expect(checkProxy({ HTTPS_PROXY: '' })).toMatchObject({ detail: 'none set' });
  expect(checkProxy({ HTTPS_PROXY: 'socks5://me:secret@proxy' })).toEqual({
    status: 'warning',
    check: 'proxy',
    detail: 'HTTPS_PROXY is set',
    advice: expect.stringMatching(
      /^set HTTPS_PROXY to the URL of an HTTP proxy, .*: it names a SOCKS proxy$/,
    ),
  });
});

test('a daemon of the public protocol is a warning: it does not stream', () => {
  expect(statuses(describeDaemon({ kind: 'foreign', rttMs: 0.2 }))).toEqual({
    daemon: 'ok',
    streaming: 'warning',
  });
});

test('an open circuit and another version are warnings', () => {
  const health = {
    healthy: true,
    message: '',
    activeRequests: 0,
    availableCredits: 0,
    version: '0.0.0',
    capabilities: ['stream'],
    uptimeMs: 1,
    streamsOpen: 0,
    limits: [],
    origins: [
      {
        origin: 'http://a',
        poolOpen: 0,
        poolBusy: 0,
        poolQueued: 0,
        circuit: 'open' as const,
        circuitRetryAtMs: 1,
        retryBudget: 0,
        tenants: [],
      },
    ],
  };
  const findings = describeDaemon({ kind: 'vastar-tui', rttMs: 0.2, health: { type: 3, ...health } });
  expect(statuses(findings)).toEqual({
    daemon: 'ok',
    version: 'warning',
    capabilities: 'ok',
    circuit: 'warning',
  });
});

test('the report makes control characters visible and colours its labels', () => {
  const section = {
    name: 'x',
    findings: [{ status: 'problem', check: 'a', detail: 'b\x1b[2J', advice: 'c\n' } as const],
  };
  const pieces = sectionText(section);
  const text = pieces.map((piece) => (typeof piece === 'string' ? piece : piece[1])).join('');
  expect(text).toBe('x\n  problem  a  b\\u001b[2J\n              c\\u000a\n\n');
  expect(pieces).toContainEqual(['red', 'problem']);
  expect(summaryText([section])).toBe('1 problem, 0 warnings.\n');
  expect(reportJson([section])).toMatchObject({
    healthy: false,
    counts: { ok: 0, warning: 0, problem: 1 },
    findings: [{ section: 'x', check: 'a', status: 'problem' }],
  });
});
