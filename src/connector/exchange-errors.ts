import { ConnectorException, ErrorClass, messageOf, withDetails } from '../common/errors.js';
import type { Endpoint } from '../config/endpoints/endpoint.js';
import type { ContentError } from '../content/content-error.js';
import { unusableError } from '../sdk/chat/errors/chat-errors.js';
import type { AnswerContext } from '../sdk/index.js';
import type { ChatAnswer } from './types.js';

/**
 * Returns the endpoint when it is usable.
 * @throws {ConnectorException} InvalidRequest that names the missing setting.
 */
export function usable(endpoint: Endpoint): Endpoint {
  if (endpoint.problem !== undefined)
    throw new ConnectorException(endpoint.problem, ErrorClass.InvalidRequest);
  return endpoint;
}

const CLASSES: Readonly<Record<ContentError['fault'], ErrorClass>> = {
  'unknown coding': ErrorClass.Permanent,
  'too much': ErrorClass.Permanent,
  damaged: ErrorClass.Transient,
  cut: ErrorClass.Transient,
};

/** Returns the error for a body that can't be decoded. */
export function undecodable(error: ContentError, context: AnswerContext): ConnectorException {
  return unusableError(error.message, context, CLASSES[error.fault]);
}

/** Adds what is wrong with the body to the error of an incomplete answer. */
export function withBodyError(answer: ChatAnswer, bodyError: ConnectorException): ChatAnswer {
  const { outcome, error } = answer;
  if (outcome === 'complete' || outcome === 'empty' || error === bodyError) return answer;
  return {
    ...answer,
    error: error === undefined ? bodyError : withDetails(error, {}, `${error.message} ${bodyError.message}`),
  };
}

/**
 * Returns the error for an answer that is silent for too long.
 * @param idleMs the setting, in ms
 */
export function silence(host: string, idleMs: number): ConnectorException {
  const now = `${idleMs / 1000} s`;
  const message = `nothing came from ${host} for ${now}: raise idle_ms (now ${now}) or --idle-timeout`;
  return new ConnectorException(message, ErrorClass.Timeout, 0, { hop: 'client' });
}

/** Returns a thrown value as a ConnectorException; another error becomes a permanent one. */
export function asException(thrown: unknown): ConnectorException {
  if (thrown instanceof ConnectorException) return thrown;
  return new ConnectorException(messageOf(thrown), ErrorClass.Permanent, 0, { cause: thrown });
}
