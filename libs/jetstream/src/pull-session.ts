/**
 * One consumer on the server and the messages that it sends, until the first trouble. It never repairs itself:
 * whatever happens (lost messages, silence, a deleted consumer, a new connection) ends it, and its owner makes
 * another one after the last message it has. The client's own ordered consumer stalls where this does not.
 *
 * 1. One pull is open at a time, for at most half of the reader's buffer: what it may bring always fits.
 * 2. Deliveries are counted by the server from 1 on; a gap ends the session before the later message is passed on.
 * 3. After `end` nothing is passed on.
 */
import {
  AckPolicy,
  DeliverPolicy,
  JetStreamApiError,
  ReplayPolicy,
  type ConsumerConfig,
  type JetStreamManager,
} from '@nats-io/jetstream';
import { createInbox, type Msg, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import { DeliveredMessage, parseDelivery } from './log-message.js';

export interface SessionRequest {
  readonly stream: string;
  readonly fromSequence: number;
  readonly subjects: readonly string[];
  readonly headersOnly: boolean;
  /** Most that one pull may bring. */
  readonly pullMessages: number;
  readonly pullBytes: number;
}

export interface SessionOwner {
  /** `pending`: what the server still has for this consumer. */
  onMessage(message: DeliveredMessage, pending: number): void;
  /** The open pull is done with; another may be asked for. */
  onPullDone(): void;
  /** The session is of no use any more. */
  onTrouble(reason: string): void;
}

const HEARTBEAT_MS = 1_000;
const PULL_EXPIRES_MS = 30_000;
/** Silence of this many heartbeats is trouble. */
const MISSED_HEARTBEATS = 3;
/** The server forgets a consumer that nobody pulls from; a reader held up for longer makes a new one. */
const FORGOTTEN_AFTER_MS = 60_000;
const NANOS_PER_MS = 1_000_000;

export class PullSession {
  private readonly inbox = createInbox();
  private readonly subscription: Subscription;
  private readonly watchdog: NodeJS.Timeout;
  private consumer = '';
  private pull = 0;
  private pullOpen = false;
  private left = 0;
  private deliveries = 0;
  private lastHeard = performance.now();
  private lastLook = performance.now();
  private ended = false;

  private constructor(
    private readonly connection: NatsConnection,
    private readonly manager: JetStreamManager,
    private readonly request: SessionRequest,
    private readonly owner: SessionOwner,
  ) {
    this.subscription = connection.subscribe(`${this.inbox}.*`, {
      callback: (error, message) => {
        if (this.ended) return;
        if (error) this.trouble(error.message);
        else this.receive(message);
      },
    });
    this.watchdog = setInterval(() => this.look(), HEARTBEAT_MS);
  }

  /** Makes the consumer. `pending` is what it will deliver as things stand. Throws what the client throws. */
  static async open(
    connection: NatsConnection,
    manager: JetStreamManager,
    request: SessionRequest,
    owner: SessionOwner,
  ): Promise<{ session: PullSession; pending: number }> {
    const session = new PullSession(connection, manager, request, owner);
    try {
      const info = await manager.consumers.add(request.stream, session.config());
      session.consumer = info.name;
      return { session, pending: info.num_pending };
    } catch (error) {
      session.end();
      throw error;
    }
  }

  get isEnded(): boolean {
    return this.ended;
  }

  /** Asks for the next messages, unless a pull is open. */
  next(): void {
    if (this.ended || this.pullOpen) return;
    this.pull += 1;
    this.pullOpen = true;
    this.left = this.request.pullMessages;
    this.lastHeard = performance.now();
    const body = JSON.stringify({
      batch: this.request.pullMessages,
      max_bytes: this.request.pullBytes,
      expires: PULL_EXPIRES_MS * NANOS_PER_MS,
      idle_heartbeat: HEARTBEAT_MS * NANOS_PER_MS,
    });
    this.connection.publish(
      `${this.manager.getOptions().apiPrefix}.CONSUMER.MSG.NEXT.${this.request.stream}.${this.consumer}`,
      body,
      { reply: `${this.inbox}.${this.pull}` },
    );
  }

  /** Ends it for good. The consumer is removed from the server where that is possible, without waiting. */
  end(): void {
    if (this.ended) return;
    this.ended = true;
    clearInterval(this.watchdog);
    if (this.connection.isClosed()) return;
    this.subscription.unsubscribe();
    if (this.consumer === '') return;
    // If this does not arrive, the server forgets the consumer by itself.
    this.manager.consumers.delete(this.request.stream, this.consumer).catch(() => undefined);
  }

  private config(): Partial<ConsumerConfig> {
    const { fromSequence, subjects, headersOnly } = this.request;
    return {
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: fromSequence,
      ack_policy: AckPolicy.None,
      replay_policy: ReplayPolicy.Instant,
      mem_storage: true,
      num_replicas: 1,
      inactive_threshold: FORGOTTEN_AFTER_MS * NANOS_PER_MS,
      ...(subjects.length === 1 && { filter_subject: subjects[0] }),
      ...(subjects.length > 1 && { filter_subjects: [...subjects] }),
      ...(headersOnly && { headers_only: true }),
    };
  }

  private receive(message: Msg): void {
    this.lastHeard = performance.now();
    // A status comes to the pull's own inbox subject; a message comes with its subject in the stream.
    if (message.subject.startsWith(this.inbox)) {
      if (message.subject === `${this.inbox}.${this.pull}`) this.receiveStatus(message);
      return;
    }
    const delivery = message.reply ? parseDelivery(message.reply) : null;
    if (delivery === null)
      return this.trouble(`a message without delivery information on ${message.subject}`);
    if (delivery.delivery !== this.deliveries + 1) {
      return this.trouble(`delivery ${delivery.delivery} came where ${this.deliveries + 1} was due`);
    }
    this.deliveries = delivery.delivery;
    const size = (message as unknown as { size(): number }).size();
    this.owner.onMessage(
      new DeliveredMessage(message, delivery.sequence, delivery.timeMs, size),
      delivery.pending,
    );
    this.left -= 1;
    if (this.left === 0) this.pullDone();
  }

  private receiveStatus(message: Msg): void {
    const code = message.headers?.code ?? 0;
    const description = message.headers?.description ?? '';
    if (code === 100) return;
    // 404 and 408: nothing (more) came before the pull ran out. 409 with these words: its bytes are used up.
    const ranOut =
      code === 404 || code === 408 || (code === 409 && /maxbytes|batch completed/i.test(description));
    if (ranOut) this.pullDone();
    else this.trouble(code === 503 ? 'the consumer does not answer' : `${code} ${description}`);
  }

  private pullDone(): void {
    if (!this.pullOpen || this.ended) return;
    this.pullOpen = false;
    this.owner.onPullDone();
  }

  private look(): void {
    const now = performance.now();
    // When this process itself was held up, what came meanwhile has not been read yet.
    const heldUp = now - this.lastLook > 2 * HEARTBEAT_MS;
    this.lastLook = now;
    if (heldUp) this.lastHeard = now;
    else if (this.pullOpen && now - this.lastHeard > MISSED_HEARTBEATS * HEARTBEAT_MS) {
      this.trouble(`nothing was heard for ${MISSED_HEARTBEATS} heartbeats`);
    }
  }

  private trouble(reason: string): void {
    if (this.ended) return;
    this.end();
    this.owner.onTrouble(reason);
  }
}

/** Whether a failure to make a consumer says that the stream itself is not there. */
export function isStreamMissing(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === 10059;
}
