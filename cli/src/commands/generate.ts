/** `vigil generate`: made-up traffic, to a file or to ingest, at a rate. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { toCsvLine, TrafficGenerator, type AccountDraw, type GeneratedEvent } from '#traffic';
import { addressOf } from '../addresses.js';
import { EXIT, usage } from '../failure.js';
import { IngestClient } from '../ingest-client.js';
import { note, print, printJson } from '../output/out.js';
import { showProgress } from '../output/progress.js';

export interface GenerateOptions {
  readonly rate: number;
  readonly count?: number;
  readonly duration?: number;
  readonly accounts: number;
  readonly draw: AccountDraw;
  readonly fraud: number;
  readonly disorder: number;
  readonly maxDisorder: number;
  readonly duplicates: number;
  readonly corrections: number;
  readonly seed?: number;
  readonly start?: number;
  readonly out?: string;
  readonly format: 'ndjson' | 'csv';
  readonly url?: string;
  readonly token?: string;
  readonly patience: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Where the events go; resolves when they are taken. */
interface Sink {
  put(events: readonly GeneratedEvent[]): Promise<void>;
  close(): Promise<void>;
  readonly refused: number;
}

const TICK_MS = 50;
const MOST_IN_A_BATCH = 2_000;

/** Returns the exit code. */
export async function generate(options: GenerateOptions, signal: AbortSignal): Promise<number> {
  if (options.out === '-' && options.json) throw usage('--json and --out - both want standard output');
  const seed = options.seed ?? Math.floor(Math.random() * 1e9);
  const generator = new TrafficGenerator({
    seed,
    accounts: options.accounts,
    accountDraw: options.draw,
    fraudShare: options.fraud,
    disorderShare: options.disorder,
    maxDisorderMs: Math.max(1, options.maxDisorder),
    duplicateShare: options.duplicates,
    correctionShare: options.corrections,
  });
  const sink =
    options.out === undefined ? ingestSink(options, signal) : fileSink(options.out, options.format);
  const made = await run(generator, sink, options, signal);
  await sink.close();
  if (options.json) await printJson({ events: made, refused: sink.refused, seed });
  else if (options.out !== '-' && !options.quiet) {
    const where = options.out === undefined ? 'sent' : `written to ${options.out}`;
    await print(`${made.toLocaleString('en')} events ${where} (seed ${seed})`);
  }
  return sink.refused > 0 ? EXIT.notAll : EXIT.ok;
}

/** Keeps to the rate on average; a sink that is slower than the rate sets the pace. Returns how many were made. */
async function run(
  generator: TrafficGenerator,
  sink: Sink,
  options: GenerateOptions,
  signal: AbortSignal,
): Promise<number> {
  const total = totalOf(options);
  const progress = showProgress(total, 'events', options.quiet !== true && options.out !== '-');
  const begun = Date.now();
  let made = 0;
  while (!signal.aborted && (total === null || made < total)) {
    const elapsed = Date.now() - begun;
    if (options.duration !== undefined && options.rate === 0 && elapsed >= options.duration) break;
    const allowed = options.rate === 0 ? Infinity : Math.floor(((elapsed + TICK_MS) * options.rate) / 1_000);
    const count = Math.min(MOST_IN_A_BATCH, allowed - made, (total ?? Infinity) - made);
    if (count > 0) {
      await sink.put(batch(generator, count, made, begun, options));
      made += count;
      progress.update(made);
    }
    if (count < MOST_IN_A_BATCH) await sleep(TICK_MS, undefined, { signal }).catch(() => undefined);
  }
  progress.stop();
  return made;
}

function totalOf({ count, duration, rate }: GenerateOptions): number | null {
  const byTime = duration === undefined || rate === 0 ? null : Math.round((duration / 1_000) * rate);
  if (count === undefined) return byTime;
  return byTime === null ? count : Math.min(count, byTime);
}

/** With `--start`, event times follow from the rate alone: the same seed gives the same file on every run. */
function batch(
  generator: TrafficGenerator,
  count: number,
  made: number,
  begun: number,
  { start, rate }: GenerateOptions,
): GeneratedEvent[] {
  const stepMs = rate === 0 ? 1 : 1_000 / rate;
  return Array.from({ length: count }, (_, i) =>
    generator.next(
      start === undefined ? Math.max(begun, Date.now()) : start + Math.floor((made + i) * stepMs),
    ),
  );
}

function ingestSink(options: GenerateOptions, signal: AbortSignal): Sink {
  const client = new IngestClient({
    url: addressOf('ingest', options.url),
    token: options.token ?? process.env.VIGIL_TOKEN ?? null,
    patienceMs: options.patience,
    signal,
    onWait: (reason) => note(`Waiting: ${reason}`),
  });
  let refused = 0;
  return {
    get refused() {
      return refused;
    },
    close: () => Promise.resolve(),
    put: async (events) => {
      const body = Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
      const outcome = await client.post(body, 'application/x-ndjson');
      if (outcome.kind === 'too-large') throw usage(outcome.message);
      for (const { message } of outcome.rejected.slice(0, refused < 10 ? 10 : 0)) note(`refused: ${message}`);
      refused += outcome.rejected.length;
    },
  };
}

function fileSink(out: string, format: 'ndjson' | 'csv'): Sink {
  const stream = out === '-' ? process.stdout : createWriteStream(out);
  const failed = once(stream, 'error').then(([error]) => {
    throw usage(`${out} cannot be written: ${(error as Error).message}`);
  });
  failed.catch(() => undefined);
  const write = format === 'csv' ? toCsvLine : (event: GeneratedEvent) => JSON.stringify(event);
  return {
    refused: 0,
    put: async (events) => {
      const taken = stream.write(events.map((event) => `${write(event)}\n`).join(''));
      if (!taken) await Promise.race([once(stream, 'drain'), failed]);
    },
    close: async () => {
      if (out === '-') return;
      await Promise.race([new Promise<void>((resolve) => stream.end(() => resolve())), failed]);
    },
  };
}
