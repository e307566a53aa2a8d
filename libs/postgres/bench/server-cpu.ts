/** CPU seconds of a PostgreSQL server on this machine, from the kernel's process table (Linux). */
import { readFileSync, readdirSync } from 'node:fs';
import type pg from 'pg';

const TICKS_PER_SECOND = 100;

interface ProcessTimes {
  readonly parent: number;
  readonly seconds: number;
}

function readTimes(pid: number | string): ProcessTimes | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return {
      parent: Number(fields[1]),
      seconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
    };
  } catch {
    return null; // it ended between the listing and the reading
  }
}

/** Sum over the server's processes, background ones included. */
export async function serverCpuSeconds(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const own = readTimes(rows[0].pid);
  if (own === null) throw new Error('PostgreSQL does not run on this machine: its CPU time cannot be read');
  let seconds = 0;
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const times = readTimes(entry);
    if (times?.parent === own.parent) seconds += times.seconds;
  }
  return seconds;
}
