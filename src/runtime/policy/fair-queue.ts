/** Limits how many requests run at once: for all tenants together, and for each tenant. */
export interface FairQueue {
  /**
   * Waits for a free slot. Tenants get free slots in turn, so one tenant's long queue does not delay the others.
   * @returns undefined when the tenant's queue is full; else a promise of a function that frees the slot. Call that
   * function once. When the signal aborts first, the promise rejects with its reason.
   */
  acquire(tenantId: string, signal: AbortSignal): Promise<() => void> | undefined;
  /** Returns how many requests of a tenant run and wait. */
  of(tenantId: string): { running: number; waiting: number };
}

export interface QueueLimits {
  /** The most running requests of all tenants together. */
  total: number;
  /** Returns the most requests of one tenant that may run, and that may wait. */
  of(tenantId: string): { concurrent: number; queued: number };
}

interface Lane {
  running: number;
  readonly waiting: Set<() => void>;
  readonly concurrent: number;
  readonly queued: number;
}

/** Creates an empty queue that serves tenants in turn. */
export function createFairQueue(limits: QueueLimits): FairQueue {
  /** The tenants with running or waiting requests, in the order of their turns. */
  const lanes = new Map<string, Lane>();
  let running = 0;

  const laneOf = (tenantId: string): Lane => {
    const known = lanes.get(tenantId);
    if (known !== undefined) return known;
    const lane: Lane = { running: 0, waiting: new Set(), ...limits.of(tenantId) };
    lanes.set(tenantId, lane);
    return lane;
  };

  const dropUnused = (tenantId: string, lane: Lane): void => {
    if (lane.running === 0 && lane.waiting.size === 0) lanes.delete(tenantId);
  };

  const take = (tenantId: string, lane: Lane): (() => void) => {
    running += 1;
    lane.running += 1;
    return () => {
      running -= 1;
      lane.running -= 1;
      dropUnused(tenantId, lane);
      serve();
    };
  };

  /** Gives free slots to waiting requests, one for each tenant in turn. */
  const serve = (): void => {
    let served = true;
    while (served && running < limits.total) {
      served = false;
      for (const [tenantId, lane] of lanes) {
        const [first] = lane.waiting;
        if (first === undefined || lane.running >= lane.concurrent) continue;
        lane.waiting.delete(first);
        lanes.delete(tenantId);
        lanes.set(tenantId, lane);
        first();
        served = true;
        break;
      }
    }
  };

  return {
    of(tenantId) {
      const lane = lanes.get(tenantId);
      return { running: lane?.running ?? 0, waiting: lane?.waiting.size ?? 0 };
    },
    acquire(tenantId, signal) {
      const lane = laneOf(tenantId);
      const free = running < limits.total && lane.running < lane.concurrent;
      if (free && lane.waiting.size === 0) return Promise.resolve(take(tenantId, lane));
      if (lane.waiting.size >= lane.queued) {
        dropUnused(tenantId, lane);
        return undefined;
      }
      return new Promise((resolve, reject) => {
        const settle = (): void => {
          lane.waiting.delete(onTurn);
          signal.removeEventListener('abort', onAbort);
        };
        const onTurn = (): void => {
          settle();
          resolve(take(tenantId, lane));
        };
        const onAbort = (): void => {
          settle();
          dropUnused(tenantId, lane);
          reject(signal.reason);
        };
        lane.waiting.add(onTurn);
        signal.addEventListener('abort', onAbort, { once: true });
      });
    },
  };
}
