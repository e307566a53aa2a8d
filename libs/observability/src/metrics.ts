/** The registry of a service's metrics, with those that every service has. */
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';

/** Injection token of the service's `Registry`. */
export const METRICS = Symbol('metrics registry');

const LAG_PROBE_MS = 50;

export interface ServiceMetrics {
  readonly registry: Registry;
  /** Stops the measuring of the event loop. */
  close(): void;
}

/** A registry of its own per service, so that several can live in one process. Every series has the label `service`. */
export function createMetrics(service: string): ServiceMetrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  const lag = new Histogram({
    name: 'vigil_event_loop_lag_seconds',
    help: 'How much later than due a timer ran.',
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5],
    registers: [registry],
  });
  let due = performance.now() + LAG_PROBE_MS;
  const timer = setInterval(() => {
    const now = performance.now();
    lag.observe(Math.max(0, now - due) / 1000);
    due = now + LAG_PROBE_MS;
  }, LAG_PROBE_MS);
  timer.unref();
  return { registry, close: () => clearInterval(timer) };
}
