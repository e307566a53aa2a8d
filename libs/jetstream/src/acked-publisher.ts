/**
 * Publishes with acknowledgements, many in flight. The client's own `publish` spends most of its time on promises
 * and request bookkeeping; this sends raw messages whose acknowledgements come to one inbox.
 *
 * 1. Every publish gets exactly one outcome: from its acknowledgement, its time-out, or the loss of the connection.
 * 2. Messages are sent in the order of the calls; while the bytes in flight are at their bound, calls wait in line.
 * 3. Nothing is sent while the connection is known to be down: that is `unavailable` at once, never a message
 *    that turns up minutes later.
 */
import { createInbox, type Msg, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import { isConnected, onConnectionChange, type ConnectionChange } from './connection-watch.js';
import { publishHeaders } from './publish-headers.js';
import { parsePubAck, type PublishOutcome } from './publish-outcome.js';

export interface PublishOptions {
  /** The server stores one message of this id within the stream's duplicate window. */
  readonly msgId?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A fence: stored only while the last message on that subject has that sequence (0: there is none). */
  readonly expect?: { readonly lastSubjectSequence: number; readonly lastSubjectSequenceSubject: string };
  /** Stored only while the last message on the published subject itself has this sequence (0: there is none). */
  readonly expectLastSubjectSequence?: number;
  /** From sending on; the publisher's default unless set. Milliseconds. */
  readonly timeoutMs?: number;
}

export interface AckedPublisherOptions {
  /** Bound of what is sent and not acknowledged, bytes. One message may exceed it alone. */
  readonly maxInFlightBytes?: number;
  readonly timeoutMs?: number;
}

interface InFlight {
  readonly bytes: number;
  /** By the monotonic clock. */
  readonly deadline: number;
  readonly resolve: (outcome: PublishOutcome) => void;
}

interface Waiting {
  readonly bytes: number;
  readonly send: () => void;
}

const DEFAULT_TIMEOUT_MS = 5_000;
const DEFAULT_IN_FLIGHT_BYTES = 16 * 1024 * 1024;
/** What the protocol adds to a message, roughly. */
const OVERHEAD_BYTES = 100;
const SWEEP_MS = 100;

export class AckedPublisher {
  private readonly inbox: string;
  private readonly subscription: Subscription;
  private readonly inFlight = new Map<number, InFlight>();
  private readonly waiting: Waiting[] = [];
  private readonly maxInFlightBytes: number;
  private readonly timeoutMs: number;
  private nextToken = 1;
  private bytes = 0;
  private waitingBytes = 0;
  private readonly unwatch: () => void;
  private closed = false;
  private sweeper: NodeJS.Timeout | null = null;
  private idle: (() => void)[] = [];

  constructor(
    private readonly connection: NatsConnection,
    options: AckedPublisherOptions = {},
  ) {
    this.maxInFlightBytes = options.maxInFlightBytes ?? DEFAULT_IN_FLIGHT_BYTES;
    this.timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    this.inbox = createInbox();
    this.subscription = connection.subscribe(`${this.inbox}.*`, {
      callback: (error, message) => {
        if (error) this.failAll(`acknowledgements cannot be received: ${error.message}`);
        else this.acknowledge(message);
      },
    });
    this.unwatch = onConnectionChange(connection, (change) => this.onChange(change));
  }

  /** Bytes sent or waiting, not acknowledged. */
  get pendingBytes(): number {
    return this.bytes + this.waitingBytes;
  }

  /** Messages sent or waiting, not acknowledged. */
  get pendingCount(): number {
    return this.inFlight.size + this.waiting.length;
  }

  /**
   * Never rejects for what the server or the network does; rejects with `InvalidArgumentError` for a message that
   * is larger than the server takes. `data` must not be changed until the outcome is there.
   */
  publish(subject: string, data: Uint8Array, options: PublishOptions = {}): Promise<PublishOutcome> {
    return new Promise((resolve, reject) => {
      const bytes = data.length + subject.length + OVERHEAD_BYTES;
      const send = (): void => {
        try {
          this.send(subject, data, options, bytes, resolve);
        } catch (error) {
          reject(error as Error);
        }
      };
      if (this.waiting.length > 0 || !this.hasRoom(bytes)) this.wait({ bytes, send });
      else send();
    });
  }

  /** Resolves when every publish so far has its outcome. */
  async settled(): Promise<void> {
    while (this.pendingCount > 0) await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  /** Waits for what is in flight, then lets go of the inbox. Later publishes are `unavailable`. */
  async close(): Promise<void> {
    await this.settled();
    this.closed = true;
    this.unwatch();
    if (!this.connection.isClosed()) this.subscription.unsubscribe();
  }

  private hasRoom(bytes: number): boolean {
    return this.bytes === 0 || this.bytes + bytes <= this.maxInFlightBytes;
  }

  private send(
    subject: string,
    data: Uint8Array,
    options: PublishOptions,
    bytes: number,
    resolve: (outcome: PublishOutcome) => void,
  ): void {
    if (this.closed || !isConnected(this.connection)) {
      resolve({
        kind: 'unavailable',
        message: this.closed ? 'the publisher is closed' : 'not connected to NATS',
      });
      return;
    }
    const token = this.nextToken;
    this.connection.publish(subject, data, {
      reply: `${this.inbox}.${token}`,
      ...publishHeaders(options),
    });
    this.nextToken += 1;
    this.bytes += bytes;
    const deadline = performance.now() + (options.timeoutMs ?? this.timeoutMs);
    this.inFlight.set(token, { bytes, deadline, resolve });
    this.sweeper ??= setInterval(() => this.sweep(), SWEEP_MS);
  }

  private acknowledge(message: Msg): void {
    const token = Number(message.subject.slice(this.inbox.length + 1));
    const noResponders = message.data.length === 0 && message.headers?.code === 503;
    if (noResponders)
      this.settle(token, { kind: 'unavailable', message: 'no stream listens on the subject' });
    else this.settle(token, parsePubAck(message.data));
  }

  private settle(token: number, outcome: PublishOutcome): void {
    const entry = this.inFlight.get(token);
    // An acknowledgement after its time-out: the outcome was `unknown`, and stays so.
    if (!entry) return;
    this.inFlight.delete(token);
    this.bytes -= entry.bytes;
    entry.resolve(outcome);
    this.sendWaiting();
    if (this.pendingCount === 0) this.rest();
  }

  private wait(entry: Waiting): void {
    this.waiting.push(entry);
    this.waitingBytes += entry.bytes;
  }

  private sendWaiting(): void {
    while (this.waiting.length > 0 && this.hasRoom(this.waiting[0].bytes)) {
      const { bytes, send } = this.waiting.shift()!;
      this.waitingBytes -= bytes;
      send();
    }
  }

  private rest(): void {
    if (this.sweeper) clearInterval(this.sweeper);
    this.sweeper = null;
    for (const wake of this.idle.splice(0)) wake();
  }

  private sweep(): void {
    const now = performance.now();
    for (const [token, { deadline }] of this.inFlight) {
      if (deadline <= now) this.settle(token, { kind: 'unknown', message: 'no acknowledgement in time' });
    }
  }

  private failAll(message: string): void {
    for (const token of [...this.inFlight.keys()]) this.settle(token, { kind: 'unknown', message });
  }

  private onChange(change: ConnectionChange): void {
    if (change === 'disconnected') this.failAll('the connection broke before the acknowledgement came');
    if (change === 'closed') this.failAll('the connection was closed before the acknowledgement came');
  }
}
