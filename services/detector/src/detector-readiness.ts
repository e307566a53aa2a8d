/** Ready means: the log takes a write now, and every shard runs here and has caught up. */
import { Inject, Injectable } from '@nestjs/common';
import { probeLog } from '#jetstream';
import { HealthRegistry } from '#observability';
import type { HostStatus } from '#sharding';
import { Detector } from './detector.js';

@Injectable()
export class DetectorReadiness {
  constructor(
    @Inject(HealthRegistry) health: HealthRegistry,
    @Inject(Detector) private readonly detector: Detector,
  ) {
    health.register({ name: 'log', check: () => this.checkLog() });
    health.register({ name: 'shards', check: async () => this.checkShards() });
  }

  private async checkLog(): Promise<{ readonly write: string }> {
    const { connection } = this.detector;
    if (connection === null) throw new Error('not connected to NATS yet');
    const { ok, message } = await probeLog(connection, 1_500);
    if (!ok) throw new Error(message);
    return { write: message };
  }

  private checkShards(): Record<string, unknown> {
    const { host, lag } = this.detector;
    if (host === null) throw new Error('the shards are not claimed yet');
    const status = host.status();
    if (!host.running) throw new Error(notRunning(status));
    const { position, outbox, phases } = status;
    return { running: phases.running, position, lag, outbox };
  }
}

function notRunning({ phases, lost, position, replayUntil }: HostStatus): string {
  const all = Object.values(phases).reduce((a, b) => a + b, 0);
  if (lost.length > 0)
    return `${lost.length} of ${all} shards are run by another process: ${lost.join(', ')}`;
  const now = Object.entries(phases).filter(([, count]) => count > 0);
  const counts = now.map(([phase, count]) => `${count} ${phase}`).join(', ');
  return `${phases.running} of ${all} shards run (${counts}); replayed ${position} of ${replayUntil} messages`;
}
