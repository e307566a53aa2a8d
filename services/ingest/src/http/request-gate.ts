/**
 * Lets requests in, and knows which are in.
 *
 * Invariants:
 * 1. What a body may take is reserved before any of it is read, and given back when the response is over and the
 *    events have left for the log, whichever is later.
 * 2. After `close` nobody is let in; who is in is answered. Bodies that are still coming get a grace time.
 */
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { INGEST_CONFIG, type IngestConfig } from '../options.js';
import { ByteBudget, type Reservation } from './byte-budget.js';
import { HttpRefusal, retryLater } from './http-refusal.js';
import type { Compression } from './media-type.js';

const RETRY_AFTER_S = 1;
/** Longest that a stop waits for bodies that are still being sent. */
const BODY_GRACE_MS = 3_000;

type GateConfig = Pick<IngestConfig, 'maxBodyBytes' | 'maxInFlightBytes'>;

@Injectable()
export class RequestGate {
  readonly budget: ByteBudget;
  private readonly aborter = new AbortController();
  private inside = 0;
  private phase: 'starting' | 'open' | 'closed' = 'starting';
  private emptied: (() => void) | null = null;

  constructor(@Inject(INGEST_CONFIG) private readonly config: GateConfig) {
    this.budget = new ByteBudget(config.maxInFlightBytes);
  }

  /** Requests that are not answered yet. */
  get requests(): number {
    return this.inside;
  }

  /** Aborted when bodies that are still coming must be given up. */
  get signal(): AbortSignal {
    return this.aborter.signal;
  }

  /** Called once the log can be written. */
  start(): void {
    this.phase = 'open';
  }

  /** Throws 413, 429 or 503, before any of the body is read. */
  admit(request: FastifyRequest, compression: Compression): Reservation {
    if (this.phase !== 'open') {
      const doing = this.phase === 'starting' ? 'starting: it waits for the log' : 'stopping';
      throw retryLater(503, 'not-running', `the service is ${doing}`, RETRY_AFTER_S);
    }
    const { maxBodyBytes, maxInFlightBytes } = this.config;
    const length = statedLength(request);
    if (length !== null && length > maxBodyBytes) {
      const message = `the body has ${length} bytes${compression === 'gzip' ? ' compressed' : ''}; at most ${maxBodyBytes} are taken`;
      throw new HttpRefusal(413, 'body-too-large', message);
    }
    const reservation = this.budget.reserve(length ?? maxBodyBytes);
    if (reservation === null) {
      const message = `requests in flight hold ${this.budget.used} of ${maxInFlightBytes} bytes`;
      throw retryLater(429, 'too-many-bytes-in-flight', message, RETRY_AFTER_S);
    }
    return reservation;
  }

  /** Counts a request as inside until the returned function is called. */
  enter(): () => void {
    this.inside += 1;
    return () => {
      this.inside -= 1;
      if (this.inside === 0) this.emptied?.();
    };
  }

  /** Invariant 2. Resolves when nobody is inside. */
  async close(): Promise<void> {
    this.phase = 'closed';
    if (this.inside === 0) return;
    const timer = setTimeout(() => this.aborter.abort(), BODY_GRACE_MS);
    await new Promise<void>((resolve) => (this.emptied = resolve));
    clearTimeout(timer);
  }
}

/** `null` when the length is not known beforehand. */
function statedLength(request: FastifyRequest): number | null {
  const { 'content-length': length, 'transfer-encoding': transfer } = request.headers;
  if (transfer !== undefined) return null;
  return length === undefined ? 0 : Number(length);
}
