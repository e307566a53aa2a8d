/** One body over HTTP: into events, into the log, into an answer. */
import { Inject, Injectable } from '@nestjs/common';
import { type BodyFormat, decodeBody, type Rejection } from '#contracts';
import type { SubmitOutcome } from '#jetstream';
import { toDeadLetters } from '../dead-letters/to-dead-letters.js';
import { IngestMetrics } from '../ingest-metrics.js';
import { LogGateway } from '../log/log-gateway.js';
import { INGEST_CONFIG, type IngestConfig } from '../options.js';

export interface SubmissionReport {
  readonly accepted: number;
  readonly rejected: readonly Omit<Rejection, 'bytes'>[];
}

export type SubmissionOutcome =
  | { readonly kind: 'stored'; readonly report: SubmissionReport }
  /** Nothing but white space: there is nothing to store, and nothing to keep as a dead letter. */
  | { readonly kind: 'empty'; readonly message: string }
  | Exclude<SubmitOutcome, { kind: 'stored' }>;

const EMPTY_BODY = 'empty-body';

@Injectable()
export class SubmissionService {
  private bodies = 0;

  constructor(
    @Inject(LogGateway) private readonly log: LogGateway,
    @Inject(IngestMetrics) private readonly metrics: IngestMetrics,
    @Inject(INGEST_CONFIG) private readonly config: Pick<IngestConfig, 'maxItems' | 'maxDepth'>,
  ) {}

  /**
   * Resolves when the log holds the accepted events and the dead letters hold the refused ones. Dead letters come
   * second: a body that the log has no room for is sent again, and must not leave letters each time.
   */
  async submit(body: Uint8Array, format: BodyFormat, remote: string): Promise<SubmissionOutcome> {
    const receivedAt = Date.now();
    const { maxItems, maxDepth } = this.config;
    const { events, rejected } = decodeBody(body, format, { receivedAt, maxItems, maxDepth });
    if (rejected[0]?.code === EMPTY_BODY) return { kind: 'empty', message: rejected[0].message };
    this.metrics.bodyDecoded('http', events.length, rejected);
    const { lane, deadLetters, instance } = this.log.writers;
    const outcome = await lane.submit(events, receivedAt, body.length);
    if (outcome.kind !== 'stored') return outcome;
    if (rejected.length > 0) {
      const idPrefix = `http:${instance}:${++this.bodies}`;
      const source = { kind: 'http', name: remote, sequence: null } as const;
      const written = await deadLetters.write(toDeadLetters(rejected, { idPrefix, source, receivedAt }));
      if (written.kind === 'conflict') return { kind: 'unavailable', message: written.message };
      if (written.kind !== 'stored') return written;
    }
    const report = { accepted: events.length, rejected: rejected.map(withoutBytes) };
    return { kind: 'stored', report };
  }
}

function withoutBytes({ index, code, field, value, message }: Rejection): Omit<Rejection, 'bytes'> {
  return { index, code, field, value, message };
}
