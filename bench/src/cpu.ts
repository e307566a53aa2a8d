/** CPU time of process trees, read from /proc (Linux). */
import { readdirSync, readFileSync } from 'node:fs';

/** Linux reports process times in ticks of 10 ms on every usual build. */
const TICKS_PER_SECOND = 100;

interface ProcessTimes {
  readonly parent: number;
  readonly seconds: number;
}

function readProcess(pid: number): ProcessTimes | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command name may hold spaces and brackets: fields are counted from the last bracket.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return {
      parent: Number(fields[1]),
      seconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
    };
  } catch {
    return null;
  }
}

/** CPU seconds used so far by each named process and its living descendants. */
export function cpuSeconds(roots: Readonly<Record<string, number>>): Record<string, number> {
  const processes = new Map<number, ProcessTimes>();
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) continue;
    const times = readProcess(pid);
    if (times !== null) processes.set(pid, times);
  }
  const owner = new Map<number, string>(Object.entries(roots).map(([name, pid]) => [pid, name]));
  const totals: Record<string, number> = Object.fromEntries(Object.keys(roots).map((name) => [name, 0]));
  for (const [pid, times] of processes) {
    for (let at: number | undefined = pid, hops = 0; at !== undefined && hops < 64; hops++) {
      const name = owner.get(at);
      if (name !== undefined) {
        totals[name] += times.seconds;
        break;
      }
      at = processes.get(at)?.parent;
    }
  }
  return totals;
}
