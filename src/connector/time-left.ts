import { ConnectorException, ErrorClass, withDetails } from '../common/errors.js';

/**
 * Replaces the time in a time limit's error by the setting's value. A request that is sent again has only the remaining
 * time, so its error names that shorter time.
 * @param limits each limit as sent and as set, in ms
 */
export function withSettings(
  thrown: unknown,
  limits: readonly (readonly [sentMs: number | undefined, setMs: number | undefined])[],
): unknown {
  if (!(thrown instanceof ConnectorException) || thrown.errorClass !== ErrorClass.Timeout) return thrown;
  const changed = limits.filter(([sentMs, setMs]) => sentMs !== setMs);
  const message = changed.reduce(
    (text, [sentMs = 0, setMs = 0]) => text.replaceAll(` ${sentMs / 1000} s`, ` ${setMs / 1000} s`),
    thrown.message,
  );
  return message === thrown.message ? thrown : withDetails(thrown, {}, message);
}
