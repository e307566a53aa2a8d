/** Where the host and its engines stand, as metrics; and a warning when events come later than is allowed for. */
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { EngineCounters } from '#engine';
import { LOGGER, type Logger } from '#observability';
import type { HostStatus } from '#sharding';
import { Detector } from '../detector.js';
import { DETECTOR_CONFIG, type DetectorConfig } from '../options.js';
import { DetectorMetrics } from './detector-metrics.js';

const WATCH_INTERVAL_MS = 10_000;

type Counted = { -readonly [K in keyof EngineCounters]: number };

const COUNTED: Readonly<Record<keyof EngineCounters, readonly [name: string, help: string]>> = {
  eventsIn: ['events', 'Events judged since the start, replay included.'],
  duplicates: ['duplicates', 'Deliveries with the content that stands.'],
  corrections: ['corrections', 'Deliveries that replaced other content.'],
  outOfOrder: ['out_of_order', 'Events older than one of their account before them.'],
  late: ['late', 'Events that came too late for a rule, replay included.'],
  alertsRaised: ['raised', 'Alerts raised, replay included.'],
  alertsRetracted: ['retracted', 'Alerts retracted, replay included.'],
  historyCapped: ['history_capped', 'History entries let go because of the cap on one account.'],
  accounts: ['accounts', 'Accounts with history in memory.'],
  entries: ['entries', 'History entries in memory.'],
};

@Injectable()
export class HostFigures implements OnApplicationShutdown {
  private readonly timer: NodeJS.Timeout;
  private disorderTold = false;
  private cappedTold = 0;

  constructor(
    @Inject(Detector) private readonly detector: Detector,
    @Inject(DetectorMetrics) metrics: DetectorMetrics,
    @Inject(DETECTOR_CONFIG) private readonly config: DetectorConfig,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    const of = (figure: (status: HostStatus) => number) => () => {
      const host = this.detector.host;
      return host === null ? 0 : figure(host.status());
    };
    metrics.gaugeBy('shards', 'Shards by where they stand in their life.', 'phase', () => ({
      ...this.detector.host?.status().phases,
    }));
    metrics.gauge(
      'log_lag_messages',
      'Messages of the log that are not folded yet.',
      () => this.detector.lag,
    );
    metrics.gauge(
      'log_position',
      'Sequence of the message folded last.',
      of(({ position }) => position),
    );
    metrics.gauge('replay_remaining_messages', 'Messages until the replay is done.', of(replayRemaining));
    metrics.gauge(
      'mailbox_messages',
      'Messages of a batch that wait to be folded.',
      of(({ mailbox }) => mailbox),
    );
    metrics.gauge(
      'outbox_messages',
      'Decisions that wait to be stored.',
      of(({ outbox }) => outbox),
    );
    metrics.gauge(
      'watermark_lag_seconds',
      'Log time less the watermark of the shard that lags most.',
      of(({ watermarkLagMs }) => (watermarkLagMs ?? 0) / 1_000),
    );
    metrics.gauge(
      'out_of_orderness_bound_seconds',
      'Largest observed bound of all shards.',
      of(({ disorderBoundMs }) => disorderBoundMs / 1_000),
    );
    metrics.gauge(
      'copies_dropped',
      'Frames that the log holds twice.',
      of(({ copiesDropped }) => copiesDropped),
    );
    for (const key of Object.keys(COUNTED) as (keyof EngineCounters)[]) {
      const [name, help] = COUNTED[key];
      metrics.gauge(`engine_${name}`, help, () => this.counters()[key]);
    }
    this.timer = setInterval(() => this.watch(), WATCH_INTERVAL_MS);
    this.timer.unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private counters(): EngineCounters {
    const sum = Object.fromEntries(Object.keys(COUNTED).map((key) => [key, 0])) as unknown as Counted;
    for (const { counters } of this.detector.host?.folds() ?? []) {
      for (const key of Object.keys(COUNTED) as (keyof EngineCounters)[]) sum[key] += counters[key];
    }
    return sum;
  }

  private watch(): void {
    const status = this.detector.host?.status();
    if (status === undefined) return;
    const { allowedLatenessMs } = this.config;
    const excess = status.disorderBoundMs >= allowedLatenessMs;
    if (excess && !this.disorderTold) {
      this.logger.warn(
        { allowedLatenessMs },
        'Events come out of order by as much as is allowed for, or more',
      );
    }
    this.disorderTold = excess;
    const { historyCapped } = this.counters();
    if (historyCapped > this.cappedTold) {
      this.logger.warn(
        { historyCapped },
        'The history of an account is at its cap; the oldest of it were let go',
      );
    }
    this.cappedTold = historyCapped;
  }
}

function replayRemaining({ position, replayUntil }: HostStatus): number {
  return Math.max(0, replayUntil - position);
}
