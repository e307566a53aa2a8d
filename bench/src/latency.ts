/**
 * Latencies at a fixed rate. An event's time is the moment at which it was made, so the time to an alert is the
 * arrival of the alert less the time of its event, and the time to a row is the commit of the row less its
 * event time. Sender, subscriber and PostgreSQL read the same clock: everything runs on one machine.
 */
import type { AlertMessage } from '#contracts';
import { startLoad } from './load.js';
import { quantile } from './quantile.js';
import type { Offer } from './sustained.js';
import type { World } from './world.js';

export interface Percentiles {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
}

export interface Latencies {
  readonly answer: Percentiles;
  readonly alert: Percentiles;
  readonly row: Percentiles | null;
}

/** The first seconds warm the code up and are left out. */
const WARM_UP_MS = 3_000;

function percentiles(values: number[]): Percentiles {
  values.sort((a, b) => a - b);
  return {
    count: values.length,
    p50: quantile(values, 0.5),
    p99: quantile(values, 0.99),
    p999: quantile(values, 0.999),
  };
}

export async function measureLatencies(world: World, offer: Offer, withRows: boolean): Promise<Latencies> {
  const from = Date.now() + WARM_UP_MS;
  const alerts: number[] = [];
  const subscription = world.nc.subscribe('alerts.>', {
    callback: (_error, message) => {
      const arrived = Date.now();
      const { kind, eventTime } = message.json<AlertMessage>();
      if (kind === 'raised' && eventTime >= from) alerts.push(arrived - eventTime);
    },
  });
  await world.nc.flush();
  const result = await startLoad({ ...offer, url: world.system.ingest.url }).result;
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  subscription.unsubscribe();
  return {
    answer: percentiles(result.answerMs),
    alert: percentiles(alerts),
    row: withRows ? await rowLatencies(world, from) : null,
  };
}

async function rowLatencies(world: World, from: number): Promise<Percentiles> {
  const { rows } = await world.db.query<{ count: string; quantiles: (number | null)[] }>(
    `select count(*), percentile_disc(array[0.5, 0.99, 0.999]) within group (
       order by extract(epoch from pg_xact_commit_timestamp(xmin) - event_time) * 1000)::float8[] as quantiles
     from account_event where event_time >= to_timestamp($1 / 1000.0)`,
    [from],
  );
  const [p50, p99, p999] = (rows[0].quantiles ?? []).map(Number);
  return { count: Number(rows[0].count), p50, p99, p999 };
}
