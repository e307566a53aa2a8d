/**
 * What sharding needs of the world. Everything that differs between two runs of the same log comes through
 * these ports: time, the order in which promises settle, what a server answers. Adapters and a simulation
 * implement them alike.
 *
 * No method rejects for an expected reason: that a server is away, refuses or does not answer is a result.
 */

export interface Time {
  /** Epoch milliseconds by this machine's clock. For latencies and `detectedAt`; decides nothing. */
  wallMs(): number;
  /** Milliseconds that never go back; for time limits. */
  monotonicMs(): number;
  sleep(ms: number): Promise<void>;
  /** Lets everything else that is due run: acknowledgements, health, timers. */
  yield(): Promise<void>;
}

/** Structured lines for who operates the process; pino's logger is one. */
export interface Journal {
  info(detail: object, message: string): void;
  warn(detail: object, message: string): void;
  error(detail: object, message: string): void;
}

/** One message of a stream, as a reader hands it on. */
export interface LogMessage {
  readonly subject: string;
  /** The place in the stream. */
  readonly sequence: number;
  /** Log time: when the stream stored it, epoch milliseconds. The same on every delivery. */
  readonly timeMs: number;
  /** Empty when only headers were asked for. A view into a receive buffer: copy what is to be kept. */
  readonly data: Uint8Array;
  header(name: string): string | undefined;
}

/** First and last sequence that a stream holds; an empty stream has `first = last + 1`. */
export interface StreamBounds {
  readonly first: number;
  readonly last: number;
}

/** Handles messages in order; the next ones come when it has resolved. */
export type MessageHandler = (messages: readonly LogMessage[]) => Promise<void>;

export interface LogSubscription {
  /** Resolves when no handler runs any more and none will. */
  stop(): Promise<void>;
}

/** The log that is folded. */
export interface EventLog {
  bounds(): Promise<StreamBounds>;
  /** Delivers every message from `fromSequence` on, in order, without a gap, for as long as it is not stopped. */
  open(fromSequence: number, handler: MessageHandler): Promise<LogSubscription>;
}

/** Who runs a shard, and which claim is the newer: a higher revision was granted later. */
export interface Tenure {
  readonly owner: string;
  readonly revision: number;
}

export type ClaimOutcome =
  | { readonly kind: 'claimed'; readonly sequence: number }
  /** Somebody holds a claim of the same or a higher revision. */
  | { readonly kind: 'refused'; readonly holder: Tenure }
  | { readonly kind: 'unavailable'; readonly message: string };

export interface OutgoingMessage {
  readonly subject: string;
  /** Names the message for good; the server stores it once within its deduplication window. */
  readonly msgId: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly data: Uint8Array;
}

/** What became of one publish. */
export type PublishOutcome =
  /** On disk. `duplicate`: it was there already, at `sequence`, under the same message id. */
  | { readonly kind: 'stored'; readonly sequence: number; readonly duplicate: boolean }
  /** Not stored: the expected last sequence does not hold. Under a fence: the claim is no longer the last message of its subject. */
  | { readonly kind: 'conflict'; readonly message: string }
  /** Not stored: the stream or the disk has no room. */
  | { readonly kind: 'full'; readonly message: string }
  /** Not stored: no connection, no stream, or the server refused for the time being. */
  | { readonly kind: 'unavailable'; readonly message: string }
  /** May have been stored, or may still be: no acknowledgement came in time, or the connection broke. */
  | { readonly kind: 'unknown'; readonly message: string };

/** What the headers of a stored output message say. */
export interface StoredOutput {
  readonly sequence: number;
  readonly msgId: string;
  readonly shard: number;
  /** Sequence of the log message that led to it. */
  readonly logSequence: number;
}

/** A stream that shards write decisions to, under one fence each. */
export interface OutputStream {
  readonly name: 'alerts' | 'late';
  /** Compare-and-set: replaces the shard's claim unless a newer one holds it. */
  claim(shard: number, tenure: Tenure): Promise<ClaimOutcome>;
  /** Stores the message if the shard's last claim still lies at `claimSequence`. */
  publish(shard: number, claimSequence: number, message: OutgoingMessage): Promise<PublishOutcome>;
  bounds(): Promise<StreamBounds>;
  /** Visits what is stored from `from` to `to` (both included), in order; claims are left out. Rejects when cut off. */
  readBack(from: number, to: number, visit: (stored: StoredOutput) => void): Promise<void>;
  /** The body at a sequence, or null when it is not held any more. Rejects when the server is away. */
  body(sequence: number): Promise<Uint8Array | null>;
}

/** Says under which tenure this process may claim a shard. With leases: waits until it is granted. */
export interface Ownership {
  tenure(shard: number): Promise<Tenure>;
}

/** Where log messages go that cannot be folded. */
export interface DeadLetterBox {
  /** Place in the log of the last letter of this reason that this log's reader has put; -1 when there is none. */
  lastPlace(reason: string): Promise<number>;
  put(letter: SetAside): Promise<'stored' | 'not-stored'>;
}

/** Something of the log that was set aside. */
export interface SetAside {
  readonly reason: 'bad-frame' | 'bad-message' | 'engine-error';
  readonly message: string;
  readonly subject: string;
  readonly sequence: number;
  readonly index: number;
  readonly timeMs: number;
  readonly payload: Uint8Array;
}
