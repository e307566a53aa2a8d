/**
 * Holds one offered rate and says whether the system kept up: everything offered was taken, and what was
 * taken and not yet judged (or recorded) did not grow over the second half.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuSeconds } from './cpu.js';
import { startLoad } from './load.js';
import { metric } from './metrics.js';
import { quantile } from './quantile.js';
import type { World } from './world.js';

export interface Held {
  readonly offered: number;
  /** Events/s that were taken. */
  readonly taken: number;
  readonly refused: number;
  /** Events taken and not yet judged, at the middle and at the end. */
  readonly judgedLag: readonly [number, number];
  /** Events taken and not yet recorded; null without a recorder. */
  readonly rowLag: readonly [number, number] | null;
  readonly keptUp: boolean;
  /** Events/s that came out at the slower end over the whole run, the time to catch up included. */
  readonly throughput: number;
  /** CPU seconds per million events taken, by process. */
  readonly cpu: Readonly<Record<string, number>>;
  readonly answerMs: { readonly p50: number; readonly p99: number };
}

export interface Offer {
  readonly rate: number;
  readonly seconds: number;
  readonly batch: number;
  readonly accounts: number;
  readonly seed: number;
}

interface Progress {
  readonly taken: number;
  readonly judged: number;
  readonly recorded: number | null;
}

async function progress(world: World, withRows: boolean): Promise<Progress> {
  const [ingest, detector, recorder] = await Promise.all([
    world.system.ingest.metrics(),
    world.system.detector.metrics(),
    withRows ? world.system.recorder.metrics() : '',
  ]);
  return {
    taken: metric(ingest, 'vigil_ingest_events_out_total', { source: 'http' }),
    judged: metric(detector, 'vigil_detector_records_in_total'),
    recorded: withRows ? metric(recorder, 'vigil_recorder_rows_total', { stream: 'EVENTS' }) : null,
  };
}

/** At most this many seconds of the offered rate may be in the pipe without it counting as growth. */
const SLACK_SECONDS = 1;

export async function hold(world: World, offer: Offer, withRows: boolean): Promise<Held> {
  const before = await progress(world, withRows);
  const cpuBefore = cpuSeconds(world.pids);
  const started = performance.now();
  const load = startLoad({ ...offer, url: world.system.ingest.url });
  await sleep((offer.seconds * 1000) / 2);
  const middle = await progress(world, withRows);
  const result = await load.result;
  const end = await progress(world, withRows);
  await caughtUp(world, withRows);
  const elapsed = (performance.now() - started) / 1000;
  const cpuAfter = cpuSeconds(world.pids);
  const judgedLag = [middle.taken - middle.judged, end.taken - end.judged] as const;
  const rowLag = withRows
    ? ([middle.taken - (middle.recorded ?? 0), end.taken - (end.recorded ?? 0)] as const)
    : null;
  const slack = offer.rate * SLACK_SECONDS;
  const steady = (lag: readonly [number, number]): boolean => lag[1] <= Math.max(slack, lag[0]);
  const taken = end.taken - before.taken;
  return {
    offered: offer.rate,
    taken: Math.round(result.sent / result.elapsedSeconds),
    refused: result.refused + result.failed,
    judgedLag,
    rowLag,
    keptUp:
      result.sent / result.elapsedSeconds >= offer.rate * 0.97 &&
      result.refused + result.failed === 0 &&
      steady(judgedLag) &&
      (rowLag === null || steady(rowLag)),
    throughput: Math.round(taken / elapsed),
    cpu: Object.fromEntries(
      Object.keys(world.pids).map((name) => [name, ((cpuAfter[name] - cpuBefore[name]) / taken) * 1e6]),
    ),
    answerMs: { p50: quantile(result.answerMs, 0.5), p99: quantile(result.answerMs, 0.99) },
  };
}

/** Waits until everything that was taken has been judged and recorded. */
async function caughtUp(world: World, withRows: boolean): Promise<void> {
  for (;;) {
    const now = await progress(world, withRows);
    if (now.judged >= now.taken && (now.recorded === null || now.recorded >= now.taken)) return;
    await sleep(50);
  }
}
