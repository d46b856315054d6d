import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runHere } from '../../support/programs/in-process.js';
import { makeSandbox, runProgram, type Sandbox } from '../../support/programs/program.js';

let sandbox: Sandbox;
const printed: Record<string, string> = {};

beforeAll(async () => {
  sandbox = await makeSandbox();
  for (const args of [['completion', 'bash'], ['completion', 'zsh'], ['completion', 'fish'], ['man']]) {
    const { code, stdout, stderr } = await runHere(sandbox, args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    printed[args.at(-1) ?? ''] = stdout;
  }
});
afterAll(() => sandbox.remove());

/** Returns the completions of bash for the last of these words. */
function offered(...words: string[]): string[] {
  const typed = words.map((word) => `'${word}'`).join(' ');
  const script = [
    printed.bash,
    `COMP_WORDS=(vastar-tui ${typed}) COMP_CWORD=${words.length}`,
    `_vastar_tui; printf '%s\\n' "\${COMPREPLY[@]}"`,
  ].join('\n');
  const { stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8', cwd: sandbox.dir });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

test('the help of each command fits into 80 columns, except for commands to copy', async () => {
  const { stdout } = await runHere(sandbox, ['completion', 'fish']);
  const names = [...stdout.matchAll(/^complete .*__fish_use_subcommand.* -a (\w+)/gm)].map(
    ([, name]) => name ?? '',
  );
  for (const name of ['', 'ask', 'bench', 'doctor', 'record', 'replay', 'simulator', 'sessions', ...names]) {
    const help = await runHere(sandbox, [...(name === '' ? [] : [name]), '--help']);
    const long = help.stdout
      .split('\n')
      .filter((line) => line.length > 80 && !/^ +(?:vastar-tui|curl|-d) /.test(line));
    expect(long, name).toEqual([]);
  }
});

test('the notes of the manual page fit into 80 columns with their indentation, except for commands to copy', () => {
  const notes = [...(printed.man ?? '').matchAll(/^\.nf\n(.*?)^\.fi$/gms)].flatMap(([, text = '']) =>
    text.split('\n'),
  );
  const isLong = (line: string): boolean => line.replaceAll(/\\e|\\-/g, '-').length > 73;
  expect(notes.filter((line) => isLong(line) && !/^ .*(?:vastar\\-tui|curl|\\-d) /.test(line))).toEqual([]);
});

test('bash completes commands, their subcommands and their flags', () => {
  expect(offered('be')).toEqual(['bench']);
  expect(offered('runtime', 'st')).toEqual(['start', 'stop', 'status']);
  expect(offered('runtime', 'status', '--js')).toEqual(['--json']);
  expect(offered('bench', '--du')).toEqual(['--duration']);
  expect(offered('ask', '--du')).toEqual([]);
});

test('bash completes choices and files, and offers nothing for free text', () => {
  expect(offered('--log-level', 'w')).toEqual(['warn']);
  expect(offered('completion', 'z')).toEqual(['zsh']);
  expect(offered('ask', '--file', 'conf')).toEqual(['config.yaml']);
  expect(offered('replay', 'conf')).toEqual(['config.yaml']);
  expect(offered('replay', '--lo')).toEqual(['--loop', '--log-level']);
  expect(offered('bench', '--prompt', '')).toEqual([]);
});

test('bash lists commands and files without the flags, which follow a dash', () => {
  expect(offered('runtime', '')).toEqual(['run', 'start', 'stop', 'status']);
  expect(offered('replay', '')).toEqual(['config.yaml']);
  expect(offered('runtime', '-')).toContain('--socket');
  expect(offered('ask', '')).toContain('--system');
});

test('a value after an equals sign is completed, too', () => {
  // Bash passes --format=h as three words.
  expect(offered('sessions', 'export', '--format', '=', 'h')).toEqual(['har', 'html']);
  expect(offered('--log-level', '=')).toEqual(['error', 'warn', 'info', 'debug']);
  expect(offered('--mode', '=', 'simulator', 'ask', '--sys')).toEqual(['--system']);
  expect(printed.zsh).toContain("'*--format=[");
});

test('the chat’s flags are in the help and the completions of the program, because it opens the chat', async () => {
  expect(offered('--cont')).toEqual(['--continue']);
  expect(offered('--screen')).toEqual(['--screen-reader']);
  expect(printed.fish).toMatch(/-n '__fish_use_subcommand; or __fish_seen_subcommand_from chat' -l continue/);
  expect((await runHere(sandbox, ['--help'])).stdout).toMatch(/^Options of the chat:\n {2}--continue /m);
});

test('bash completes the command after help, and the modes that every configuration has', () => {
  expect(offered('help', 'be')).toEqual(['bench']);
  expect(offered('ask', '--mode', '')).toEqual(['simulator', 'openai']);
});

test('a mode with the name of a command is not treated as a command', () => {
  expect(offered('--mode', 'simulator', 'ask', '--sys')).toEqual(['--system']);
});

test('global flags are offered after any command, but hidden flags are not', () => {
  expect(offered('doctor', '--no')).toEqual(['--no-spawn', '--no-stream', '--no-adapt']);
  expect(offered('simulator', '--exit')).toEqual([]);
});

test('the completions of all three shells and the manual have every command and flag', () => {
  for (const word of ['bench', 'doctor', 'trust', 'duration', 'temperature', 'no-spawn']) {
    for (const shell of ['bash', 'zsh', 'fish']) expect(printed[shell]).toContain(word);
    expect(printed.man).toContain(word.replaceAll('-', '\\-'));
  }
});

test('zsh completes flags after a question, too', () => {
  expect(printed.zsh).toContain("'*:prompt:()'");
});

test("each command's help names the flags of every command", async () => {
  const { stdout } = await runHere(sandbox, ['ask', '--help']);
  expect(stdout).toMatch(/^Flags of every command, .*--model.*: vastar-tui --help\n$/m);
  expect((await runHere(sandbox, ['--help'])).stdout).not.toContain('Flags of every command');
  expect(printed.man).not.toContain('Flags of every command');
});

test('the completions of zsh and fish are quoted', () => {
  expect(printed.fish).toContain("'add a request header, \\'Name: value\\';");
  expect(printed.zsh).toContain("add a request header, '\\''Name\\: value'\\'';");
  expect(printed.zsh).toContain('\\[20 without --duration\\]');
  for (const line of printed.fish?.split('\n') ?? []) {
    expect((line.replace(/\\[\\']/g, '').split("'").length - 1) % 2).toBe(0);
  }
});

test('the manual has the exit codes, and no text line acts as a macro', () => {
  expect(printed.man).toMatch(/^Exit codes:\n +0 {2}done.*\n(?:.*\n)* +10 {2}the answer/m);
  expect(printed.man).toMatch(/^[\n -~]+$/);
  const macros = new Set(printed.man?.match(/^\.\S+/gm));
  expect([...macros].sort()).toEqual(['.B', '.I', '.PP', '.SH', '.SS', '.TH', '.TP', '.fi', '.nf']);
});

test('the manual shows the arguments and flags of each command with choices and defaults', () => {
  expect(printed.man).toContain('.SS sessions show <id>');
  expect(printed.man).toContain('default: "md")');
});

test('help COMMAND prints the same as COMMAND --help', async () => {
  const { stdout } = await runProgram(sandbox, ['runtime', 'start', '--help']);
  expect(await runProgram(sandbox, ['help', 'runtime', 'start'])).toMatchObject({
    code: 0,
    stdout,
    stderr: '',
  });
  expect(stdout).toContain('--metrics-port');
  expect(await runHere(sandbox, ['help', 'runtime', 'stroll'])).toMatchObject({
    code: 2,
    stdout: '',
    stderr: 'vastar-tui: there is no command "runtime stroll". "vastar-tui --help" lists them\n',
  });
});

test('the error for a wrong flag names the help page that lists all flags', async () => {
  const told = async (...args: string[]) =>
    (await runHere(sandbox, args)).stderr.trimEnd().split('\n').at(-1);
  expect(await told('bench', '--rate', 'fast')).toBe('(vastar-tui bench --help lists all flags)');
  expect(await told('runtime', 'run', '--drain', '-1')).toBe(
    '(vastar-tui runtime run --help lists all flags)',
  );
  expect(await told('--jsn')).toBe('(vastar-tui --help lists all flags)');
});
