/** What ingest counts. Labels name causes and sources, never accounts. */
import { Inject, Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Rejection } from '#contracts';
import type { LaneObserver, PublishOutcome } from '#jetstream';
import { METRICS } from '#observability';

export type EventSource = 'http' | 'intake';

@Injectable()
export class IngestMetrics {
  private readonly eventsIn: Counter<'source'>;
  private readonly eventsOut: Counter<'source'>;
  private readonly rejected: Counter<'source' | 'reason'>;
  private readonly deadLetters: Counter<'reason'>;
  private readonly frames: Counter<'source' | 'outcome'>;
  private readonly frameBytes: Counter<'source'>;
  private readonly appendSeconds: Histogram<'source'>;
  private readonly takeovers: Counter;

  constructor(@Inject(METRICS) private readonly registry: Registry) {
    const registers = [registry];
    this.eventsIn = new Counter({
      name: 'vigil_ingest_events_in_total',
      help: 'Items received, valid or not.',
      labelNames: ['source'],
      registers,
    });
    this.eventsOut = new Counter({
      name: 'vigil_ingest_events_out_total',
      help: 'Events that the log has stored.',
      labelNames: ['source'],
      registers,
    });
    this.rejected = new Counter({
      name: 'vigil_ingest_rejected_total',
      help: 'Items refused.',
      labelNames: ['source', 'reason'],
      registers,
    });
    this.deadLetters = new Counter({
      name: 'vigil_ingest_dead_letters_total',
      help: 'Dead letters stored.',
      labelNames: ['reason'],
      registers,
    });
    this.frames = new Counter({
      name: 'vigil_ingest_frames_total',
      help: 'Frames sent, by what became of them.',
      labelNames: ['source', 'outcome'],
      registers,
    });
    this.frameBytes = new Counter({
      name: 'vigil_ingest_frame_bytes_total',
      help: 'Bytes of frames that the log has stored.',
      labelNames: ['source'],
      registers,
    });
    this.appendSeconds = new Histogram({
      name: 'vigil_ingest_append_seconds',
      help: 'From sending a frame to knowing what became of it.',
      labelNames: ['source'],
      buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5, 10],
      registers,
    });
    this.takeovers = new Counter({
      name: 'vigil_ingest_intake_takeovers_total',
      help: 'How often this process became the reader of the intake.',
      registers,
    });
  }

  bodyDecoded(source: EventSource, accepted: number, rejected: readonly Rejection[]): void {
    this.eventsIn.inc({ source }, accepted + rejected.length);
    for (const { code } of rejected) this.rejected.inc({ source, reason: code });
  }

  deadLetterStored(reason: string): void {
    this.deadLetters.inc({ reason });
  }

  tookOver(): void {
    this.takeovers.inc();
  }

  frameSettled(
    source: EventSource,
    outcome: PublishOutcome['kind'],
    events: number,
    bytes: number,
    elapsedMs: number,
  ): void {
    this.frames.inc({ source, outcome });
    this.appendSeconds.observe({ source }, elapsedMs / 1000);
    if (outcome !== 'stored') return;
    this.eventsOut.inc({ source }, events);
    this.frameBytes.inc({ source }, bytes);
  }

  laneObserver(source: EventSource): LaneObserver {
    return {
      frameSettled: (outcome, events, bytes, elapsedMs) =>
        this.frameSettled(source, outcome, events, bytes, elapsedMs),
    };
  }

  /** A figure that is read when it is asked for. */
  gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.set(read());
      },
    });
  }
}
