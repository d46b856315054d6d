import { afterAll, beforeAll } from 'vitest';
import { type DirectStreamer, openDirect } from '../../../src/commands/bench/direct.js';
import type { Endpoint } from '../../../src/config/endpoints/endpoint.js';
import { loadConfigObject } from '../../../src/config/load.js';
import type { Adaptations } from '../../../src/connector/adaptation.js';
import { LoadExchanges } from '../../../src/connector/load-exchanges.js';
import type { ChatOptions } from '../../../src/connector/types.js';
import { type Handler, type Script, startUpstream, type Upstream } from '../servers/upstream.js';

/** The exchanges of a load test, without daemon, and their providers. */
export interface LoadBench {
  readonly direct: DirectStreamer;
  /** Starts a provider for the rest of the file's tests. */
  serve(answer: Handler | Script): Promise<{ endpoint: Endpoint; upstream: Upstream }>;
  /** @param together how many requests are sent together [1] */
  exchangesOf(endpoint: Endpoint, options?: ChatOptions, together?: number): TestedExchanges;
}

interface TestedExchanges {
  readonly exchanges: LoadExchanges;
  readonly notices: readonly string[];
  readonly gaps: readonly number[];
  sent(): number;
  ask: () => ReturnType<LoadExchanges['ask']>;
}

const messages = [{ role: 'user', content: 'go' }] as const;

/** For all tests of the file. Use the members only within a test. */
export function loadBench(): LoadBench {
  let direct: DirectStreamer;
  const upstreams: Upstream[] = [];
  beforeAll(async () => {
    direct = await openDirect({});
  });
  afterAll(async () => {
    await direct.close();
    await Promise.all(upstreams.map((one) => one.close()));
  });
  return {
    get direct() {
      return direct;
    },
    async serve(answer) {
      const upstream = await startUpstream(answer);
      upstreams.push(upstream);
      const openai = { base_url: upstream.url, api_key: 'sk-test', model: 'm' };
      const { endpoints } = loadConfigObject({ openai, simulator: { enabled: false } }, { env: {} });
      const endpoint = endpoints.find(({ name }) => name === 'openai');
      if (endpoint === undefined) throw new Error('no endpoint');
      return { endpoint, upstream };
    },
    exchangesOf(endpoint, options = {}, together = 1) {
      const notices: string[] = [];
      const onNotice = (text: string): number => notices.push(text);
      const adaptations: Adaptations = new Map();
      const exchanges = new LoadExchanges(
        { streamer: direct, endpoint, options, adaptations, onNotice },
        together,
      );
      const gaps: number[] = [];
      let sent = 0;
      const onSent = (): void => {
        sent += 1;
      };
      const request = { messages, onSent, onGap: (ms: number) => gaps.push(ms) };
      return { exchanges, notices, gaps, sent: () => sent, ask: () => exchanges.ask(request) };
    },
  };
}
