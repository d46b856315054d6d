// A page in headless Chromium, over the DevTools protocol.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

interface Page {
  /** The page's errors so far: exceptions, and requests that its policy blocked. */
  readonly problems: readonly string[];
  /** Resolves to the value of an expression. A promise is awaited. */
  evaluate<T>(expression: string): Promise<T>;
  /** Resolves once the expression is true. */
  until(expression: string): Promise<void>;
  key(key: string): Promise<void>;
  /** Resolves to a PNG of the whole page. */
  screenshot(): Promise<Buffer>;
  /** Emulates another color scheme. */
  media(scheme: 'light' | 'dark'): Promise<void>;
}

export interface Chromium {
  open(url: string, size?: { width: number; height: number }): Promise<Page>;
  close(): Promise<void>;
}

/** Returns the first installed browser; undefined when none is installed. */
export function chromiumPath(): string | undefined {
  return NAMES.find((name) => spawnSync('which', [name]).status === 0);
}

export async function openChromium(program: string): Promise<Chromium> {
  const profile = mkdtempSync(join(tmpdir(), 'vastar-chromium-'));
  const child = spawn(
    program,
    [
      ...['--headless', '--no-sandbox', '--disable-gpu', '--remote-debugging-port=0', '--hide-scrollbars'],
      ...[`--user-data-dir=${profile}`, 'about:blank'],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const address = await new Promise<string>((resolve, reject) => {
    createInterface(child.stderr).on('line', (line) => {
      const [, url] = /listening on (ws:\S+)/.exec(line) ?? [];
      if (url !== undefined) resolve(url);
    });
    child.once('exit', () => reject(new Error(`${program} ended before it listened`)));
  });
  const browser = await connect(address);
  return {
    async open(url, size = { width: 1400, height: 900 }) {
      const { targetId } = await browser.call<{ targetId: string }>('Target.createTarget', {
        url: 'about:blank',
      });
      const { sessionId } = await browser.call<{ sessionId: string }>('Target.attachToTarget', {
        targetId,
        flatten: true,
      });
      return openPage(browser, sessionId, url, size);
    },
    async close() {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

interface Message {
  id?: number;
  result?: unknown;
  error?: { message: string };
  method?: string;
  params?: unknown;
  sessionId?: string;
}

interface Connection {
  call<T>(method: string, params?: object, sessionId?: string): Promise<T>;
  on(listener: (message: Message) => void): void;
}

async function connect(address: string): Promise<Connection> {
  const socket = new WebSocket(address);
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  const listeners: Parameters<Connection['on']>[0][] = [];
  let next = 0;
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as Message;
    if (message.id === undefined) for (const listener of listeners) listener(message);
    else if (message.error !== undefined) waiting.get(message.id)?.reject(new Error(message.error.message));
    else waiting.get(message.id)?.resolve(message.result);
  });
  await new Promise((resolve) => socket.addEventListener('open', resolve));
  return {
    on: (listener) => void listeners.push(listener),
    call<T>(method: string, params: object = {}, sessionId?: string) {
      const answer = Promise.withResolvers<unknown>();
      next += 1;
      waiting.set(next, answer);
      socket.send(JSON.stringify({ id: next, method, params, sessionId }));
      return answer.promise as Promise<T>;
    },
  };
}

interface Evaluated {
  result: { value: unknown };
  exceptionDetails?: { text: string; exception?: { description?: string } };
}

async function openPage(
  browser: Connection,
  sessionId: string,
  url: string,
  size: { width: number; height: number },
): Promise<Page> {
  const problems: string[] = [];
  browser.on(({ method, params, sessionId: from }) => {
    if (from !== sessionId) return;
    if (method === 'Runtime.exceptionThrown' || method === 'Log.entryAdded')
      problems.push(JSON.stringify(params));
  });
  const call = <T>(method: string, params?: object): Promise<T> => browser.call<T>(method, params, sessionId);
  await Promise.all(['Runtime', 'Log', 'Page'].map((name) => call(`${name}.enable`)));
  await call('Emulation.setDeviceMetricsOverride', { ...size, deviceScaleFactor: 1, mobile: false });
  await call('Page.navigate', { url });
  const evaluate = async <T>(expression: string): Promise<T> => {
    const { result, exceptionDetails } = await call<Evaluated>('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails !== undefined)
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value as T;
  };
  return {
    problems,
    evaluate,
    async until(expression) {
      for (let tries = 0; tries < 600; tries += 1) {
        if (await evaluate<boolean>(expression).catch(() => false)) return;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      throw new Error(`${expression} did not become true: ${problems.join('\n')}`);
    },
    async key(key) {
      await call('Input.dispatchKeyEvent', { type: 'keyDown', key, ...(key.length === 1 && { text: key }) });
      await call('Input.dispatchKeyEvent', { type: 'keyUp', key });
    },
    async screenshot() {
      const { data } = await call<{ data: string }>('Page.captureScreenshot', {
        captureBeyondViewport: true,
      });
      return Buffer.from(data, 'base64');
    },
    async media(scheme) {
      await call('Emulation.setEmulatedMedia', {
        features: [{ name: 'prefers-color-scheme', value: scheme }],
      });
    },
  };
}
