import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSearch, watchArguments } from '../../support/programs/canary.js';
import {
  makeSandbox,
  runProgram,
  type Sandbox,
  startProgram,
  until,
} from '../../support/programs/program.js';
import { KEY as KEYS, openTerminal } from '../../support/programs/terminal.js';
import { certificate } from '../../support/servers/tls-upstream.js';
import {
  deltaOf,
  FINISH,
  type Handler,
  sseEvents,
  startUpstream,
  type Upstream,
} from '../../support/servers/upstream.js';

// These characters change in every encoding, and no pattern for keys matches them.
const ENVIRONMENT = 'canary-env/+7f3d9=b1c2~Zz';
const CONFIGURED = 'canary.config/+1a2b3=c4d5~Yy';
const PASSWORD = 'canary-proxy+0f1e2d3c4b';
const HEADER = 'canary-header/+4d5e6f=77';
const PARAMETER = 'canary-query/+8a9b0c=88';
const MEMBER = 'canary-member/+1d2e3f=99';
const fixture = (name: string): string => join(import.meta.dirname, '../../fixtures/tls', name);
/** Returns the lines of a private key's PEM text. */
const KEY_LINES = readFileSync(fixture('client.key.pem'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('-'));
const search = createSearch([ENVIRONMENT, CONFIGURED, PASSWORD, HEADER, PARAMETER, MEMBER, ...KEY_LINES]);

let sandbox: Sandbox;
let upstream: Upstream;
let proxy: Upstream;
/** Requires a client certificate and repeats it in the answer. */
let demanding: Server;

beforeEach(async () => {
  upstream = await startUpstream(sayKeysBack);
  proxy = await startUpstream(({ headers }, response) => {
    const said = `${headers['proxy-authorization']} ${headers.authorization}`;
    response.writeHead(502, { 'content-type': 'text/plain' }).end(`no way for ${said}`);
  });
  sandbox = await makeSandbox({ OPENAI_API_KEY: ENVIRONMENT, GATEWAY_SECRET: HEADER });
  sandbox.env.HTTP_PROXY = `http://user:${encodeURIComponent(PASSWORD)}@127.0.0.1:${proxy.port}`;
  demanding = createServer(
    { ...certificate('localhost'), requestCert: true, ca: readFileSync(fixture('client-ca.cert.pem')) },
    ({ socket }, response) => {
      const peer = socket instanceof TLSSocket ? socket.getPeerCertificate() : undefined;
      response.writeHead(401).end(`no entry for ${peer?.subject?.CN}: ${peer?.raw?.toString('base64')}`);
    },
  ).listen(0, '127.0.0.1');
  await once(demanding, 'listening');
  sandbox.env.NODE_EXTRA_CA_CERTS = fixture('ca.cert.pem');
  copyFileSync(fixture('client.cert.pem'), join(sandbox.dir, 'client.pem'));
  copyFileSync(fixture('client.key.pem'), join(sandbox.dir, 'client.key'));
  sandbox.env.TMPDIR = join(sandbox.dir, 'tmp');
  mkdirSync(sandbox.env.TMPDIR);
  sandbox.writeConfig(
    `openai:\n  base_url: ${upstream.url}\nsimulator:\n  enabled: false\n  base_url: ${sandbox.simulatorUrl}\n` +
      `profiles:\n  other:\n    base_url: ${upstream.url}\n    model: m\n    api_key: ${CONFIGURED}\n` +
      `    headers: { X-Team: "\${GATEWAY_SECRET}" }\n    query: { sig: "${PARAMETER}" }\n` +
      `    body: { metadata: { password: "${MEMBER}" } }\n` +
      `  certified:\n    base_url: https://localhost:${(demanding.address() as AddressInfo).port}\n    model: m\n    api_key: ${CONFIGURED}\n` +
      '    client_cert: client.pem\n    client_key: client.key\n' +
      `  proxied:\n    base_url: http://provider.test\n    model: m\n    api_key: ${CONFIGURED}\n`,
  );
});
afterEach(async () => {
  demanding.closeAllConnections();
  demanding.close();
  await Promise.all([upstream.close(), proxy.close()]);
  sandbox.remove();
});

/** An endpoint that repeats the key in every part of its response. */
const sayKeysBack: Handler = ({ headers, body, path }, response) => {
  const key = (headers.authorization ?? '').replace('Bearer ', '');
  const others = [HEADER, PARAMETER, MEMBER].filter((secret) => {
    const sent = `${headers['x-team']} ${decodeURIComponent(path)} ${body.toString()}`;
    return sent.includes(secret);
  });
  const forms = [...others, key, encodeURIComponent(key), Buffer.from(`user:${key}`).toString('base64')].join(
    ' and ',
  );
  const events = { 'content-type': 'text/event-stream' };
  const asked = body.toString();
  const way = /say it by (\w+)/g.exec(asked.slice(asked.lastIndexOf('say it by')))?.[1];
  if (path.endsWith('/models')) return void response.writeHead(503).end(`no list for ${forms}`);
  switch (way) {
    case 'status':
      return void response
        .writeHead(401, { 'content-type': 'application/json' })
        .end(JSON.stringify({ error: { message: `Incorrect API key provided: ${forms}`, type: 'auth' } }));
    case 'redirect':
      return void response
        .writeHead(307, { location: `http://127.0.0.1:1/${encodeURIComponent(key)}?key=${key}` })
        .end();
    case 'page':
      return void response
        .writeHead(200, { 'content-type': 'text/html' })
        .end(`<html><title>${forms}</title>`);
    case 'event':
      return void response
        .writeHead(200, events)
        .end(sseEvents(JSON.stringify({ error: { message: forms } })).join(''));
    case 'malformed':
      return void response
        .writeHead(200, events)
        .end(sseEvents(deltaOf('x'), `no JSON: ${forms}`, FINISH).join(''));
    case 'hanging':
      return void response.writeHead(200, events).write(sseEvents(deltaOf('and then')).join(''));
    case 'text':
      return void response
        .writeHead(200, events)
        .end(sseEvents(deltaOf(`It is ${forms}.`), FINISH, '[DONE]').join(''));
    default:
      return void response.writeHead(200, events).end(sseEvents(deltaOf('Fine.'), FINISH, '[DONE]').join(''));
  }
};

/** Runs the commands of a group one after another. */
async function oneByOne<T>(all: readonly T[], start: (one: T) => Promise<unknown>): Promise<void> {
  for (const one of all) await start(one);
}

/** Asks in the chat and opens the inspector. Resolves to everything that the chat has written. */
async function chatWith(sandbox: Sandbox): Promise<string> {
  const chat = openTerminal(sandbox, ['--mode', 'other', '--log-level', 'debug']);
  try {
    await chat.untilScreen(/write a message/);
    for (const [way, shown] of [
      ['status', /Incorrect API key/],
      ['event', /reported an error/],
    ] as const) {
      chat.send(`say it by ${way}`);
      await chat.untilScreen(new RegExp(`> say it by ${way}`));
      chat.send(KEYS.enter);
      await chat.untilScreen(shown);
    }
    chat.send('\x04'); // Open the inspector, then the whole last exchange.
    await chat.untilScreen(/Inspector/);
    chat.send(KEYS.enter);
    await chat.untilScreen(/Exchange #/);
    // The request is below the figures.
    chat.send(KEYS.pageDown);
    await chat.untilScreen(/say it by event/);
    chat.kill('SIGTERM');
    await chat.ended;
  } finally {
    chat.close();
  }
  return chat.written();
}

test('no output, file or process list contains keys of the environment, the configuration or a proxy', async () => {
  const args = watchArguments();
  const said: [string, string][] = [];
  const run = async (...words: string[]): Promise<string> => {
    const { stdout, stderr } = await runProgram(sandbox, words);
    said.push([words.join(' '), `${stdout}\n${stderr}`]);
    return stdout;
  };

  // A daemon at debug level is killed in the middle of an answer.
  const flags = ['--log-level', 'debug', '--log-file', join(sandbox.dir, 'daemon.log')];
  const daemon = startProgram(sandbox, ['runtime', 'run', ...flags]);
  daemon.child.stdin.end();
  await daemon.untilStderr(/listening on/);
  const ways = ['status', 'redirect', 'page', 'event', 'malformed'];
  await Promise.all([
    ...ways.map((way) => run('ask', `say it by ${way}`, '--mode', 'other', '--session', way, '--json')),
    oneByOne(ways, (way) =>
      run('record', `say it by ${way}`, '--mode', 'openai', '--output', 'recorded.jsonl'),
    ),
  ]);
  await Promise.all([
    oneByOne([[], ['--client-key', 'client.pem'], ['--client-cert', 'client.key']], (mode) =>
      run('ask', 'who am I?', '--mode', 'certified', '--session', 'redirect', '--json', ...mode),
    ),
    run('bench', '--requests', '2', '--mode', 'certified', '--json', 'c.json'),
    run('doctor', '--yes', '--mode', 'certified'),
    // The model's own text is shown unchanged and saved without the key.
    runProgram(sandbox, ['ask', 'say it by text', '--session', 'text']),
    runProgram(sandbox, ['record', 'say it by text', '--output', 'recorded.jsonl']),
  ]);
  expect(said.map(([, text]) => text).join('\n')).toContain('no entry for client');
  await Promise.all([
    run('bench', '--requests', '3', '--mode', 'other,openai', '--prompt', 'say it by status'),
    run('bench', '--requests', '1', '--prompt', 'say it by event', '--json', 'b.json', '--csv', 'b.csv'),
    run('demo'),
    run('doctor', '--yes', '--json'),
    run('doctor', '--yes', '--mode', 'other'),
    run('runtime', 'status', '--json'),
    oneByOne([[], ['--json'], ['--base-url', `http://user:${CONFIGURED.slice(0, 6)}@x`]], (flags) =>
      run('config', 'print', ...flags),
    ),
  ]);
  const hanging = startProgram(sandbox, ['ask', 'say it by hanging', '--session', 'cut']);
  hanging.child.stdin.end();
  await hanging.untilStdout(/and then/);
  daemon.child.kill('SIGSEGV');
  const ended = await hanging.ended;
  said.push(
    ['the daemon crashed', ended.stdout + ended.stderr],
    ['daemon', daemon.stdout() + daemon.stderr()],
  );

  // From here on the programs start their own daemon behind the proxy.
  const chatted = chatWith(sandbox);
  await run('ask', 'hi', '--config', 'config.yaml', '--mode', 'proxied', '--log-level', 'debug');
  await run('doctor', '--yes', '--config', 'config.yaml', '--mode', 'proxied');
  expect(proxy.requests.length).toBeGreaterThan(0);
  const formats = ['md', 'json', 'jsonl', 'har', 'csv'];
  const exported = formats.map((format) => run('sessions', 'export', '--all', '--format', format));
  await Promise.all([
    run('replay', 'recorded.jsonl', '--json'),
    run('sessions', 'search', 'incorrect'),
    run('sessions', 'list', '--json'),
  ]);
  for (const text of await Promise.all(exported)) expect(text).toContain('redirect');
  said.push(['chat', await chatted]);

  expect(
    upstream.requests.some(({ headers, path }) => headers['x-team'] === HEADER && path.includes('sig=')),
  ).toBe(true);
  const { files, found } = search.inFolder(sandbox.dir, ['config.yaml', 'client.key']);
  expect(files).toEqual(expect.arrayContaining(['daemon.log', 'recorded.jsonl', 'b.json', 'b.csv']));
  expect(files.join()).toMatch(/sessions\.db/);
  const log = readFileSync(join(sandbox.dir, 'daemon.log'), 'utf8');
  expect(log.split('\n').length).toBeGreaterThan(10);
  expect(found).toEqual([]);
  expect(said.flatMap(([where, text]) => search.inText(where, text))).toEqual([]);
  expect(search.inText('arguments', args.stop())).toEqual([]);
});

test('the search itself finds a key in every form, and among the arguments of a process', async () => {
  const forms = [ENVIRONMENT, encodeURIComponent(ENVIRONMENT)];
  for (const before of ['', 'a', 'ab'])
    forms.push(Buffer.from(`${before}${ENVIRONMENT}!`).toString('base64'));
  for (const form of forms) expect(search.inText('x', `… ${form} …`)).not.toEqual([]);
  // Another run of the first test on this machine must not find this one.
  const listedKey = `listed-${ENVIRONMENT}`.replace('env', `${process.pid}`);
  const args = watchArguments();
  // It waits for stdin to end.
  const running = startProgram(sandbox, ['ask', '-', listedKey]);
  const listed = () => readFileSync(`/proc/${running.child.pid}/cmdline`, 'utf8').includes(listedKey);
  await until(listed);
  const seen = args.stop();
  running.child.kill();
  await running.ended;
  expect(createSearch([listedKey]).inText('arguments', seen)).not.toEqual([]);
});
