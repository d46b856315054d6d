import { ApiError } from '../http/api-error.js';
import type { SimulatorRequest, Surroundings } from '../http/surroundings.js';
import { resolveModel } from '../models.js';
import { createRandom } from '../random.js';
import { replayed } from '../recordings/replay.js';
import { headerSettings } from '../settings/request-settings.js';
import type { Settings } from '../settings/settings.js';
import { chatReply } from './chat-reply.js';
import { parseChatRequest } from './chat-request.js';
import { FAULTS, pickFault } from './faults.js';
import type { Reply } from './reply.js';

/** How a chat completion is answered. */
export interface ChatRouted {
  reply: Reply;
  model: string;
  /** The name of what goes wrong on purpose. */
  fault?: string;
}

/**
 * The reply to a chat completion. What a header says goes before what the model's name says, and both
 * before the simulator's own settings.
 * @throws {ApiError} for a request that is refused
 */
export function routeChat({ body, headers }: SimulatorRequest, around: Surroundings): ChatRouted {
  const request = parseChatRequest(body);
  const model = resolveModel(request.model);
  const asked = headerSettings(headers);
  const settings: Settings = { ...around.settings.current, ...model.settings, ...asked };
  if (around.counters.stats().streamsOpen >= settings.maxConcurrent) throw tooMany(settings.maxConcurrent);

  const ordinal = around.nextAnswer();
  // A request that brings its own seed gets the same answer whenever it comes.
  const random =
    asked.seed === undefined
      ? createRandom(settings.seed ?? around.seed, ordinal)
      : createRandom(asked.seed, 0);
  const drawn = random() < settings.faultRate ? pickFault(settings.faults, random) : undefined;
  const fault = settings.fault ?? drawn;
  const stream = request.stream || settings.compat === 'rai';
  // This answer itself is not among those that run while it is made, and is from then on.
  let counted = 0;
  const others = (): number => around.counters.stats().streamsOpen - counted;
  const recording = around.replay?.(stream);
  const reply =
    recording === undefined
      ? chatReply(request, settings, around.sources, others, random)
      : replayed(recording);
  counted = 1;
  return {
    reply: (fault === undefined ? undefined : FAULTS[fault]?.fault(reply, stream)) ?? reply,
    model: request.model,
    ...(fault !== undefined && { fault }),
  };
}

function tooMany(limit: number): ApiError {
  return new ApiError(
    429,
    {
      message: `Rate limit reached: the simulator answers ${limit} requests at a time (--max-concurrent). Please try again in 1s.`,
      type: 'requests',
      code: 'rate_limit_exceeded',
    },
    { 'retry-after': '1' },
  );
}
