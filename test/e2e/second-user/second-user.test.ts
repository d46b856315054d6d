import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  CLI,
  type Ended,
  makeSandbox,
  NODE,
  runProgram,
  type Sandbox,
  startProgram,
  until,
} from '../../support/programs/program.js';
import { folderForTest } from '../../support/run/temporary-folder.js';

/** The account `nobody` on Debian. */
const STRANGER = { uid: 65534, gid: 65534 };

/** The reason why no process of another user can be started here; undefined when it can. */
function missing(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root can start a process as another user';
  try {
    execFileSync(NODE, ['-e', `require('node:fs').readFileSync(${JSON.stringify(CLI)})`], STRANGER);
    return undefined;
  } catch {
    return 'another user cannot read the program here';
  }
}
const why = missing();

describe.skipIf(why !== undefined)(
  `with a second user on this machine${why === undefined ? '' : `: skipped, ${why}`}`,
  () => {
    /** Like /tmp: every user may create files, but only the owner may change them. */
    let shared: string;
    let socket: string;
    let sandbox: Sandbox;
    let home: string;
    const started: Array<{ kill(signal: NodeJS.Signals): boolean }> = [];

    beforeEach(async () => {
      shared = folderForTest();
      chmodSync(shared, 0o1777);
      socket = join(shared, 'd.sock');
      home = join(shared, 'stranger');
      mkdirSync(home);
      chownSync(home, STRANGER.uid, STRANGER.gid);
      sandbox = await makeSandbox({ VASTAR_SOCKET_PATH: socket });
    });
    afterEach(() => {
      for (const child of started.splice(0)) child.kill('SIGKILL');
      sandbox.remove();
    });

    /** Runs a Node program as the other user. */
    function asStranger(args: readonly string[], path = socket) {
      const env = { PATH: process.env.PATH, HOME: home, VASTAR_SOCKET_PATH: path, LANG: 'C.UTF-8' };
      const child = spawn(NODE, [...args], { ...STRANGER, cwd: home, env });
      started.push(child);
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (text) => {
        stdout += String(text);
      });
      child.stderr.on('data', (text) => {
        stderr += String(text);
      });
      child.stdin.end();
      const ended = new Promise<Ended>((resolve) => {
        child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
      });
      return { ended, stdout: () => stdout, stderr: () => stderr };
    }

    /** The other user listens at `path` instead of the daemon, and records the received bytes. */
    async function listenAsStranger(path: string): Promise<() => string> {
      const heard = join(home, 'heard');
      asStranger([
        '-e',
        `const { appendFileSync } = require('node:fs');
       require('node:net').createServer((socket) => socket.on('error', () => {}).on('data', (bytes) => appendFileSync(${JSON.stringify(heard)}, bytes)))
         .listen(${JSON.stringify(path)}, () => require('node:fs').chmodSync(${JSON.stringify(path)}, 0o777));`,
      ]);
      await until(() => existsSync(path) && (statSync(path).mode & 0o777) === 0o777);
      return () => (existsSync(heard) ? readFileSync(heard, 'latin1') : '');
    }

    test.each([
      ['ask', 'hi'],
      ['--no-spawn', 'ask', 'hi'],
      ['runtime', 'status'],
      ['runtime', 'start'],
    ])('another user’s socket at our daemon’s path receives no byte: %s %s', async (...args) => {
      const heard = await listenAsStranger(socket);
      const { code, stderr, stdout } = await runProgram(sandbox, args);
      expect(code).not.toBe(0);
      expect(stdout + stderr).toMatch(/belongs to (user 65534|another user \(uid 65534\))/);
      expect(heard()).toBe('');
    });

    test('another user’s start lock does not delay our programs', async () => {
      const heard = await listenAsStranger(`${socket}.starting`);
      const asked = await runProgram(sandbox, ['ask', 'What is the capital of France?']);
      expect(asked).toMatchObject({ code: 0, stdout: 'The capital of France is Paris.\n' });
      expect(heard()).toBe('');
    });

    test('another user can’t use our daemon, and gets an error', async () => {
      const daemon = startProgram(sandbox, ['runtime', 'run']);
      started.push(daemon.child);
      await daemon.untilStderr(/listening on/);
      const theirs = await asStranger([CLI, '--no-spawn', 'ask', 'hi']).ended;
      expect(theirs.code).toBe(4);
      expect(theirs.stderr).toMatch(/no permission to use the daemon's socket|belongs to user 0/);
      expect((await runProgram(sandbox, ['ask', 'What is the capital of France?'])).code).toBe(0);
    });

    test('another user gets nothing over TCP without the token', async () => {
      const token = join(sandbox.dir, 'token');
      const daemon = startProgram(sandbox, ['runtime', 'run', '--tcp', '127.0.0.1:0', '--token-file', token]);
      started.push(daemon.child);
      await daemon.untilStderr(/listening on \S+\n/);
      const [, port = ''] = /listening on \S+:(\d+)/.exec(daemon.stderr()) ?? [];
      const read = asStranger(['-e', `require('node:fs').readFileSync(${JSON.stringify(token)})`]);
      expect((await read.ended).stderr).toMatch(/EACCES/);
      const raw = asStranger([
        '-e',
        `const { createConnection } = require('node:net');
       const socket = createConnection(${port}, '127.0.0.1');
       socket.write(Buffer.from([0, 0, 0, 1, 2]));
       socket.on('data', (bytes) => { console.log(bytes.toString('latin1')); socket.destroy(); });`,
      ]);
      expect((await raw.ended).stdout).toMatch(/set VASTAR_TOKEN_FILE/);
    });

    test('another user can’t read our saved files', async () => {
      await runProgram(sandbox, ['ask', 'What is the capital of France?', '--session', 'mine']);
      const file = join(sandbox.dir, '.local/share/vastar-tui/sessions/sessions.db');
      chmodSync(sandbox.dir, 0o755);
      expect(existsSync(file)).toBe(true);
      const read = asStranger(['-e', `require('node:fs').readFileSync(${JSON.stringify(file)})`]);
      expect((await read.ended).stderr).toMatch(/EACCES/);
      const log = asStranger([
        '-e',
        `require('node:fs').readFileSync(${JSON.stringify(join(sandbox.dir, '.local/state/vastar-tui/daemon.log'))})`,
      ]);
      expect((await log.ended).stderr).toMatch(/EACCES/);
    });

    test('each user has a separate daemon at a separate socket', async () => {
      const theirs = asStranger([CLI, 'runtime', 'run'], join(home, 'd.sock'));
      await until(() => /listening on/.test(theirs.stderr()));
      const asked = await runProgram(sandbox, ['ask', 'What is the capital of France?']);
      expect(asked).toMatchObject({ code: 0, stdout: 'The capital of France is Paris.\n' });
    });
  },
);
