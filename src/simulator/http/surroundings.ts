import type { IncomingHttpHeaders } from 'node:http';
import type { Sources } from '../content/content.js';
import type { Recorder } from '../recordings/record-proxy.js';
import type { Replay } from '../recordings/replay.js';
import type { RunningSettings } from '../settings/request-settings.js';
import type { Counters } from './counters.js';

/** A request whose body has been read. */
export interface SimulatorRequest {
  method: string;
  /** The path without the query. */
  path: string;
  headers: IncomingHttpHeaders;
  /** The peer's address. */
  peer: string;
  body: string;
}

/** The state that answers depend on besides the request. */
export interface Surroundings {
  settings: RunningSettings;
  sources: Sources;
  counters: Counters;
  /** The seed when the settings have none. */
  seed: number;
  /** Returns how many chat completions were answered before this one. */
  nextAnswer(): number;
  /** Picks a recorded answer. Set when recordings are replayed. */
  replay?: Replay;
  /** Answers chat completions. Set when a provider is recorded. */
  recorder?: Recorder;
  /** When the simulator started, as Unix time in seconds. It is also the creation time of every model. */
  startedS: number;
  /** Returns the body of `GET /health`. */
  health(): unknown;
}
