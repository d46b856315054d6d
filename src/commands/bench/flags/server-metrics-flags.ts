import { type Command, InvalidArgumentError } from 'commander';
import { parseBaseUrl } from '../../../config/endpoints/endpoint-url.js';

/** Flags for the server's metrics page. */
export interface ServerMetricsFlags {
  serverMetrics?: string;
  serverMetricsHeader?: ReadonlyMap<string, string>;
}

export const SERVER_METRICS_HELP = `
--server-metrics reads a Prometheus metrics page once a second while the test runs. The server can be vLLM, SGLang, TGI,
llama.cpp, LiteLLM, the simulator, the daemon, or another. The report shows queue, running requests, KV cache, preemptions
and tokens below the figures; --json has every series. The default is the endpoint's metrics_url. The endpoint's key and
headers are sent only to a page of the endpoint's origin; --server-metrics-header adds others.`;

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

/** Errors must not repeat the value, because it may be a key. */
function readHeader(
  text: string,
  before: ReadonlyMap<string, string> = new Map(),
): ReadonlyMap<string, string> {
  const [, name, value = ''] = /^([A-Za-z0-9!#$%&'*+.^_`|~-]+):\s*([\x20-\x7e]+)$/.exec(text.trim()) ?? [];
  if (name !== undefined) return new Map([...before, [name.toLowerCase(), value]]);
  throw new InvalidArgumentError("It must be 'Name: value' with visible characters.");
}
