import { NO_SPEED, type Speed, WITHHELD } from './speed.js';

/** Reads the speed from saved figures. Older files have `tpotMs` and `tokensPerSecond` beside the other figures. */
export function speedFrom(saved: Readonly<Record<string, unknown>>): Speed {
  const { speed } = saved;
  const members = isMembers(speed) ? speed : saved;
  const { tokensPerSecond, tpotMs, reason: word } = members;
  if (typeof tokensPerSecond === 'number' && typeof tpotMs === 'number') {
    return { kind: 'measured', tokensPerSecond, tpotMs };
  }
  const reason = WITHHELD.find((one) => one === word);
  return reason === undefined ? NO_SPEED : { kind: 'withheld', reason };
}

function isMembers(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
