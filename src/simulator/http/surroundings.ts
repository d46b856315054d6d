import type { IncomingHttpHeaders } from 'node:http';
import type { Sources } from '../content/content.js';
import type { Recorder } from '../recordings/record-proxy.js';
import type { Replay } from '../recordings/replay.js';
import type { RunningSettings } from '../settings/request-settings.js';
import type { Counters } from './counters.js';

/** A request whose body has been read. */
export interface SimulatorRequest {
  method: string;
  /** Without the query. */
  path: string;
  headers: IncomingHttpHeaders;
  /** The peer's address. */
  peer: string;
  body: string;
}

/** What the answers depend on besides the request. */
export interface Surroundings {
  settings: RunningSettings;
  sources: Sources;
  counters: Counters;
  /** Used where the settings have none. */
  seed: number;
  /** How many chat completions were answered before. */
  nextAnswer(): number;
  /** Picks the recorded answer, where recordings are replayed. */
  replay?: Replay;
  /** Answers chat completions, where a provider is recorded. */
  recorder?: Recorder;
  /** Unix time in seconds at which the simulator started; every model was "created" then. */
  startedS: number;
  /** The body of `GET /health`. */
  health(): unknown;
}
