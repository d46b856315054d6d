/** Where a hop's time passes. Failed attempts are a separate place, because several sides spend their time. */
export type Place = 'the provider' | 'failed attempts' | 'the network' | 'the daemon' | 'this program';

export interface Hop {
  name: string;
  /** The name in the chat's panes. */
  label: string;
  place: Place;
  /** `inferred`: the hop is derived from other figures. */
  basis: 'measured' | 'inferred';
  what: string;
}

/** The hops of an exchange, in order, up to the first output on the screen. Screen, JSON and docs use this table. */
export const HOPS = [
  {
    name: 'client_to_daemon',
    label: 'to daemon',
    place: 'the daemon',
    basis: 'inferred',
    what: 'the request travels from client to daemon: half of the round trip, since only the sum is known',
  },
  {
    name: 'retries',
    label: 'retries',
    place: 'failed attempts',
    basis: 'measured',
    what: 'earlier attempts that failed or were refused, and the waits after them',
  },
  {
    name: 'redirects',
    label: 'redirects',
    place: 'the network',
    basis: 'measured',
    what: 'requests of the last attempt that the provider answered with a redirect',
  },
  {
    name: 'queue',
    label: 'daemon queue',
    place: 'the daemon',
    basis: 'measured',
    what: 'the last attempt waits in the daemon for a connection',
  },
  { name: 'dns', label: 'DNS lookup', place: 'the network', basis: 'measured', what: 'name resolution' },
  { name: 'connect', label: 'TCP connect', place: 'the network', basis: 'measured', what: 'TCP connect' },
  { name: 'tls', label: 'TLS', place: 'the network', basis: 'measured', what: 'TLS handshake' },
  {
    name: 'send',
    label: 'send request',
    place: 'the network',
    basis: 'measured',
    what: 'the daemon writes the request',
  },
  {
    name: 'wait',
    label: 'to 1st byte',
    place: 'the provider',
    basis: 'measured',
    what: 'from the request written to the response headers',
  },
  {
    name: 'thinking',
    label: 'thinking?',
    place: 'the provider',
    basis: 'inferred',
    what: 'from the response headers to the first output, when usage counts reasoning that was never streamed',
  },
  {
    name: 'first_token',
    label: 'to 1st token',
    place: 'the provider',
    basis: 'measured',
    what: 'from the response headers to the first output',
  },
  {
    name: 'daemon_to_client',
    label: 'from daemon',
    place: 'the daemon',
    basis: 'inferred',
    what: 'the first output travels from daemon to client: the other half of the round trip',
  },
  {
    name: 'decode',
    label: 'parse',
    place: 'this program',
    basis: 'measured',
    what: 'the client parses the first output',
  },
  {
    name: 'paint',
    label: 'draw',
    place: 'this program',
    basis: 'measured',
    what: 'from the parsed first output to the frame on the terminal',
  },
] as const satisfies readonly Hop[];

/** Names of the steps from the request to the first output on the screen; docs/metrics.md defines each. */
export type HopName = (typeof HOPS)[number]['name'];
/** Milliseconds of each known hop. */
export type Hops = Partial<Record<HopName, number>>;
