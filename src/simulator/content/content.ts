import { isRecord, parseJson } from '../../common/json.js';
import type { Random } from '../../common/random.js';
import { composeAnswer } from '../answers/compose.js';
import { UNICODE_SAMPLE } from '../answers/unicode.js';
import type { ChatRequest } from '../chat/chat-request.js';
import { ApiError } from '../http/api-error.js';
import type { Settings } from '../settings/settings.js';
import { LOREM, REASONING } from './lorem.js';
import { exactPieces, piecesOf } from './pieces.js';
import type { ResponseFolder } from './response-folder.js';
import { schemaExample } from './schema-example.js';
import { type ToolCall, toolCalls } from './tool-calls.js';

/** The files that answers can come from. */
export interface Sources {
  responses?: ResponseFolder;
  /** One answer for each turn. */
  script?: readonly string[];
}

/** The contents of one choice, in pieces of one token each. */
export interface Content {
  reasoning: readonly string[];
  text: readonly string[];
  calls: readonly ToolCall[];
}

/**
 * Returns the contents of one choice.
 * @throws {ApiError} 400 when the content needs files that the simulator was started without
 */
export function composeContent(
  request: ChatRequest,
  settings: Settings,
  sources: Sources,
  random: Random,
): Content {
  const reasoning = exactPieces(REASONING, settings.reasoningTokens);
  const calls = toolCalls(request, settings.tools, random);
  if (calls.length > 0) return { reasoning, text: [], calls };
  const text = inFormat(textOf(request, settings, sources, random), request.format, random);
  const exact = settings.tokens !== undefined && request.format.kind === 'text';
  return { reasoning, text: exact ? exactPieces(text, settings.tokens ?? 0) : piecesOf(text), calls: [] };
}

function textOf(request: ChatRequest, settings: Settings, sources: Sources, random: Random): string {
  const { messages } = request;
  const last = messages.at(-1);
  if (last?.role === 'tool' && settings.content === 'answer') {
    return `The tool returned:\n\n> ${last.text.slice(0, 2_000).replaceAll('\n', '\n> ')}`;
  }
  const prompt = messages.findLast(({ role }) => role === 'user')?.text ?? '';
  switch (settings.content) {
    case 'answer':
      return composeAnswer(messages, random);
    case 'echo':
      return prompt;
    case 'lorem':
      return LOREM;
    case 'fixed':
      return settings.text;
    case 'unicode':
      return UNICODE_SAMPLE;
    case 'script': {
      const turns = sources.script ?? startedWithout('--script');
      const turn = messages.filter(({ role }) => role === 'user').length - 1;
      return turns[Math.max(turn, 0) % turns.length] ?? '';
    }
    case 'responses': {
      const folder = sources.responses ?? startedWithout('--responses');
      if (settings.responsesBy === 'chance') return folder.byChance(random);
      const named = settings.responsesBy === 'prompt' ? folder.byPrompt(prompt) : undefined;
      return named ?? folder.next();
    }
  }
}

function inFormat(text: string, format: ChatRequest['format'], random: Random): string {
  switch (format.kind) {
    case 'text':
      return text;
    case 'json':
      return [text, fencedIn(text)].find(isJsonObject) ?? JSON.stringify({ answer: text });
    case 'schema':
      return JSON.stringify(schemaExample(format.schema, random));
  }
}

/** Returns the contents of the text's code block, because with `json_object` a model writes no fence. */
function fencedIn(text: string): string {
  return /^```json\n([\s\S]*?)^```/m.exec(text)?.[1] ?? '';
}

function isJsonObject(text: string): boolean {
  return isRecord(parseJson(text));
}

function startedWithout(flag: string): never {
  throw new ApiError(400, {
    message: `The simulator was started without ${flag}, so it has no such answers.`,
    code: 'unsupported_value',
  });
}
