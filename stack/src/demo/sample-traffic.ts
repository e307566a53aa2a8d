/** Traffic that shows what Vigil does: a few lines with known alerts, then an endless stream at a modest rate. */
import { statfsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { SAMPLE_LINES, TrafficGenerator } from '#traffic';
import { sendBody, type SenderOptions } from './event-sender.js';

export interface SampleTrafficOptions extends SenderOptions {
  /** Events a second. */
  readonly rate: number;
  /** Its disk is not to be filled by samples. */
  readonly dataDir: string;
  /** Bytes of the log, or `null` if unknown now. */
  logBytes(): Promise<number | null>;
  say(line: string): void;
}

export const DEMO_ACCOUNTS = 5_000;
const BATCHES_A_SECOND = 10;
const RESOURCE_CHECK_MS = 10_000;
/** A replay of more than this would make the next start slow. */
const MOST_LOG_BYTES = 512 * 1024 * 1024;
const LEAST_FREE_BYTES = 1024 * 1024 * 1024;

/** Sends the sample lines, in their order. */
export async function sendSampleLines(options: SenderOptions): Promise<void> {
  await sendBody(`${SAMPLE_LINES.join('\n')}\n`, 'text/csv', options);
}

/** Sends until the signal says stop. Pauses, and says so, where going on would use up the disk. */
export async function sendEndlessly(options: SampleTrafficOptions): Promise<void> {
  const generator = new TrafficGenerator({
    seed: Date.now(),
    accounts: DEMO_ACCOUNTS,
    fraudShare: 0.02,
    disorderShare: 0.03,
    maxDisorderMs: 3_000,
    duplicateShare: 0.01,
    correctionShare: 0.005,
  });
  let due = Date.now();
  let owed = 0;
  let checkAt = 0;
  while (!options.signal.aborted) {
    if (Date.now() >= checkAt) {
      await untilThereIsRoom(options);
      checkAt = Date.now() + RESOURCE_CHECK_MS;
    }
    owed += options.rate / BATCHES_A_SECOND;
    const count = Math.floor(owed);
    owed -= count;
    if (count > 0) await sendBody(generate(generator, count), 'application/x-ndjson', options);
    // What could not be sent in time is not made up for: that would be a flood.
    due = Math.max(due + 1_000 / BATCHES_A_SECOND, Date.now());
    await sleep(due - Date.now(), undefined, { signal: options.signal });
  }
}

function generate(generator: TrafficGenerator, count: number): string {
  const now = Date.now();
  let body = '';
  for (let i = 0; i < count; i++) body += `${JSON.stringify(generator.next(now))}\n`;
  return body;
}

async function untilThereIsRoom(options: SampleTrafficOptions): Promise<void> {
  let told = false;
  for (;;) {
    const shortage = await shortageOf(options);
    if (shortage === null) {
      if (told) options.say('Sample traffic goes on');
      return;
    }
    if (!told) options.say(`Sample traffic pauses: ${shortage}. Events of yours are still taken.`);
    told = true;
    await sleep(RESOURCE_CHECK_MS, undefined, { signal: options.signal });
  }
}

async function shortageOf({ dataDir, logBytes }: SampleTrafficOptions): Promise<string | null> {
  const disk = statfsSync(dataDir);
  const free = disk.bavail * disk.bsize;
  if (free < LEAST_FREE_BYTES) return `the disk has ${mebibytes(free)} MiB left`;
  const bytes = await logBytes();
  if (bytes === null || bytes < MOST_LOG_BYTES) return null;
  return `the log holds ${mebibytes(bytes)} MiB already (\`npx vigil reset\` begins anew)`;
}

function mebibytes(bytes: number): string {
  return Math.floor(bytes / 1024 / 1024).toLocaleString('en');
}
