/** What Prometheus sees of detection. No series has an account as a label. */
import { Inject, Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { METRICS } from '#observability';
import type { HostObserver } from '#sharding';

/** From under a millisecond to the seconds of an outage. */
const LATENCY_BUCKETS = [
  0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60,
];

/** The series that are counted as things happen, in one registry. */
function countersIn(registry: Registry) {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, ...labelNames: readonly L[]): Counter<L> =>
    new Counter({ name: `vigil_detector_${name}`, help, labelNames, registers });
  const histogram = (name: string, help: string): Histogram =>
    new Histogram({ name: `vigil_detector_${name}`, help, buckets: LATENCY_BUCKETS, registers });
  return {
    alerts: counter('alerts_total', 'Alerts and retractions decided and sent.', 'rule', 'kind', 'state'),
    lateDecided: counter('late_events_total', 'Late events decided and sent.'),
    stored: counter('records_out_total', 'Decisions stored.', 'output'),
    failures: counter('publish_failures_total', 'Attempts to store that failed.', 'output', 'kind'),
    suppressed: counter('suppressed_total', 'Decisions of a replay that were stored before.', 'output'),
    orphans: counter('orphans_total', 'Stored decisions that the replay did not make.', 'output'),
    retracted: counter('orphans_retracted_total', 'Alerts taken back for want of support by the log.'),
    fenced: counter('shards_fenced_total', 'Shards lost to another process.'),
    setAside: counter('set_aside_total', 'Messages of the log that could not be folded.', 'reason'),
    folded: counter('records_in_total', 'Events folded since the start, replay included.'),
    decisionLatency: histogram(
      'decision_latency_seconds',
      'From the log time of the event to the stored alert; live decisions only.',
    ),
    receiptLatency: histogram(
      'receipt_to_alert_seconds',
      'From the receipt of the oldest event of the frame to the stored alert; live decisions only.',
    ),
  };
}

@Injectable()
export class DetectorMetrics {
  private readonly series: ReturnType<typeof countersIn>;

  constructor(@Inject(METRICS) private readonly registry: Registry) {
    this.series = countersIn(registry);
  }

  /** Registers a figure that is asked for at each scrape. */
  gauge(name: string, help: string, value: () => number): void {
    const registers = [this.registry];
    new Gauge({
      name: `vigil_detector_${name}`,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  }

  /** As `gauge`, with one series for each key. */
  gaugeBy(name: string, help: string, label: string, values: () => Readonly<Record<string, number>>): void {
    const registers = [this.registry];
    new Gauge({
      name: `vigil_detector_${name}`,
      help,
      labelNames: [label],
      registers,
      collect() {
        for (const [key, value] of Object.entries(values())) this.set({ [label]: key }, value);
      },
    });
  }

  /** What a host tells, as metrics. */
  observer(): HostObserver {
    const { series } = this;
    return {
      phaseChanged: () => undefined,
      alertDecided: ({ rule, kind, shadow }) =>
        series.alerts.inc({ rule: rule.id, kind, state: shadow ? 'shadow' : 'active' }),
      lateDecided: () => series.lateDecided.inc(),
      suppressed: (output) => series.suppressed.inc({ output }),
      stored: (output, loggedAt, receivedAt, live) => this.observeStored(output, loggedAt, receivedAt, live),
      attemptFailed: (output, kind) => series.failures.inc({ output, kind }),
      orphansFound: (output, orphans, retracted) => {
        series.orphans.inc({ output }, orphans);
        series.retracted.inc(retracted);
      },
      fenced: () => series.fenced.inc(),
      folded: (events) => series.folded.inc(events),
      setAside: (reason) => series.setAside.inc({ reason }),
    };
  }

  private observeStored(output: string, loggedAt: number, receivedAt: number, live: boolean): void {
    this.series.stored.inc({ output });
    if (!live || output !== 'alerts') return;
    const now = Date.now();
    this.series.decisionLatency.observe(Math.max(0, now - loggedAt) / 1_000);
    this.series.receiptLatency.observe(Math.max(0, now - receivedAt) / 1_000);
  }
}
