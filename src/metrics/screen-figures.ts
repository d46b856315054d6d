import type { Figure } from './figures.js';

/** Figures of a session's exchanges and of the connection. Only the screen shows them. */
export const SCREEN_FIGURES = {
  outputOverTime: {
    label: 'output over time',
    unit: 'count',
    definition: 'characters of output over time; the highest bar is the interval with the most characters',
    help: 'When the answer arrived, from the question on: dots mark the wait for the first token, crosses a stall.',
  },
  ping: {
    label: 'ping',
    unit: 'ms',
    definition: 'a health request to the daemon and its answer',
    help: 'How long a round trip to the daemon takes.',
  },
  daemon: {
    label: 'daemon',
    unit: '',
    definition: "the daemon's version and uptime",
    help: 'The program between this one and the provider: it connects, retries and measures.',
  },
  connections: {
    label: 'connections',
    unit: 'count',
    definition: "the daemon's open connections to the provider; a busy connection carries a request",
    help: 'How many connections to the provider are open, and how many of them are in use.',
  },
  circuit: {
    label: 'circuit',
    unit: '',
    definition:
      'closed: requests pass; open: the daemon refuses requests for a while; half-open: the daemon tries one request',
    help: 'Whether the daemon sends requests to the provider: the daemon pauses when too many fail.',
  },
  running: {
    label: 'requests running',
    unit: 'count',
    definition: 'requests of all clients that the daemon handles now',
    help: 'How many requests the daemon handles at this moment, for other programs too.',
  },
  server_running: {
    label: 'server runs',
    unit: 'count',
    definition:
      "requests of all clients that the provider's server answers now, from its metrics page (`metrics_url`)",
    help: 'How many requests the server answers at this moment.',
  },
  server_waiting: {
    label: 'server queue',
    unit: 'count',
    definition: "requests of all clients that wait in the provider's server, from its metrics page",
    help: 'How many requests the server has not begun yet: more of them mean a longer wait for the first token.',
  },
  server_kv_cache: {
    label: 'KV cache',
    unit: '%',
    definition: "used share of the server's memory for keys and values, from its metrics page",
    help: 'How full the memory for running answers is: when it is full, requests wait or start again.',
  },
  window: {
    label: 'reads ahead',
    unit: 'bytes',
    definition: "the stream's window: how many bytes the daemon may send before this program grants more",
    help: 'How far the daemon may read ahead of this program.',
  },
  limits: {
    label: 'rate limits',
    unit: 'count',
    definition: 'the remainder of each limit, from the headers of the latest response',
    help: 'How much more the provider lets you send, and when the limit resets.',
  },
  requests: {
    label: 'requests',
    unit: 'count',
    definition: 'requests since the program started',
    help: 'How many questions this program sent since it started.',
  },
  errors: {
    label: 'errors',
    unit: 'count',
    definition: 'requests that failed or stalled; stopped and truncated answers do not count',
    help: 'How many of the requests failed.',
  },
  goodput: {
    label: 'good answers',
    term: 'goodput',
    unit: '%',
    definition:
      'share of complete answers within both objectives (SLO), among answers whose two times are known',
    help: 'How many answers met the objectives for the first token and for each further token.',
  },
  history: {
    label: 'trend',
    unit: 'ms',
    definition: 'the latest times to the first token, oldest first; the longest time has a full bar',
    help: 'Whether the wait for the first token gets longer or shorter.',
  },
} as const satisfies Record<string, Figure>;
