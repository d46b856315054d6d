import { messageOf } from '../../common/errors.js';
import { VERSION } from '../../common/program/version.js';
import type { Endpoint } from '../../config/endpoints/endpoint.js';
import type { ChatMessage } from '../../connector/messages.js';
import { keysOf } from '../../connector/prepared.js';
import type { ChatAnswer, ChatOptions } from '../../connector/types.js';
import type { ExchangeTelemetry, FollowedExchange, Retried } from '../../telemetry/exchanges.js';
import { telemetryPlan } from '../../telemetry/variables.js';
import { leaveAtEnd } from '../support/ending/leave.js';
import { printMessage } from '../support/output/print-message.js';
import { stderr } from '../support/output/sink.js';

/** The export of telemetry, which is loaded at its first use. */
export interface LateTelemetry {
  /** Undefined when telemetry can't be exported; the user gets one message. */
  load(): Promise<ExchangeTelemetry | undefined>;
  /** Exports the pending data. */
  close(): Promise<void>;
}

/** Undefined when no variable turns telemetry on. */
export function lateTelemetry(env: Readonly<Record<string, string | undefined>>): LateTelemetry | undefined {
  const plan = telemetryPlan(env);
  if (plan === undefined) return undefined;
  const open = async (): Promise<ExchangeTelemetry | undefined> => {
    for (const problem of plan.problems) printMessage(`warning: ${problem}`);
    try {
      const { openTelemetry } = await import('../../telemetry/open.js');
      const { exchangeTelemetry } = await import('../../telemetry/exchanges.js');
      const opened = await openTelemetry(plan, { name: 'vastar-tui', version: VERSION, print: printLine });
      return exchangeTelemetry(opened, plan.content);
    } catch (error) {
      printMessage(`warning: no telemetry: ${messageOf(error)}`);
      return undefined;
    }
  };
  let opening: Promise<ExchangeTelemetry | undefined> | undefined;
  return {
    load() {
      opening ??= open();
      return opening;
    },
    async close() {
      const { problem, pending = false } = (await (await opening)?.shutdown()) ?? {};
      if (pending) leaveAtEnd();
      if (problem !== undefined) printMessage(`warning: telemetry could not be exported: ${problem}`);
    },
  };
}

const printLine = (line: string): void => stderr.print(`${line}\n`);

/** Runs an exchange that is exported when it has ended. */
export async function followed(
  telemetry: ExchangeTelemetry,
  endpoint: Endpoint,
  messages: readonly ChatMessage[],
  options: ChatOptions,
  run: (options: ChatOptions) => Promise<ChatAnswer>,
): Promise<ChatAnswer> {
  const following: FollowedExchange = telemetry.begin({
    endpoint,
    model: options.model ?? endpoint.model,
    messages,
    stream: endpoint.access.stream,
    keys: keysOf(endpoint),
  });
  let sentMs: number | undefined;
  const gapsMs: number[] = [];
  const retries: Retried[] = [];
  const answer = await run({
    traceId: following.traceparent,
    ...options,
    onGap(ms) {
      gapsMs.push(ms);
      options.onGap?.(ms);
    },
    onEvent(event) {
      if (event.type === 'start') sentMs = performance.now();
      if (event.type === 'retry') retries.push(event);
      options.onEvent?.(event);
    },
  });
  following.end({ answer, sentMs, endMs: performance.now(), gapsMs, retries });
  return answer;
}
