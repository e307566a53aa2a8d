/** Ready means: the log takes a write now. Only a write tells; a server with a full disk still calls itself healthy. */
import { Inject, Injectable } from '@nestjs/common';
import { probeLog } from '#jetstream';
import { HealthRegistry } from '#observability';
import { RequestGate } from './http/request-gate.js';
import { IngestMetrics } from './ingest-metrics.js';
import { LogGateway } from './log/log-gateway.js';
import { LogRoom } from './log/log-room.js';

@Injectable()
export class IngestReadiness {
  constructor(
    @Inject(HealthRegistry) health: HealthRegistry,
    @Inject(LogGateway) private readonly gateway: LogGateway,
    @Inject(LogRoom) private readonly room: LogRoom,
    @Inject(RequestGate) gate: RequestGate,
    @Inject(IngestMetrics) metrics: IngestMetrics,
  ) {
    health.register({ name: 'log', check: () => this.checkLog() });
    metrics.gauge(
      'vigil_ingest_inflight_bytes',
      'Bytes reserved for the bodies of requests in flight.',
      () => gate.budget.used,
    );
    metrics.gauge(
      'vigil_ingest_inflight_requests',
      'Requests that are not answered yet.',
      () => gate.requests,
    );
  }

  private async checkLog(): Promise<{ readonly write: string }> {
    const { connection } = this.gateway;
    if (connection === null) throw new Error('not connected to NATS yet');
    const { ok, message } = await probeLog(connection, 1_500);
    if (!ok) throw new Error(message);
    if (!this.room.available) throw new Error(this.room.describe());
    return { write: message };
  }
}
