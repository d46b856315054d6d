import { createRandom, type Random } from '../../common/random.js';
import type { AnswerFormat } from '../formats/format.js';
import { withHabits } from '../habits/habits.js';
import { ApiError } from '../http/api-error.js';
import type { SimulatorRequest, Surroundings } from '../http/surroundings.js';
import { resolveModel } from '../models.js';
import { replayed } from '../recordings/replay.js';
import { headerSettings } from '../settings/request-settings.js';
import type { Settings } from '../settings/settings.js';
import { createSchedule } from '../timing/timing.js';
import { makeAnswer } from './answer.js';
import type { ChatRequest } from './chat-request.js';
import { FAULTS, pickFault } from './faults.js';
import { parseBody } from './parse-body.js';
import { raiReply } from './rai-reply.js';
import type { Reply } from './reply.js';

/** The reply to a request for an answer, with the facts that are logged. */
export interface AnswerRouted {
  reply: Reply;
  model: string;
  /** The name of the fault that is simulated. */
  fault?: string;
}

/**
 * Returns the reply to a request for an answer. Headers win over the model's name, and both win over the simulator's
 * settings.
 * @throws {ApiError} when the request is refused
 */
export function routeAnswer(
  received: SimulatorRequest,
  around: Surroundings,
  format: AnswerFormat,
): AnswerRouted {
  const request = format.parse(received);
  const model = resolveModel(request.model);
  const byHeaders = headerSettings(received.headers);
  const settings: Settings = { ...around.settings.current, ...model.settings, ...byHeaders };
  if (around.counters.stats().streamsOpen >= settings.maxConcurrent) throw tooMany(settings.maxConcurrent);

  const ordinal = around.nextAnswer();
  // A request with its own seed gets the same answer each time.
  const random =
    byHeaders.seed === undefined
      ? createRandom(settings.seed ?? around.seed, ordinal)
      : createRandom(byHeaders.seed, 0);
  const drawn = random() < settings.faultRate ? pickFault(settings.faults, random) : undefined;
  const fault = settings.fault ?? drawn;
  const stream = request.stream || settings.compat === 'rai';
  // `others` excludes this answer, which the counters include only after this function has returned.
  let counted = 0;
  const others = (): number => around.counters.stats().streamsOpen - counted;
  const recording = format.isChat ? around.replay?.(stream) : undefined;
  const reply =
    recording === undefined
      ? newReply(request, settings, { around, others, random, format })
      : replayed(recording);
  counted = 1;
  const has = (member: string): boolean => membersOf(received.body).includes(member);
  return {
    reply: (fault === undefined ? undefined : FAULTS[fault]?.fault(reply, { stream, format, has })) ?? reply,
    model: request.model,
    ...(fault !== undefined && { fault }),
  };
}

function newReply(
  request: ChatRequest,
  settings: Settings,
  {
    around,
    others,
    random,
    format,
  }: { around: Surroundings; others: () => number; random: Random; format: AnswerFormat },
): Reply {
  const answer = makeAnswer(request, settings, around.sources, random, format.idPrefix);
  const schedule = createSchedule(settings, answer.usage.prompt_tokens, others, random);
  if (settings.compat === 'rai') return raiReply(answer, schedule);
  const reply = format.reply(answer, schedule, request);
  if (!format.isChat) return reply;
  return withHabits(settings.habits, reply, { answer, stream: request.stream, firstMs: schedule.firstMs });
}

function membersOf(body: string): string[] {
  const value: unknown = parseBody(body);
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
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
