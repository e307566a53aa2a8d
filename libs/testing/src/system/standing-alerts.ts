/** Reads what stands: the fold of ALERTS in stream order, as a subscriber that saw everything would hold it. */
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { AlertMessage } from '#contracts';

export interface AlertLog {
  /** Every message of ALERTS in order, claims left out. */
  readonly messages: readonly AlertMessage[];
  /** Raised and not retracted, by alert id. */
  readonly standing: ReadonlyMap<string, AlertMessage>;
  /** Raised twice without a retraction between, or retracted without standing: always empty in a sound run. */
  readonly anomalies: readonly string[];
}

export async function readAlertLog(nc: NatsConnection): Promise<AlertLog> {
  const manager = await jetstreamManager(nc);
  const { state } = await manager.streams.info('ALERTS', { subjects_filter: 'alerts.>' });
  const expected = Object.values(state.subjects ?? {}).reduce((sum, n) => sum + n, 0);
  const messages: AlertMessage[] = [];
  if (expected > 0) {
    const consumer = await jetstream(nc).consumers.get('ALERTS', { filter_subjects: ['alerts.>'] });
    const batch = await consumer.fetch({ max_messages: expected, expires: 10_000 });
    for await (const message of batch) messages.push(message.json<AlertMessage>());
  }
  return foldAlerts(messages);
}

export function foldAlerts(messages: readonly AlertMessage[]): AlertLog {
  const standing = new Map<string, AlertMessage>();
  const anomalies: string[] = [];
  for (const message of messages) {
    const stands = standing.has(message.alertId);
    if (message.kind === 'raised') {
      if (stands) anomalies.push(`${message.alertId} raised twice (revision ${message.revision})`);
      standing.set(message.alertId, message);
    } else {
      if (!stands)
        anomalies.push(`${message.alertId} retracted but not standing (revision ${message.revision})`);
      standing.delete(message.alertId);
    }
  }
  return { messages, standing, anomalies };
}
