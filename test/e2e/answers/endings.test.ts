import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DirectStreamer, openDirect } from '../../../src/commands/bench/direct.js';
import { loadConfigObject } from '../../../src/config/load.js';
import { runExchange } from '../../../src/connector/exchange.js';
import { LoadExchanges } from '../../../src/connector/load-exchanges.js';
import { OpenAIStreamConnector } from '../../../src/index.js';
import type { ChatResult } from '../../../src/sdk/index.js';
import { makeSandbox, type Running, type Sandbox, startProgram } from '../../support/programs/program.js';
import { type Body, TRANSPORTS, type Transport } from '../../support/servers/transports.js';
import { startTcpUpstream } from '../../support/servers/upstream.js';
import {
  type AnswerEnding,
  answerIn,
  WIRE_FORMATS,
  type WireFormatName,
  wholeIn,
} from '../../support/servers/wire-formats.js';

// The known endings of answers, in each wire format and body framing, through the real daemon and directly.

let sandbox: Sandbox;
let daemon: Running;
let direct: DirectStreamer;
let upstream: { url: string; close(): Promise<void> };
/** The server's responses, by the number in the request. */
const played: { transport: Transport; body: Body }[] = [];

beforeAll(async () => {
  sandbox = await makeSandbox();
  daemon = startProgram(sandbox, ['runtime', 'run', '--max-attempts', '1']);
  await daemon.untilStderr(/listening on/);
  direct = await openDirect({});
  upstream = await startTcpUpstream((socket) => {
    let asked = '';
    socket.on('data', (data: Buffer) => {
      asked += data.toString('latin1');
      const [head = '', sent = ''] = asked.split('\r\n\r\n');
      const length = Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? Number.POSITIVE_INFINITY);
      if (sent.length < length) return;
      asked = '';
      const one = played[Number(/play (\d+)/.exec(sent)?.[1])];
      void one?.transport.send(socket, one.body);
    });
  });
});

afterAll(async () => {
  await upstream.close();
  await direct.close();
  daemon.child.kill();
  await daemon.ended;
  sandbox.remove();
});

interface Ending {
  readonly name: string;
  readonly texts: readonly string[];
  readonly told: AnswerEnding;
  /** How the connection ends [`end`]. */
  readonly connection?: Body['ending'];
  readonly outcome: string;
}

const TEXTS = ['Grüße ', 'aus ', 'Bern 🏔'];
const ENDINGS: readonly Ending[] = [
  { name: 'a known good end', texts: TEXTS, told: { finish: 'stop' }, outcome: 'complete' },
  { name: 'a limit', texts: TEXTS, told: { finish: 'length' }, outcome: 'complete' },
  { name: 'an abort', texts: TEXTS, told: { finish: 'abort' }, outcome: 'truncated' },
  { name: 'an unknown reason', texts: TEXTS, told: { finish: 'glitch' }, outcome: 'truncated' },
  { name: 'a failure as its reason', texts: TEXTS, told: { finish: 'network_error' }, outcome: 'error' },
  { name: 'an error', texts: TEXTS, told: { error: 'It broke.' }, outcome: 'error' },
  { name: 'no last mark', texts: TEXTS, told: { finish: 'stop', mark: false }, outcome: 'complete' },
  { name: 'nothing of the answer', texts: [], told: { finish: 'stop' }, outcome: 'empty' },
];
/** Endings that only a stream can have, because its parts arrive before the ending is known. */
const CUTS: readonly Ending[] = [
  { name: 'a connection that is lost', texts: TEXTS, told: 'nothing', connection: 'cut', outcome: 'lost' },
  { name: 'a body that ends without its last event', texts: TEXTS, told: 'nothing', outcome: 'truncated' },
  {
    name: 'a connection that is lost after the good end',
    texts: TEXTS,
    told: { finish: 'stop', mark: false },
    connection: 'cut',
    outcome: 'complete',
  },
  {
    name: 'a connection that stays open after the good end',
    texts: TEXTS,
    told: { finish: 'stop', mark: false },
    connection: 'open',
    outcome: 'complete',
  },
];

const streamOf = (api: WireFormatName, { texts, told, connection = 'end' }: Ending): Body => ({
  type: 'text/event-stream',
  pieces: answerIn(
    api,
    texts.map((text) => ({ text })),
    told,
  ),
  ending: connection,
});
const jsonOf = (api: WireFormatName, { texts, told }: Ending): Body => {
  const json = wholeIn(
    api,
    texts.map((text) => ({ text })),
    told,
  );
  return { type: 'application/json', pieces: [json.slice(0, 40), json.slice(40)], ending: 'end' };
};

/** The paths of a request to the provider, in one wire format. */
function waysOf(api: WireFormatName) {
  const settings = {
    openai: { api_key: 'sk-test', base_url: upstream.url, model: 'm', api },
    simulator: { enabled: false },
  };
  const connector = new OpenAIStreamConnector(settings, { socketPath: sandbox.socketPath });
  const { endpoints } = loadConfigObject(settings, { env: {} });
  const endpoint = endpoints.find(({ name }) => name === 'openai');
  if (endpoint === undefined) throw new Error('no endpoint');
  const target = { streamer: direct, endpoint, options: {}, adaptations: new Map(), onNotice() {} };
  const load = new LoadExchanges(target);
  return {
    /** Answers by each path: through the daemon, and by both readers of a load test. */
    ask(transport: Transport, body: Body) {
      const content = `play ${played.push({ transport, body }) - 1}`;
      const messages = [{ role: 'user', content }] as const;
      return Promise.all([
        connector.exchange(messages, { policy: { circuit: false } }),
        load.ask({ messages, onSent() {}, onGap() {} }),
        runExchange(direct, endpoint, 1, messages, { stream: true }),
      ]);
    },
    close() {
      load.close();
      return connector.close();
    },
  };
}
type Ways = ReturnType<typeof waysOf>;

const essence = ({ outcome, text, finishReason, malformedEvents, error }: ChatResult) => ({
  outcome,
  text,
  finishReason,
  malformedEvents,
  error: error?.message,
});

async function expectEnding({ ask }: Ways, ending: Ending, body: Body): Promise<void> {
  const answers = await Promise.all(
    TRANSPORTS.map(async (transport) => [transport, await ask(transport, body)] as const),
  );
  const json = body.type === 'application/json';
  const lacksText = json && typeof ending.told === 'object' && 'error' in ending.told;
  for (const [transport, [answer, ...others]] of answers) {
    const { outcome } = ending;
    // When a body ends with its connection, a cut is not detectable.
    const expected = outcome === 'lost' ? (transport.framed ? 'error' : 'truncated') : outcome;
    expect(essence(answer), transport.name).toMatchObject({
      outcome: expected,
      text: lacksText ? '' : ending.texts.join(''),
      malformedEvents: 0,
    });
    for (const other of others)
      expect(essence(other), `${transport.name}, read directly`).toEqual(essence(answer));
  }
}

// At once, because some endings take seconds: the connection stays open.
describe.concurrent.each(WIRE_FORMATS)('%s in each body framing', (api) => {
  let ways: Ways;
  beforeAll(() => {
    ways = waysOf(api);
  });
  afterAll(() => ways.close());

  test.each([...ENDINGS, ...CUTS])('a stream with $name is $outcome', (ending) =>
    expectEnding(ways, ending, streamOf(api, ending)),
  );
  test.each(ENDINGS)('JSON with $name is $outcome', (ending) =>
    expectEnding(ways, ending, jsonOf(api, ending)),
  );
});
