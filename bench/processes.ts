import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second in /proc: 100 on all Linux systems. */
const TICKS_PER_SECOND = 100;

/** The resources that a process and its descendants have used so far. Linux only. */
export interface Usage {
  processes: number;
  cpuMs: number;
  /** A page shared between processes counts once. */
  memoryMb: number;
  /** Memory of the process itself. */
  ownMemoryMb: number;
}

/** Returns the usage of a process and its descendants. CPU time includes descendants that have ended. */
export function usageOf(pid: number): Usage {
  const parents = new Map<number, number>();
  const ticks = new Map<number, number>();
  for (const entry of readdirSync('/proc')) {
    const each = Number(entry);
    const stat = Number.isInteger(each) ? read(`/proc/${entry}/stat`) : undefined;
    if (stat === undefined) continue;
    // The name, in parentheses, may contain spaces and parentheses.
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [, parent = 0] = fields;
    const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15);
    parents.set(each, parent);
    ticks.set(each, user + system + endedUser + endedSystem);
  }
  const family = [pid];
  for (const member of family) {
    for (const [child, parent] of parents) if (parent === member) family.push(child);
  }
  return {
    processes: family.length,
    cpuMs: (sum(family.map((member) => ticks.get(member) ?? 0)) * 1000) / TICKS_PER_SECOND,
    memoryMb: sum(family.map(memoryOf)) / 1024,
    ownMemoryMb: memoryOf(pid) / 1024,
  };
}

/** Returns the process's memory in KB. */
function memoryOf(pid: number): number {
  return Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`) ?? '')?.[1] ?? 0);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // The process has ended.
    return undefined;
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
