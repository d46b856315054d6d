import { type Command, InvalidArgumentError } from 'commander';
import { parseBaseUrl } from '../../config/endpoint-url.js';

/** Where the server tells of itself during a test. */
export interface ServerMetricsFlags {
  serverMetrics?: string;
  serverMetricsHeader?: ReadonlyMap<string, string>;
}

export const SERVER_METRICS_HELP = `
--server-metrics reads a metrics page of Prometheus once a second while the test runs: of vLLM, SGLang, TGI, llama.cpp, LiteLLM,
the simulator, the daemon, or any other. Queue, running requests, KV cache, preemptions and tokens are shown below the
figures; --json has every series. Without the flag, an endpoint's metrics_url is read. The endpoint's key and headers go to that
page only where it has the origin of the endpoint; --server-metrics-header adds others.`;

/** Adds the flags. */
export function addServerMetricsFlags(command: Command): Command {
  return command
    .option('--server-metrics <url>', "read the server's metrics page while the test runs", readUrl)
    .option(
      '--server-metrics-header <header>',
      "add a request header for that page, 'Name: value'; may be repeated",
      readHeader,
    );
}

function readUrl(text: string): string {
  const read = parseBaseUrl(text);
  if ('value' in read) return read.value;
  throw new InvalidArgumentError(`It ${read.refused.replace('api.openai.com', 'llm.example:8000/metrics')}.`);
}

/** The value is not quoted: it may be a key. */
function readHeader(
  text: string,
  before: ReadonlyMap<string, string> = new Map(),
): ReadonlyMap<string, string> {
  const [, name, value = ''] = /^([A-Za-z0-9!#$%&'*+.^_`|~-]+):\s*([\x20-\x7e]+)$/.exec(text.trim()) ?? [];
  if (name !== undefined) return new Map([...before, [name.toLowerCase(), value]]);
  throw new InvalidArgumentError("It must be 'Name: value', of visible characters.");
}
